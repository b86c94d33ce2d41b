import {
  type RunSimulationResults,
  runSimulation,
  runUnsafeSimulation,
  type Simulation,
} from "@cloud-copilot/iam-simulate";
import type { StackConfig } from "../../lib/config";
import { type ConfiguredModel, catalogue, endedModels, invocationId } from "../../lib/models";
import type { TerraformJson } from "./terraform";

/** A policy as it is sent to AWS. */
export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export const accountId = "123456789012";
const otherAccountId = "210987654321";

/** Characters of a customer-managed policy without white space. Source: IAM User Guide, "IAM and AWS STS quotas". */
export const maximumPolicySize = 6144;

/** The texts of a stack's policies by id, with an account where Terraform would put it in. */
export function policyTexts({ resource }: TerraformJson): readonly (readonly [id: string, text: string])[] {
  return Object.entries(resource["aws_iam_policy"] ?? {}).map(([id, { policy }]) => [
    id,
    String(policy).replaceAll(/\$\{data\.aws_caller_identity\.[^}]+\.account_id\}/g, accountId),
  ]);
}

/** The policies that Terraform attaches to the user or role: together they are what it may do. */
export function readPolicies({ resource, ...terraform }: TerraformJson): readonly PolicyDocument[] {
  const attached = ["aws_iam_user_policy_attachment", "aws_iam_role_policy_attachment"].flatMap((type) =>
    Object.values(resource[type] ?? {}).map(({ policy_arn }) => String(policy_arn)),
  );
  return policyTexts({ resource, ...terraform })
    .filter(([id]) => attached.includes(`\${aws_iam_policy.${id}.arn}`))
    .map(([, text]) => JSON.parse(text) as PolicyDocument);
}

/** What is asked about a request. */
export interface Policies {
  /** Of the user or role. */
  readonly attached: readonly PolicyDocument[];
  /** A service control policy. @default the account is in no organisation */
  readonly organisation?: PolicyDocument;
}

/** One request, and what IAM has to say to it. */
export interface AccessCase {
  readonly id: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
  readonly expected: Answer;
  /** Why the simulator's checks of the request are off; see `regionless` and `productId`. */
  readonly unchecked?: string;
}

export type Answer = "allowed" | "denied";

/**
 * A `global` profile's request elsewhere is for an ARN without Region, which the Service Authorization Reference (the
 * simulator's data) has no resource type for: `${Region}` isn't empty there.
 */
const regionless = "the model's ARN has no Region";

/**
 * The Service Authorization Reference doesn't list `aws-marketplace:ProductId` for Subscribe, so that the simulator
 * would drop it from the request. Source: AWS Marketplace Buyer Guide, "Controlling access to subscriptions".
 */
const productId = "aws-marketplace:ProductId is missing from the simulator's data";

export const uncheckedReasons = { regionless, productId } as const;

/**
 * What IAM answers.
 * @throws when the simulator doesn't understand the policy or the request (a misspelt action, a resource that the
 * action isn't about, a context key that the request can't have): a denial for such a reason would prove nothing
 */
export async function simulate(policies: Policies, request: AccessCase): Promise<Answer> {
  if (request.unchecked !== undefined) return answer(runUnsafeSimulation(simulation(policies, request), {}));
  const result = await simulateChecked(policies, request);
  if (result.resultType === "error") throw new Error(`${request.id}: ${JSON.stringify(result.errors)}`);
  if (result.resultType === "wildcard") throw new Error(`${request.id}: name one resource, not a pattern`);
  const ignored = result.result.ignoredContextKeys ?? [];
  if (ignored.length > 0) throw new Error(`${request.id}: not of this request: ${ignored.join(", ")}`);
  return answer(result.overallResult);
}

/** The simulator's own result, with its checks on. */
export function simulateChecked(policies: Policies, request: AccessCase): Promise<RunSimulationResults> {
  return runSimulation(simulation(policies, request), {});
}

/** The ids of the cases that policies answer otherwise than expected. */
export async function failingCases(policies: Policies, cases: readonly AccessCase[]): Promise<readonly string[]> {
  const failing: string[] = [];
  for (const request of cases) {
    if ((await simulate(policies, request)) !== request.expected) failing.push(request.id);
  }
  return failing;
}

