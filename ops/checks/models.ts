import {
  GetFoundationModelAvailabilityCommand,
  type GetFoundationModelAvailabilityResponse,
  GetFoundationModelCommand,
  GetInferenceProfileCommand,
  GetUseCaseForModelAccessCommand,
} from "@aws-sdk/client-bedrock";
import { type ConfiguredModel, invocationId } from "../../lib/models";
import { awsWords, explainAwsError, isDenied } from "../aws-errors";
import { interruption } from "../interruption";
import { type Check, type CheckContext, type Finding, ok, problem, warning } from "./check";

const catalogue = "docs/configuration.md#catalogue";
const console = "the Bedrock console's model catalogue";

/** What AWS says of each configured model: its life, this account's access, and the Regions that its profile routes to. */
export const checkModels: Check<CheckContext> = async (context) => {
  const found = await Promise.all(context.config.models.map((model) => checkModel(context, model)));
  return [...merge(found.flat()), ...(await checkForm(context))];
};

/** A finding and the model that it is about. */
interface ModelFinding {
  readonly alias: string;
  readonly finding: Finding;
}

/** What is the same with several models is told once. */
function merge(found: readonly ModelFinding[]): readonly Finding[] {
  const aliases = new Map<string, string[]>();
  const findings = new Map<string, Finding>();
  for (const { alias, finding } of found) {
    const key = JSON.stringify(finding);
    findings.set(key, finding);
    aliases.set(key, [...(aliases.get(key) ?? []), alias]);
  }
  return [...findings].map(([key, finding]) => ({
    ...finding,
    what: `${aliases.get(key)?.join(", ")}: ${finding.what}`,
  }));
}

const questions = [
  { action: "bedrock:GetFoundationModel", ask: checkLife },
  { action: "bedrock:GetFoundationModelAvailability", ask: checkAccess },
  { action: "bedrock:GetInferenceProfile", ask: checkRoutes },
] as const;

async function checkModel(context: CheckContext, model: ConfiguredModel): Promise<readonly ModelFinding[]> {
  const answers = await Promise.all(
    questions.map(({ action, ask }) => ask(context, model).catch((error: unknown) => [explain(action, error)])),
  );
  const findings = answers.flat();
  const all = findings.length === 0 ? [ok(`${invocationId(model)} can be called`)] : findings;
  return all.map((finding) => ({ alias: model.alias, finding }));
}

/** What AWS doesn't tell is a finding of its own. */
function explain(action: string, error: unknown): Finding {
  if (isDenied(error)) {
    const why = "whether the model can be used isn't known before the first chat";
    return warning(
      `your credentials may not call ${action}`,
      why,
      `allow ${action}, or run npm run verify once it is deployed`,
    );
  }
  const { why, mend } = explainAwsError(error);
  return problem(`${action}: ${awsWords(error)}`, why, mend);
}

async function checkLife({ aws }: CheckContext, { modelId }: ConfiguredModel): Promise<readonly Finding[]> {
  const command = new GetFoundationModelCommand({ modelIdentifier: modelId });
  const { modelDetails } = await aws.bedrock.send(command, { abortSignal: interruption });
  const { status, endOfLifeTime } = modelDetails?.modelLifecycle ?? {};
  if (status !== "LEGACY") return [];
  const end =
    endOfLifeTime === undefined ? "on a day that AWS doesn't tell" : `on ${endOfLifeTime.toISOString().slice(0, 10)}`;
  const why = `its life ends ${end}; accounts that don't use it all the time lose it earlier`;
  return [warning(`${modelId} is a legacy model`, why, `another one in models (${catalogue})`)];
}

type Availability = Omit<GetFoundationModelAvailabilityResponse, "modelId">;

const everyRequest = "every request would fail";

/** The first one that holds is told. */
const accessTroubles: readonly (readonly [holds: (availability: Availability) => boolean, finding: Finding])[] = [
  [
    ({ regionAvailability }) => regionAvailability === "NOT_AVAILABLE",
    problem("the model isn't in this Region", everyRequest, `another aws.region or model (${catalogue})`),
  ],
  [
    ({ authorizationStatus }) => authorizationStatus === "NOT_AUTHORIZED",
    problem("this account isn't authorized", everyRequest, `ask for access in ${console}, or the organization for it`),
  ],
  [
    ({ agreementAvailability }) => agreementAvailability?.status === "ERROR",
    problem("the agreement failed", everyRequest, `accept the offer in ${console}; look at the billing page's card`),
  ],
  [
    ({ agreementAvailability }) => agreementAvailability?.status === "PENDING",
    warning("the agreement is being made", "requests may succeed and then fail, for up to 15 minutes", "wait"),
  ],
  [
    ({ agreementAvailability }) => agreementAvailability?.status === "NOT_AVAILABLE",
    warning(
      "there is no agreement yet",
      "the first request makes it: that takes up to 15 minutes, and a valid card",
      `chat once and wait, or accept the offer in ${console}`,
    ),
  ],
  [
    ({ entitlementAvailability }) => entitlementAvailability === "NOT_AVAILABLE",
    problem("this account has no access", everyRequest, `ask for access in ${console}`),
  ],
];

async function checkAccess({ aws }: CheckContext, { modelId }: ConfiguredModel): Promise<readonly Finding[]> {
  const command = new GetFoundationModelAvailabilityCommand({ modelId });
  const availability = await aws.bedrock.send(command, { abortSignal: interruption });
  return accessTroubles
    .filter(([holds]) => holds(availability))
    .slice(0, 1)
    .map(([, finding]) => finding);
}

/** A Region that the profile routes to and the policy lacks lets every few requests fail. */
async function checkRoutes({ aws }: CheckContext, model: ConfiguredModel): Promise<readonly Finding[]> {
  if (model.profile === "in-region") return [];
  const command = new GetInferenceProfileCommand({ inferenceProfileIdentifier: invocationId(model) });
  const { models = [], status } = await aws.bedrock.send(command, { abortSignal: interruption });
  if (status !== "ACTIVE") {
    return [problem(`the profile is ${status}`, everyRequest, `another profile or model (${catalogue})`)];
  }
  // `global` routes to every Region, and the policy says so.
  if (model.profile === "global") return [];
  const routes = models.flatMap(({ modelArn = "" }) => modelArn.split(":")[3] ?? []);
  const missing = routes.filter((region) => region !== "" && !model.destinations.includes(region));
  if (missing.length === 0) return [];
  const what = `${invocationId(model)} also routes to ${missing.join(", ")}`;
  const why = "the policy doesn't allow the model there: every few requests would fail";
  return [problem(what, why, "add the Region to the model's routes in lib/models.ts, and run npx cdktf deploy")];
}

/** Anthropic wants to know once per account what its models are used for. */
async function checkForm({ aws, config }: CheckContext): Promise<readonly Finding[]> {
  if (!config.models.some(({ modelId }) => modelId.startsWith("anthropic."))) return [];
  const why = "every request to a Claude model would fail";
  const mend = `file it: open a Claude model in ${console}; then wait up to 15 minutes`;
  try {
    await aws.bedrock.send(new GetUseCaseForModelAccessCommand({}), { abortSignal: interruption });
    return [ok("Anthropic's form is filed")];
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") {
      return [problem("Anthropic's form isn't filed", why, mend)];
    }
    const what = `whether Anthropic's form is filed isn't known: ${awsWords(error)}`;
    return [warning(what, why, isDenied(error) ? "allow bedrock:GetUseCaseForModelAccess" : mend)];
  }
}
