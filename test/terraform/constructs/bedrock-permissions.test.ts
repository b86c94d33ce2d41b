import type { StackConfigInput } from "../../../lib/config";
import { catalogue } from "../../../lib/models";
import {
  bedrockStatements,
  InvokeModelsAnywhere,
  InvokeModelsInRegion,
  InvokeModelsThroughGlobalProfiles,
  InvokeModelsThroughProfiles,
  InvokeProfiles,
  ListModels,
  type PermissionOptions,
  ReadAvailability,
  ReadModels,
  ReadProfiles,
  SubscribeToModels,
  ViewSubscriptions,
} from "../../../terraform/constructs/bedrock-permissions";
import { accept, minimalWith } from "../../support/config-input";

const sonnet = "anthropic.claude-sonnet-4-6";
const haiku = "anthropic.claude-haiku-4-5-20251001-v1:0";
const novaLite = "amazon.nova-lite-v1:0";
const novaMicro = "amazon.nova-micro-v1:0";
const titan = "amazon.titan-embed-text-v2:0";

/** The options of a configuration, each alias with its model and profile. */
function options(models: StackConfigInput["models"], region = "us-east-1"): PermissionOptions {
  return { models: accept(minimalWith({ models, "aws.region": region })).models, accountId: "123456789012" };
}

const us = options({ lite: { model: novaLite, profile: "us" } });
const global = options({ sonnet: { model: sonnet, profile: "global" } });
const inRegion = options({ lite: { model: novaLite, profile: "in-region" }, titan: { model: titan } });
const invoke = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];

/** Every profile at once, and several aliases of one model. */
const mixed = options({
  sonnet: { model: sonnet, profile: "us" },
  "sonnet-again": { model: sonnet, profile: "us", rateLimit: { requestsPerMinute: 1 } },
  haiku: { model: haiku, profile: "global" },
  lite: { model: novaLite, profile: "us" },
  micro: { model: novaMicro, profile: "in-region" },
  titan: { model: titan },
});

describe("InvokeProfiles", () => {
  it("allows the configured profiles, of this account, in their Region", () => {
    expect(new InvokeProfiles(mixed).statement).toEqual({
      Sid: "InvokeProfiles",
      Effect: "Allow",
      Action: invoke,
      Resource: [
        `arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.${sonnet}`,
        `arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.${haiku}`,
        `arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.${novaLite}`,
      ],
    });
  });

  it("isn't needed by models without a profile", () => {
    expect(new InvokeProfiles(inRegion).statement).toBeUndefined();
  });
});

describe("InvokeModelsThroughProfiles", () => {
  it("allows the model in every Region of its us profile, through that profile only", () => {
    expect(new InvokeModelsThroughProfiles(us).statement).toEqual({
      Sid: "InvokeModelsThroughProfiles",
      Effect: "Allow",
      Action: invoke,
      Resource: [
        `arn:aws:bedrock:us-east-1::foundation-model/${novaLite}`,
        `arn:aws:bedrock:us-east-2::foundation-model/${novaLite}`,
        `arn:aws:bedrock:us-west-2::foundation-model/${novaLite}`,
      ],
      Condition: {
        ArnEquals: {
          "bedrock:InferenceProfileArn": [`arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.${novaLite}`],
        },
      },
    });
  });

  it("begins with the source Region, which calls the model too", () => {
    const definition = {
      offers: { us: { prices: { input: 1, output: 2 }, routes: { "us-east-1": ["us-west-2"] } } },
    };
    const { statement } = new InvokeModelsThroughProfiles(options({ own: { model: "example.own-v1:0", definition } }));
    expect(statement?.Resource).toEqual([
      "arn:aws:bedrock:us-east-1::foundation-model/example.own-v1:0",
      "arn:aws:bedrock:us-west-2::foundation-model/example.own-v1:0",
    ]);
  });

  it("is about models with a us profile only", () => {
    expect(new InvokeModelsThroughProfiles(global).statement).toBeUndefined();
    expect(new InvokeModelsThroughProfiles(inRegion).statement).toBeUndefined();
    const text = JSON.stringify(new InvokeModelsThroughProfiles(mixed).statement);
    expect(text).toContain(sonnet);
    for (const other of [haiku, novaMicro, titan]) expect(text).not.toContain(other);
  });
});