function answer(result: string): Answer {
  return result === "Allowed" ? "allowed" : "denied";
}

const principal = `arn:aws:iam::${accountId}:user/proxy`;

function simulation({ attached, organisation }: Policies, { action, resource, context }: AccessCase): Simulation {
  return {
    request: {
      principal,
      action,
      // Always our own account, even for other accounts' ARNs: across accounts the simulator denies whatever the
      // policy says, for want of a resource policy, and the case could never fail.
      resource: { resource, accountId },
      contextVariables: Object.fromEntries(
        Object.entries(context).map(([key, value]) => [key, typeof value === "string" ? value : [...value]]),
      ),
    },
    identityPolicies: attached.map((policy, index) => ({ name: `policy ${index + 1}`, policy })),
    serviceControlPolicies:
      organisation === undefined
        ? []
        : [
            {
              orgIdentifier: "r-root",
              policies: [fullAccess, organisation].map((policy, index) => ({ name: `SCP ${index + 1}`, policy })),
            },
          ],
    resourceControlPolicies: [],
  };
}

/** The service control policy that every organisation begins with. */
const fullAccess: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Sid: "FullAccess", Effect: "Allow", Action: ["*"], Resource: ["*"] }],
};

/**
 * What an organisation that works in one Region denies all its accounts.
 * Source: AWS Organizations User Guide, "General examples" of service control policies.
 */
export function onlyRegion(region: string): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "DenyOtherRegions",
        Effect: "Deny",
        Action: ["bedrock:*"],
        Resource: ["*"],
        Condition: { StringNotEquals: { "aws:RequestedRegion": [region] } },
      },
    ],
  };
}

/**
 * What a person sees of a request that an organisation denies, as Bedrock passes it on.
 * Source: IAM User Guide, "Troubleshoot access denied error messages".
 */
export function organisationDenial({ action, resource }: AccessCase): string {
  return `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} with an explicit deny in a service control policy`;
}

const invokeActions = ["InvokeModel", "InvokeModelWithResponseStream"] as const;

/** Regions in which no example calls a model, in three geographies. */
const foreignRegions = ["eu-central-1", "ap-southeast-2", "ca-central-1"] as const;

/** All prefixes of system-defined profiles that a request could try. */
const geographies = ["us", "eu", "apac", "jp", "au", "us-gov", "global"] as const;

/** A model that no catalogue has. */
const unknownModel = "meta.llama3-3-70b-instruct-v1:0";

function profileArn(region: string, id: string, account = accountId): string {
  return `arn:aws:bedrock:${region}:${account}:inference-profile/${id}`;
}

function applicationProfile(region: string): string {
  return `arn:aws:bedrock:${region}:${accountId}:application-inference-profile/a1b2c3d4e5f6`;
}

function modelArn(region: string, modelId: string): string {
  return `arn:aws:bedrock:${region}::foundation-model/${modelId}`;
}

/** Where the proxy is: a request of its own comes from there, one that a service makes in its name may not. */
const home = "203.0.113.7";
/** An address of somebody else, or of AWS. */
const elsewhere = "198.51.100.9";

/** `through`: the profile that was called, as Bedrock puts it into the context of the request for the model. */
function invoke(
  id: string,
  expected: Answer,
  request: {
    readonly resource: string;
    readonly region: string;
    readonly action?: (typeof invokeActions)[number];
    readonly through?: string;
  },
): AccessCase {
  const { action = "InvokeModel", resource, region, through } = request;
  return {
    id: `${id}: ${action}`,
    action: `bedrock:${action}`,
    resource,
    context: {
      "aws:RequestedRegion": region,
      ...(through === undefined ? { "aws:SourceIp": home } : { "bedrock:InferenceProfileArn": through }),
    },
    expected,
    ...(resource.startsWith("arn:aws:bedrock:::") ? { unchecked: regionless } : {}),
  };
}

/** What has to work, has to work streamed and in one piece; most denials are asked for once, see `invokesBothWays`. */
function bothWays(id: string, expected: Answer, request: Omit<Parameters<typeof invoke>[2], "action">): AccessCase[] {
  return invokeActions.map((action) => invoke(id, expected, { ...request, action }));
}

