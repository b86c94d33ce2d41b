import { type ConfiguredModel, invocationId } from "../../lib/models";

/** A statement of an IAM policy. There is no `Deny`: what isn't allowed is denied. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** One thing that the proxy may do, with the statement that allows it. */
export interface Permission {
  /** `undefined` when the configured models don't need it. */
  readonly statement: Statement | undefined;
}

export interface PermissionOptions {
  readonly models: readonly ConfiguredModel[];
  /** The account's twelve digits, or a Terraform reference to them. */
  readonly accountId: string;
  /** Public addresses from which alone the proxy may call, as CIDR blocks. @default any address */
  readonly sourceIps?: readonly string[] | undefined;
}

/** Converse and ConverseStream have no actions of their own: they are authorised as these. */
const invokeActions = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"] as const;

/**
 * Calls the configured inference profiles, in their source Region.
 *
 *     { "Sid": "InvokeProfiles", "Effect": "Allow",
 *       "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
 *       "Resource": ["arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0"] }
 */
export class InvokeProfiles implements Permission {
  readonly statement: Statement | undefined;

  constructor(options: PermissionOptions) {
    this.statement = allow("InvokeProfiles", invokeActions, profileArns(options), fromSourceIps(options));
  }
}

/**
 * Calls the models behind the `us` profiles in every Region that these route to, and only through them.
 *
 *     { "Sid": "InvokeModelsThroughProfiles", "Effect": "Allow",
 *       "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
 *       "Resource": ["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "…us-east-2…", "…us-west-2…"],
 *       "Condition": { "ArnEquals": { "bedrock:InferenceProfileArn": ["arn:…:inference-profile/us.amazon.nova-lite-v1:0"] } } }
 *
 * Source: Amazon Bedrock User Guide, "Geographic cross-Region inference".
 */
export class InvokeModelsThroughProfiles implements Permission {
  readonly statement: Statement | undefined;

  constructor(options: PermissionOptions) {
    const models = options.models.filter(({ profile }) => profile === "us");
    const resources = models.flatMap((model) =>
      unique([model.region, ...model.destinations]).map((region) => modelArn(region, model)),
    );
    this.statement = allow("InvokeModelsThroughProfiles", invokeActions, resources, {
      ArnEquals: { "bedrock:InferenceProfileArn": profileArns({ ...options, models }) },
    });
  }
}

/**
 * Calls the models behind the `global` profiles in the source Region, and only through them.
 *
 *     { "Sid": "InvokeModelsThroughGlobalProfiles", "Effect": "Allow", "Action": ["bedrock:InvokeModel", "…WithResponseStream"],
 *       "Resource": ["arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-6"],
 *       "Condition": { "ArnEquals": { "bedrock:InferenceProfileArn": ["arn:…:inference-profile/global.anthropic.claude-sonnet-4-6"] } } }
 */
export class InvokeModelsThroughGlobalProfiles implements Permission {
  readonly statement: Statement | undefined;

  constructor(options: PermissionOptions) {
    const models = options.models.filter(({ profile }) => profile === "global");
    this.statement = allow("InvokeModelsThroughGlobalProfiles", invokeActions, sourceModelArns(models), {
      ArnEquals: { "bedrock:InferenceProfileArn": profileArns({ ...options, models }) },
    });
  }
}

/**
 * The same wherever a `global` profile routes to: the model's ARN then has no Region, and the request none either.
 *
 *     { "Sid": "InvokeModelsAnywhere", "Effect": "Allow", "Action": ["bedrock:InvokeModel", "…WithResponseStream"],
 *       "Resource": ["arn:aws:bedrock:::foundation-model/anthropic.claude-sonnet-4-6"],
 *       "Condition": { "StringEquals": { "aws:RequestedRegion": ["unspecified"] },
 *                      "ArnEquals": { "bedrock:InferenceProfileArn": ["arn:…:inference-profile/global.anthropic.claude-sonnet-4-6"] } } }
 *
 * Source: Amazon Bedrock User Guide, "Global cross-Region inference".
 */
export class InvokeModelsAnywhere implements Permission {
  readonly statement: Statement | undefined;