describe("InvokeModelsThroughGlobalProfiles", () => {
  it("allows the model in the source Region, through its global profile only", () => {
    expect(new InvokeModelsThroughGlobalProfiles(global).statement).toEqual({
      Sid: "InvokeModelsThroughGlobalProfiles",
      Effect: "Allow",
      Action: invoke,
      Resource: [`arn:aws:bedrock:us-east-1::foundation-model/${sonnet}`],
      Condition: {
        ArnEquals: {
          "bedrock:InferenceProfileArn": [`arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.${sonnet}`],
        },
      },
    });
  });

  it("is about models with a global profile only", () => {
    expect(new InvokeModelsThroughGlobalProfiles(us).statement).toBeUndefined();
    expect(new InvokeModelsThroughGlobalProfiles(inRegion).statement).toBeUndefined();
  });
});

describe("InvokeModelsAnywhere", () => {
  it("allows the model without a Region, when the request has none either, through its global profile only", () => {
    expect(new InvokeModelsAnywhere(global).statement).toEqual({
      Sid: "InvokeModelsAnywhere",
      Effect: "Allow",
      Action: invoke,
      Resource: [`arn:aws:bedrock:::foundation-model/${sonnet}`],
      Condition: {
        StringEquals: { "aws:RequestedRegion": ["unspecified"] },
        ArnEquals: {
          "bedrock:InferenceProfileArn": [`arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.${sonnet}`],
        },
      },
    });
  });

  it("is about models with a global profile only", () => {
    expect(new InvokeModelsAnywhere(us).statement).toBeUndefined();
    expect(new InvokeModelsAnywhere(inRegion).statement).toBeUndefined();
  });
});

describe("InvokeModelsInRegion", () => {
  it("allows models without a profile in the configured Region alone", () => {
    expect(
      new InvokeModelsInRegion(options({ titan: { model: titan }, lite: { model: novaLite } }, "us-west-2")).statement,
    ).toEqual({
      Sid: "InvokeModelsInRegion",
      Effect: "Allow",
      Action: invoke,
      Resource: [`arn:aws:bedrock:us-west-2::foundation-model/${titan}`],
    });
  });

  it("is about models without a profile only", () => {
    expect(new InvokeModelsInRegion(us).statement).toBeUndefined();
    expect(new InvokeModelsInRegion(global).statement).toBeUndefined();
  });
});

describe("ListModels", () => {
  it("allows to look up which models and profiles exist", () => {
    expect(new ListModels(us).statement).toEqual({
      Sid: "ListModels",
      Effect: "Allow",
      Action: ["bedrock:ListFoundationModels", "bedrock:ListInferenceProfiles"],
      Resource: ["*"],
    });
  });
});

describe("the permissions to look at models", () => {
  it("are for the configured models, in the source Region alone", () => {
    expect(new ReadModels(mixed).statement).toEqual({
      Sid: "ReadModels",
      Effect: "Allow",
      Action: ["bedrock:GetFoundationModel"],
      Resource: [sonnet, haiku, novaLite, novaMicro, titan].map(
        (model) => `arn:aws:bedrock:us-east-1::foundation-model/${model}`,
      ),
    });
  });

  it("are for the configured profiles", () => {
    expect(new ReadProfiles(mixed).statement).toEqual({
      Sid: "ReadProfiles",
      Effect: "Allow",
      Action: ["bedrock:GetInferenceProfile"],
      Resource: [`us.${sonnet}`, `global.${haiku}`, `us.${novaLite}`].map(
        (profile) => `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${profile}`,
      ),
    });
    expect(new ReadProfiles(inRegion).statement).toBeUndefined();
  });

  it("are for the account's standing with any model, as AWS knows nothing narrower", () => {
    expect(new ReadAvailability(us).statement).toEqual({
      Sid: "ReadAvailability",
      Effect: "Allow",
      Action: ["bedrock:GetFoundationModelAvailability"],
      Resource: ["*"],
    });
  });
});