/**
 * Every request that matters for these models: what has to work, and what must not.
 *
 * One thing the policy can't tell apart, by design: a condition holds for a whole statement, so it would let a
 * configured model be reached through the profile of another configured model of the same kind. No such request
 * exists: Bedrock sets the key, and a system-defined profile leads to its own model only.
 */
export function accessCases({ models, aws: { region, sourceIps } }: StackConfig): readonly AccessCase[] {
  const perModel = [...new Map(models.map((model) => [invocationId(model), model])).values()];
  const cases = [
    ...perModel.flatMap((model) => ownModelCases(model, perModel)),
    ...otherModelCases(perModel, region),
    ...perModel.flatMap((model) => readCases(model, perModel)),
    ...marketplaceCases(perModel),
    ...listCases(region),
    ...administrationCases(region),
    ...otherServiceCases,
  ];
  return [...cases, ...cases.filter(({ expected }) => expected === "allowed").flatMap(sourceCases(sourceIps))];
}

/** An allowed request from other addresses. */
function sourceCases(sourceIps: StackConfig["aws"]["sourceIps"]): (request: AccessCase) => readonly AccessCase[] {
  return (request) => {
    const { "aws:SourceIp": source, ...withoutSource } = request.context;
    const isDirect = source !== undefined;
    const expected = isDirect && sourceIps !== undefined ? "denied" : "allowed";
    const from = (where: string, context: AccessCase["context"]): AccessCase => ({
      ...request,
      id: `${request.id}, from ${where}`,
      context: { ...withoutSource, ...context },
      expected,
    });
    return [
      from(isDirect ? "elsewhere" : "an address of AWS", { "aws:SourceIp": elsewhere }),
      isDirect ? from("a VPC endpoint", {}) : from("the caller's address", { "aws:SourceIp": home }),
    ];
  };
}

function ownModelCases(model: ConfiguredModel, all: readonly ConfiguredModel[]): readonly AccessCase[] {
  return model.profile === "in-region" ? inRegionCases(model, all) : profileCases(model, all);
}

function inRegionCases(model: ConfiguredModel, all: readonly ConfiguredModel[]): readonly AccessCase[] {
  const { alias, modelId, region } = model;
  const elsewhere = [...usRegions(region), ...foreignRegions];
  return [
    ...bothWays(`${alias}, directly in ${region}`, "allowed", { resource: modelArn(region, modelId), region }),
    ...elsewhere.flatMap((other) =>
      bothWays(`${alias}, directly in ${other}`, "denied", { resource: modelArn(other, modelId), region: other }),
    ),
    ...otherProfiles(model, all).map((id) =>
      invoke(`${alias}, profile ${id}`, "denied", { resource: profileArn(region, id), region }),
    ),
  ];
}

function profileCases(model: ConfiguredModel, all: readonly ConfiguredModel[]): readonly AccessCase[] {
  const { alias, modelId, region, profile } = model;
  const id = invocationId(model);
  const through = profileArn(region, id);
  const reachable = profile === "global" ? [region] : [...new Set([region, ...model.destinations])];
  const unreachable = [...usRegions(...reachable), ...foreignRegions];
  return [
    ...bothWays(`${alias}, its profile`, "allowed", { resource: through, region }),
    ...reachable.flatMap((destination) =>
      bothWays(`${alias}, in ${destination} through its profile`, "allowed", {
        resource: modelArn(destination, modelId),
        region: destination,
        through,
      }),
    ),
    ...(profile === "global" ? anywhereCases(model) : []),
    ...unreachable.flatMap((other) => [
      invoke(`${alias}, in ${other} through its profile`, "denied", {
        resource: modelArn(other, modelId),
        region: other,
        through,
      }),
      invoke(`${alias}, its profile in ${other}`, "denied", { resource: profileArn(other, id), region: other }),
    ]),
    ...otherProfiles(model, all).map((other) =>
      invoke(`${alias}, profile ${other}`, "denied", { resource: profileArn(region, other), region }),
    ),
    invoke(`${alias}, an application inference profile`, "denied", { resource: applicationProfile(region), region }),
    invoke(`${alias}, another account's profile`, "denied", {
      resource: profileArn(region, id, otherAccountId),
      region,
    }),
    ...(isInRegion(modelId, all) ? [] : otherWayCases(model, all, reachable)),
  ];
}

