import { type CatalogueModel, catalogue, endedModels, type Profile, profiles } from "../lib/models";
import { accountId } from "./caller";
import { invalid, Refusal } from "./errors";

/** A model that exists, as a request named it. */
export interface TargetModel {
  /** As the request named it: an id or an ARN. */
  readonly modelId: string;
  /** Without profile, such as `amazon.nova-lite-v1:0`. */
  readonly baseId: string;
  /** What IAM would check first: the profile's ARN, or the model's. */
  readonly arn: string;
  readonly definition: CatalogueModel;
}

export const endOfLifeMessage =
  "This model version has reached the end of its life. Please refer to the AWS documentation for more details.";

/**
 * Looks up what a request names: a model id, a profile's id, or an ARN of either, in the Region of the request.
 * Sources: Amazon Bedrock API Reference, "Converse" (modelId); Amazon Bedrock User Guide, "Supported Regions and
 * models for inference profiles" and "Model lifecycle".
 * @throws Refusal for what doesn't exist there, has ended, or exists under a profile only
 */
export function resolveModel(modelId: string, region: string): TargetModel {
  const id = readArn(modelId, region);
  const prefix = profiles.find((profile) => profile !== "in-region" && id.startsWith(`${profile}.`));
  const profile: Profile = prefix ?? "in-region";
  const baseId = prefix === undefined ? id : id.slice(prefix.length + 1);
  if (Object.hasOwn(endedModels, baseId)) throw new Refusal("ResourceNotFoundException", endOfLifeMessage);
  const definition = Object.hasOwn(catalogue, baseId) ? catalogue[baseId] : undefined;
  if (definition === undefined) throw invalidIdentifier();
  const offered = (wanted: Profile) => definition.offers[wanted]?.routes[region] !== undefined;
  if (offered(profile)) return { modelId, baseId, arn: arnOf(profile, id, region), definition };
  if (prefix === undefined && profiles.some(offered)) throw profileOnly(id);
  throw invalidIdentifier();
}

/** The id in an ARN of this Region; anything that is no ARN is an id. */
function readArn(modelId: string, region: string): string {
  if (!modelId.startsWith("arn:")) return modelId;
  const [, arnRegion, account, kind, id] =
    modelId.match(/^arn:aws:bedrock:([a-z0-9-]+):(\d{12})?:(inference-profile|foundation-model)\/(.+)$/) ?? [];
  const complete = kind === "inference-profile" ? account !== undefined : account === undefined;
  if (id === undefined || arnRegion !== region || !complete) throw invalidIdentifier();
  return id;
}

function arnOf(profile: Profile, id: string, region: string): string {
  return profile === "in-region"
    ? `arn:aws:bedrock:${region}::foundation-model/${id}`
    : `arn:aws:bedrock:${region}:${accountId}:inference-profile/${id}`;
}

function invalidIdentifier(): Refusal {
  return invalid("The provided model identifier is invalid.");
}

/** With AWS's typographic apostrophe: what compares texts has to expect it. */
function profileOnly(id: string): Refusal {
  return invalid(
    `Invocation of model ID ${id} with on-demand throughput isn\u2019t supported. Retry your request with the ID or ` +
      "ARN of an inference profile that contains this model.",
  );
}