  constructor(options: PermissionOptions) {
    const models = options.models.filter(({ profile }) => profile === "global");
    this.statement = allow(
      "InvokeModelsAnywhere",
      invokeActions,
      models.map((model) => modelArn("", model)),
      {
        StringEquals: { "aws:RequestedRegion": ["unspecified"] },
        ArnEquals: { "bedrock:InferenceProfileArn": profileArns({ ...options, models }) },
      },
    );
  }
}

/**
 * Calls models that have no profile, in the source Region alone.
 *
 *     { "Sid": "InvokeModelsInRegion", "Effect": "Allow",
 *       "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
 *       "Resource": ["arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"] }
 */
export class InvokeModelsInRegion implements Permission {
  readonly statement: Statement | undefined;

  constructor(options: PermissionOptions) {
    const inRegion = options.models.filter(({ profile }) => profile === "in-region");
    this.statement = allow("InvokeModelsInRegion", invokeActions, sourceModelArns(inRegion), fromSourceIps(options));
  }
}

/**
 * Looks up which models and profiles exist. AWS allows no narrower resource for these actions.
 *
 *     { "Sid": "ListModels", "Effect": "Allow",
 *       "Action": ["bedrock:ListFoundationModels", "bedrock:ListInferenceProfiles"], "Resource": ["*"] }
 */
export class ListModels implements Permission {
  readonly statement: Statement | undefined;

  constructor(options: PermissionOptions) {
    const actions = ["bedrock:ListFoundationModels", "bedrock:ListInferenceProfiles"];
    this.statement = allow("ListModels", actions, ["*"], fromSourceIps(options));
  }
}

/**
 * Reads what the configured models can do and whether they are still active, in the source Region.
 *
 *     { "Sid": "ReadModels", "Effect": "Allow", "Action": ["bedrock:GetFoundationModel"],
 *       "Resource": ["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"] }
 */
export class ReadModels implements Permission {
  readonly statement: Statement | undefined;

  constructor(options: PermissionOptions) {
    const resources = sourceModelArns(options.models);
    this.statement = allow("ReadModels", ["bedrock:GetFoundationModel"], resources, fromSourceIps(options));
  }
}

/**
 * Reads to which Regions the configured profiles route.
 *
 *     { "Sid": "ReadProfiles", "Effect": "Allow", "Action": ["bedrock:GetInferenceProfile"],
 *       "Resource": ["arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0"] }
 */
export class ReadProfiles implements Permission {
  readonly statement: Statement | undefined;

  constructor(options: PermissionOptions) {
    const resources = profileArns(options);
    this.statement = allow("ReadProfiles", ["bedrock:GetInferenceProfile"], resources, fromSourceIps(options));
  }
}

/**
 * Reads whether the account may use a model: form filed, subscribed, offered in the Region. AWS allows no narrower
 * resource.
 *
 *     { "Sid": "ReadAvailability", "Effect": "Allow",
 *       "Action": ["bedrock:GetFoundationModelAvailability"], "Resource": ["*"] }
 */
export class ReadAvailability implements Permission {
  readonly statement: Statement | undefined;

  constructor(options: PermissionOptions) {
    const actions = ["bedrock:GetFoundationModelAvailability"];
    this.statement = allow("ReadAvailability", actions, ["*"], fromSourceIps(options));
  }
}

/**
 * Sees which Marketplace products the account has subscribed to, when Bedrock asks on its behalf: the first call of a
 * Claude model in an account subscribes to it. AWS allows no narrower resource.
 *
 *     { "Sid": "ViewSubscriptions", "Effect": "Allow", "Action": ["aws-marketplace:ViewSubscriptions"], "Resource": ["*"],
 *       "Condition": { "StringEquals": { "aws:CalledViaLast": ["bedrock.amazonaws.com"] } } }
 */
export class ViewSubscriptions implements Permission {
  readonly statement: Statement | undefined;

  constructor({ models }: PermissionOptions) {
    this.statement =
      marketplaceProducts(models).length === 0
        ? undefined
        : allow("ViewSubscriptions", ["aws-marketplace:ViewSubscriptions"], ["*"], viaBedrock);
  }
}