/** A `global` profile's requests elsewhere. */
function anywhereCases(model: ConfiguredModel): readonly AccessCase[] {
  const { alias, modelId, region } = model;
  const through = profileArn(region, invocationId(model));
  const anywhere = { resource: modelArn("", modelId), region: "unspecified" };
  return [
    ...bothWays(`${alias}, anywhere through its profile`, "allowed", { ...anywhere, through }),
    ...bothWays(`${alias}, anywhere, but in ${region}`, "denied", { ...anywhere, region, through }),
    ...bothWays(`${alias}, anywhere, directly`, "denied", anywhere),
    ...["us", "eu"].map((geography) =>
      invoke(`${alias}, anywhere through ${geography}.${modelId}`, "denied", {
        ...anywhere,
        through: profileArn(region, `${geography}.${modelId}`),
      }),
    ),
    invoke(`${alias}, anywhere through an application inference profile`, "denied", {
      ...anywhere,
      through: applicationProfile(region),
    }),
    invoke(`${alias}, anywhere through another account's profile`, "denied", {
      ...anywhere,
      through: profileArn(region, invocationId(model), otherAccountId),
    }),
  ];
}

/** The model reached otherwise than through its profile. */
function otherWayCases(
  model: ConfiguredModel,
  all: readonly ConfiguredModel[],
  reachable: readonly string[],
): readonly AccessCase[] {
  const { alias, modelId, region } = model;
  const throughs: readonly (readonly [name: string, arn: string])[] = [
    ...[...otherProfiles(model, all), ...foreignProfiles(model, all)].map(
      (other) => [other, profileArn(region, other)] as const,
    ),
    ["an application inference profile", applicationProfile(region)],
    ["another account's profile", profileArn(region, invocationId(model), otherAccountId)],
  ];
  return [
    ...reachable.flatMap((destination) =>
      bothWays(`${alias}, directly in ${destination}`, "denied", {
        resource: modelArn(destination, modelId),
        region: destination,
      }),
    ),
    ...throughs.map(([name, through]) =>
      invoke(`${alias}, through ${name}`, "denied", { resource: modelArn(region, modelId), region, through }),
    ),
  ];
}

/** The US Regions except these. */
function usRegions(...except: readonly string[]): readonly string[] {
  return ["us-east-1", "us-east-2", "us-west-1", "us-west-2"].filter((region) => !except.includes(region));
}

/** A model that is also configured without a profile may be called directly, so through any profile, too. */
function isInRegion(modelId: string, all: readonly ConfiguredModel[]): boolean {
  return all.some((model) => model.modelId === modelId && model.profile === "in-region");
}

/** The same model's profiles in the geographies that aren't configured. */
function otherProfiles({ modelId }: ConfiguredModel, all: readonly ConfiguredModel[]): readonly string[] {
  const configured = new Set(all.map(invocationId));
  return geographies.map((geography) => `${geography}.${modelId}`).filter((id) => !configured.has(id));
}

/** Profiles of other models: of one that isn't configured, and of configured ones of another kind. */
function foreignProfiles({ modelId, profile }: ConfiguredModel, all: readonly ConfiguredModel[]): readonly string[] {
  const profilesOfModel = new Set(all.filter((other) => other.modelId === modelId).map((other) => other.profile));
  const ofOtherKind = all.filter((other) => other.profile !== "in-region" && !profilesOfModel.has(other.profile));
  return [`${profile}.${unknownModel}`, ...ofOtherKind.map(invocationId)];
}

/** Models that aren't configured: of the catalogue, of its past, and one that it doesn't know. */
function otherModelCases(models: readonly ConfiguredModel[], region: string): readonly AccessCase[] {
  const configured = new Set(models.map(({ modelId }) => modelId));
  const others = [...Object.keys(catalogue), ...Object.keys(endedModels), unknownModel];
  const [anyProfile] = models.filter(({ profile }) => profile !== "in-region").map(invocationId);
  return others
    .filter((modelId) => !configured.has(modelId))
    .flatMap((modelId) => {
      const model = { resource: modelArn(region, modelId), region };
      const profile = profileArn(region, `us.${modelId}`);
      return [
        invoke(`${modelId}, directly`, "denied", model),
        invoke(`${modelId}, its profile`, "denied", { resource: profile, region }),
        invoke(`${modelId}, through its profile`, "denied", { ...model, through: profile }),
        ...(anyProfile === undefined
          ? []
          : [
              invoke(`${modelId}, through ${anyProfile}`, "denied", {
                ...model,
                through: profileArn(region, anyProfile),
              }),
            ]),
      ];
    });
}