describe("the addresses from which the proxy may call", () => {
  const sourceIps = ["203.0.113.7/32", "2001:db8:7::/48"];
  const complete: Required<PermissionOptions> = { ...mixed, sourceIps };

  it("are asked for where the proxy itself calls, and nowhere else", () => {
    const fromThere = { IpAddress: { "aws:SourceIp": sourceIps } };
    const anywhere = bedrockStatements(mixed);
    const direct = [
      "InvokeProfiles",
      "InvokeModelsInRegion",
      "ListModels",
      "ReadModels",
      "ReadProfiles",
      "ReadAvailability",
    ];
    expect(bedrockStatements(complete)).toEqual(
      anywhere.map((statement) =>
        direct.includes(statement.Sid) ? { ...statement, Condition: fromThere } : statement,
      ),
    );
    expect(
      anywhere.filter(({ Sid }) => !direct.includes(Sid)).map(({ Condition = {} }) => Object.keys(Condition)),
    ).toEqual([
      ["ArnEquals"],
      ["ArnEquals"],
      ["StringEquals", "ArnEquals"],
      ["StringEquals"],
      ["StringEquals", "ForAnyValue:StringEquals"],
    ]);
  });

  it("are any by default", () => {
    expect(JSON.stringify(bedrockStatements(mixed))).not.toContain("aws:SourceIp");
  });
});

describe("the permissions of the Marketplace", () => {
  it("let Bedrock alone look at subscriptions in our name", () => {
    expect(new ViewSubscriptions(global).statement).toEqual({
      Sid: "ViewSubscriptions",
      Effect: "Allow",
      Action: ["aws-marketplace:ViewSubscriptions"],
      Resource: ["*"],
      Condition: { StringEquals: { "aws:CalledViaLast": ["bedrock.amazonaws.com"] } },
    });
  });

  it("let Bedrock alone subscribe in our name, to the configured products, each once", () => {
    expect(new SubscribeToModels(mixed).statement).toEqual({
      Sid: "SubscribeToModels",
      Effect: "Allow",
      Action: ["aws-marketplace:Subscribe"],
      Resource: ["*"],
      Condition: {
        StringEquals: { "aws:CalledViaLast": ["bedrock.amazonaws.com"] },
        "ForAnyValue:StringEquals": {
          "aws-marketplace:ProductId": [catalogue[sonnet]?.marketplaceProduct, catalogue[haiku]?.marketplaceProduct],
        },
      },
    });
  });

  it("aren't needed by Amazon's own models", () => {
    expect(new ViewSubscriptions(us).statement).toBeUndefined();
    expect(new SubscribeToModels(us).statement).toBeUndefined();
  });
});

describe("bedrockStatements", () => {
  const sids = (permissionOptions: PermissionOptions) => bedrockStatements(permissionOptions).map(({ Sid }) => Sid);

  it("has what the models need, and nothing else", () => {
    expect(sids(us)).toEqual([
      "InvokeProfiles",
      "InvokeModelsThroughProfiles",
      "ListModels",
      "ReadModels",
      "ReadProfiles",
      "ReadAvailability",
    ]);
    expect(sids(inRegion)).toEqual(["InvokeModelsInRegion", "ListModels", "ReadModels", "ReadAvailability"]);
    expect(sids(global)).toEqual([
      "InvokeProfiles",
      "InvokeModelsThroughGlobalProfiles",
      "InvokeModelsAnywhere",
      "ListModels",
      "ReadModels",
      "ReadProfiles",
      "ReadAvailability",
      "ViewSubscriptions",
      "SubscribeToModels",
    ]);
  });

  it("only allows, each thing under a name of its own", () => {
    const statements = bedrockStatements(mixed);
    expect(statements).toHaveLength(11);
    expect([...new Set(statements.map(({ Effect }) => Effect))]).toEqual(["Allow"]);
    expect(new Set(statements.map(({ Sid }) => Sid)).size).toBe(11);
  });

  it("has no empty list, which IAM refuses, and nothing twice", () => {
    const lists = [mixed, us, global, inRegion].flatMap((permissionOptions) =>
      bedrockStatements(permissionOptions).flatMap(({ Action, Resource, Condition = {} }) => [
        Action,
        Resource,
        ...Object.values(Condition).flatMap((operator) => Object.values(operator)),
      ]),
    );
    expect(lists.length).toBeGreaterThan(20);
    for (const list of lists) {
      expect(list).not.toHaveLength(0);
      expect(list).toEqual([...new Set(list)]);
    }
  });

  it("calls nothing by a pattern", () => {
    const patterns = bedrockStatements(mixed).filter(({ Action, Resource }) =>
      [...Action, ...Resource].some((text) => text.includes("*")),
    );
    // AWS has no narrower resource for these.
    expect(patterns.map(({ Sid, Resource }) => [Sid, Resource])).toEqual([
      ["ListModels", ["*"]],
      ["ReadAvailability", ["*"]],
      ["ViewSubscriptions", ["*"]],
      ["SubscribeToModels", ["*"]],
    ]);
  });
});