/**
 * Subscribes to the configured models' Marketplace products, through Bedrock only. AWS allows no narrower resource.
 *
 *     { "Sid": "SubscribeToModels", "Effect": "Allow", "Action": ["aws-marketplace:Subscribe"], "Resource": ["*"],
 *       "Condition": { "StringEquals": { "aws:CalledViaLast": ["bedrock.amazonaws.com"] },
 *                      "ForAnyValue:StringEquals": { "aws-marketplace:ProductId": ["prod-ffvjxvh4ltq64"] } } }
 */
export class SubscribeToModels implements Permission {
  readonly statement: Statement | undefined;

  constructor({ models }: PermissionOptions) {
    const products = marketplaceProducts(models);
    this.statement =
      products.length === 0
        ? undefined
        : allow("SubscribeToModels", ["aws-marketplace:Subscribe"], ["*"], {
            ...viaBedrock,
            "ForAnyValue:StringEquals": { "aws-marketplace:ProductId": products },
          });
  }
}

/** `aws:CalledViaLast` has one value: the service that made the last call on the user's behalf. */
const viaBedrock = { StringEquals: { "aws:CalledViaLast": ["bedrock.amazonaws.com"] } } as const;

/**
 * The condition on what the proxy itself calls: profiles, models without a profile, lists and look-ups.
 *
 *     "Condition": { "IpAddress": { "aws:SourceIp": ["203.0.113.7/32"] } }
 *
 * What Bedrock checks or calls in the user's name goes without it, as the address is then AWS's own or kept, depending
 * on the service: the models in the destination Regions, and the Marketplace. Neither is open for that. A model is
 * allowed through its profile only, and whoever calls the profile has met the condition; the Marketplace is allowed
 * only when Bedrock was the last to call. `aws:ViaAWSService` isn't needed: no service calls these for the proxy.
 * A request through a VPC endpoint has no such key, and is denied.
 *
 * Sources: IAM User Guide, "AWS global condition context keys", "Forward access sessions" and "AWS: Denies access to
 * AWS based on the source IP"; Amazon Bedrock User Guide, "Geographic cross-Region inference".
 */
function fromSourceIps({ sourceIps }: PermissionOptions): Statement["Condition"] {
  return sourceIps === undefined ? undefined : { IpAddress: { "aws:SourceIp": sourceIps } };
}

/** All that the proxy may do with these models. */
export function bedrockStatements(options: PermissionOptions): readonly Statement[] {
  const permissions: readonly Permission[] = [
    new InvokeProfiles(options),
    new InvokeModelsThroughProfiles(options),
    new InvokeModelsThroughGlobalProfiles(options),
    new InvokeModelsAnywhere(options),
    new InvokeModelsInRegion(options),
    new ListModels(options),
    new ReadModels(options),
    new ReadProfiles(options),
    new ReadAvailability(options),
    new ViewSubscriptions(options),
    new SubscribeToModels(options),
  ];
  return permissions.flatMap(({ statement }) => (statement === undefined ? [] : [statement]));
}

/** A statement, or `undefined` when it would be about nothing: IAM refuses an empty list. */
function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  condition?: Statement["Condition"],
): Statement | undefined {
  if (resources.length === 0) return undefined;
  const statement = { Sid: sid, Effect: "Allow", Action: actions, Resource: unique(resources) } as const;
  return condition === undefined ? statement : { ...statement, Condition: condition };
}

/** An inference profile belongs to the account, a foundation model to nobody: its account is empty. */
function profileArns({ models, accountId }: PermissionOptions): readonly string[] {
  return unique(
    models
      .filter(({ profile }) => profile !== "in-region")
      .map((model) => `arn:aws:bedrock:${model.region}:${accountId}:inference-profile/${invocationId(model)}`),
  );
}

function sourceModelArns(models: readonly ConfiguredModel[]): readonly string[] {
  return models.map((model) => modelArn(model.region, model));
}

function modelArn(region: string, { modelId }: ConfiguredModel): string {
  return `arn:aws:bedrock:${region}::foundation-model/${modelId}`;
}

function marketplaceProducts(models: readonly ConfiguredModel[]): readonly string[] {
  return unique(
    models.flatMap(({ definition }) =>
      definition.marketplaceProduct === undefined ? [] : [definition.marketplaceProduct],
    ),
  );
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