const bedrock = "bedrock.amazonaws.com";

/** The first call of a Claude model subscribes the account to it: Bedrock asks AWS Marketplace in the user's name. */
function marketplaceCases(models: readonly ConfiguredModel[]): readonly AccessCase[] {
  const configured = [...new Set(models.flatMap(({ definition }) => definition.marketplaceProduct ?? []))];
  const catalogued = Object.values(catalogue).flatMap(({ marketplaceProduct }) => marketplaceProduct ?? []);
  const others = [...new Set([...catalogued, "prod-unknown"])].filter((product) => !configured.includes(product));
  const marketplace = (
    id: string,
    expected: Answer,
    action: string,
    context: AccessCase["context"] = {},
    unchecked?: string,
  ): AccessCase => ({
    id: `Marketplace: ${action} ${id}`,
    action: `aws-marketplace:${action}`,
    resource: "*",
    context,
    expected,
    ...(unchecked === undefined ? {} : { unchecked }),
  });
  const subscribe = (id: string, expected: Answer, context: AccessCase["context"]) =>
    marketplace(id, expected, "Subscribe", context, productId);
  const withProduct = (product: string) => ({ "aws-marketplace:ProductId": [product] });
  const needed: Answer = configured.length > 0 ? "allowed" : "denied";
  return [
    ...configured.flatMap((product) => [
      subscribe(`to ${product} through Bedrock`, "allowed", { "aws:CalledViaLast": bedrock, ...withProduct(product) }),
      subscribe(`to ${product} by itself`, "denied", withProduct(product)),
      subscribe(`to ${product} through CloudFormation`, "denied", {
        "aws:CalledViaLast": "cloudformation.amazonaws.com",
        ...withProduct(product),
      }),
    ]),
    ...others.map((product) =>
      subscribe(`to ${product} through Bedrock`, "denied", { "aws:CalledViaLast": bedrock, ...withProduct(product) }),
    ),
    marketplace("to an unnamed product through Bedrock", "denied", "Subscribe", { "aws:CalledViaLast": bedrock }),
    marketplace("to an unnamed product by itself", "denied", "Subscribe"),
    marketplace("through Bedrock", needed, "ViewSubscriptions", { "aws:CalledViaLast": bedrock }),
    marketplace("by itself", "denied", "ViewSubscriptions"),
    marketplace("through CloudFormation", "denied", "ViewSubscriptions", {
      "aws:CalledViaLast": "cloudformation.amazonaws.com",
    }),
    marketplace("through Bedrock", "denied", "Unsubscribe", { "aws:CalledViaLast": bedrock }),
    marketplace("by itself", "denied", "Unsubscribe"),
  ];
}

function plain(action: string, resource: string, expected: Answer): AccessCase {
  return { id: action, action, resource, context: { "aws:SourceIp": home }, expected };
}

/** A request to Bedrock's own API in a Region. */
function inRegion(region: string, id: string, expected: Answer, action: string, resource: string): AccessCase {
  const request = plain(`bedrock:${action}`, resource, expected);
  return { ...request, id, context: { ...request.context, "aws:RequestedRegion": region } };
}

/** What AWS allows for no narrower resource. */
function listCases(region: string): readonly AccessCase[] {
  const actions = ["ListFoundationModels", "ListInferenceProfiles", "GetFoundationModelAvailability"];
  return actions.map((action) => inRegion(region, `bedrock:${action}`, "allowed", action, "*"));
}

/** Looking at a model and its profile: their own, in the source Region. */
function readCases(model: ConfiguredModel, all: readonly ConfiguredModel[]): readonly AccessCase[] {
  const { alias, modelId, region } = model;
  const readModel = (where: string, expected: Answer, id = modelId) =>
    inRegion(where, `look at ${alias}, ${id} in ${where}`, expected, "GetFoundationModel", modelArn(where, id));
  const readProfile = (what: string, expected: Answer, arn: string) =>
    inRegion(region, `look at ${alias}, ${what}`, expected, "GetInferenceProfile", arn);
  const profile = invocationId(model);
  return [
    readModel(region, "allowed"),
    ...[...usRegions(region), ...foreignRegions].map((where) => readModel(where, "denied")),
    readModel(region, "denied", unknownModel),
    ...(model.profile === "in-region"
      ? []
      : [
          readProfile("its profile", "allowed", profileArn(region, profile)),
          readProfile("another account's profile", "denied", profileArn(region, profile, otherAccountId)),
        ]),
    ...otherProfiles(model, all).map((id) => readProfile(`profile ${id}`, "denied", profileArn(region, id))),
    readProfile("an application inference profile", "denied", applicationProfile(region)),
  ];
}

/** What changes the account's Bedrock, costs by the hour, reads others' data, or goes around the proxy. */
function administrationCases(region: string): readonly AccessCase[] {
  const own = (resource: string) => `arn:aws:bedrock:${region}:${accountId}:${resource}`;
  const anyModel = modelArn(region, "amazon.nova-lite-v1:0");
  const requests: readonly (readonly [action: string, resource: string])[] = [
    ["PutUseCaseForModelAccess", "*"],
    ["GetUseCaseForModelAccess", "*"],
    ["CreateFoundationModelAgreement", "*"],
    ["DeleteFoundationModelAgreement", "*"],
    ["PutFoundationModelEntitlement", "*"],
    ["PutModelInvocationLoggingConfiguration", "*"],
    ["DeleteModelInvocationLoggingConfiguration", "*"],
    ["CallWithBearerToken", "*"],
    ["CreateModelCustomizationJob", anyModel],
    ["CreateProvisionedModelThroughput", anyModel],
    ["CreateInferenceProfile", own("application-inference-profile/a1b2c3d4e5f6")],
    ["DeleteInferenceProfile", own("application-inference-profile/a1b2c3d4e5f6")],
    ["InvokeModel", own("provisioned-model/a1b2c3d4e5f6")],
    ["InvokeModel", own("imported-model/a1b2c3d4e5f6")],
    ["InvokeModel", own("custom-model-deployment/a1b2c3d4e5f6")],
    ["InvokeModel", own("async-invoke/a1b2c3d4e5f6")],
    ["InvokeAgent", own("agent-alias/AAAAAAAAAA/BBBBBBBBBB")],
    ["Retrieve", own("knowledge-base/AAAAAAAAAA")],
    ["ApplyGuardrail", own("guardrail/a1b2c3d4e5f6")],
    ["DeleteGuardrail", own("guardrail/a1b2c3d4e5f6")],
  ];
  return requests.map(([action, resource]) =>
    inRegion(region, `bedrock:${action} on ${resource}`, "denied", action, resource),
  );
}

const otherServiceCases: readonly AccessCase[] = [
  plain("s3:ListAllMyBuckets", "*", "denied"),
  plain("s3:GetObject", "arn:aws:s3:::bucket/key", "denied"),
  plain("iam:CreateUser", `arn:aws:iam::${accountId}:user/other`, "denied"),
  plain("iam:CreateAccessKey", `arn:aws:iam::${accountId}:user/proxy`, "denied"),
  plain("iam:AttachUserPolicy", `arn:aws:iam::${accountId}:user/proxy`, "denied"),
  plain("iam:CreatePolicyVersion", `arn:aws:iam::${accountId}:policy/proxy`, "denied"),
  plain("sts:AssumeRole", `arn:aws:iam::${accountId}:role/admin`, "denied"),
  plain("ec2:RunInstances", `arn:aws:ec2:us-east-1:${accountId}:instance/i-0123456789abcdef0`, "denied"),
  plain("lambda:InvokeFunction", `arn:aws:lambda:us-east-1:${accountId}:function:any`, "denied"),
  plain("secretsmanager:GetSecretValue", `arn:aws:secretsmanager:us-east-1:${accountId}:secret:any-a1b2c3`, "denied"),
];
