import { accountId } from "./caller";
import { accessDenied, invalid, malformed, Refusal, unexpectedMessage } from "./errors";
import { endOfLifeMessage, type TargetModel } from "./model-ids";

/** What an error's text may name. */
export interface CallContext {
  readonly model: TargetModel;
  /** The IAM action that the call needs. */
  readonly action: "bedrock:InvokeModel" | "bedrock:InvokeModelWithResponseStream";
}

interface RefusalWord {
  readonly help: string;
  readonly refuse: (context: CallContext) => Refusal;
}

const subscription =
  "Your AWS Marketplace subscription for this model cannot be completed at this time. If you recently fixed this " +
  "issue, try again after 2 minutes.";

/** Words that refuse a request before anything is answered. */
const refusals: Readonly<Record<string, RefusalWord>> = {
  throttling: {
    help: "429 ThrottlingException",
    refuse: () => new Refusal("ThrottlingException", "Too many requests, please wait before trying again."),
  },
  "access-denied": {
    help: "403, the key's policy lacks the action",
    refuse: ({ action, model }) => notAuthorized(action, model.arn),
  },
  "destination-denied": {
    help: "403, the policy lacks a Region that the profile routes to",
    refuse: ({ action, model }) => notAuthorized(action, `arn:aws:bedrock:us-east-2::foundation-model/${model.baseId}`),
  },
  marketplace: {
    help: "403, first use without AWS Marketplace permissions",
    refuse: () =>
      new Refusal(
        "AccessDeniedException",
        "Model access is denied due to IAM user or service role is not authorized to perform the required AWS " +
          "Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this " +
          `model. Refer to the Amazon Bedrock documentation for further details. ${subscription}`,
      ),
  },
  payment: {
    help: "403, no valid card",
    refuse: () =>
      new Refusal(
        "AccessDeniedException",
        "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided.. " +
          subscription,
      ),
  },
  "use-case-form": {
    help: "404, Anthropic's form isn't filed",
    refuse: () =>
      new Refusal(
        "ResourceNotFoundException",
        "Model use case details have not been submitted for this account. Fill out the Anthropic use case details form " +
          "before using the model. If you have already filled out the form, try again in 15 minutes.",
      ),
  },
  legacy: {
    help: "404, a legacy model in an account that hasn't used it",
    refuse: () =>
      new Refusal(
        "ResourceNotFoundException",
        "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in " +
          "the last 30 days. Please upgrade to an active model on Amazon Bedrock",
      ),
  },
  "end-of-life": {
    help: "404, a model that AWS has switched off",
    refuse: () => new Refusal("ResourceNotFoundException", endOfLifeMessage),
  },
  "invalid-key": {
    help: "403, an access key that doesn't exist (any more)",
    refuse: () => new Refusal("UnrecognizedClientException", "The security token included in the request is invalid."),
  },
  validation: {
    help: "400 ValidationException",
    refuse: () => malformed(["#: required key [simulated] not found"]),
  },
  "too-long": {
    help: "400, more than the model's context window",
    refuse: () => invalid("Input is too long for requested model."),
  },
  "model-error": {
    help: "424 ModelErrorException",
    refuse: ({ model }) =>
      new Refusal("ModelErrorException", unexpectedMessage, {
        message: unexpectedMessage,
        originalStatusCode: 500,
        resourceName: model.arn,
      }),
  },
  timeout: {
    help: "408 ModelTimeoutException",
    refuse: () =>
      new Refusal("ModelTimeoutException", "Model has timed out in processing the request. Try your request again."),
  },
  "not-ready": {
    help: "429 ModelNotReadyException",
    refuse: () => new Refusal("ModelNotReadyException", "Model is not ready for inference. Wait and try again."),
  },
  "server-error": {
    help: "500 InternalServerException",
    refuse: () => new Refusal("InternalServerException", unexpectedMessage),
  },
  unavailable: {
    help: "503 ServiceUnavailableException",
    refuse: () => new Refusal("ServiceUnavailableException", "Bedrock is unable to process your request."),
  },
};

/** Source: AWS IAM User Guide, "Troubleshoot access denied error messages". */
function notAuthorized(action: string, resource: string): Refusal {
  return accessDenied(
    `User: arn:aws:iam::${accountId}:user/simulated is not authorized to perform: ${action} on resource: ${resource} ` +
      `because no identity-based policy allows the ${action} action`,
  );
}

/** Words that spoil an answer on its way. Each is the name of what happens. */
const interruptions = {
  hang: "no answer at all",
  stall: "half of the answer, then nothing",
  cut: "half of the answer, then the connection is cut",
  "stream-error": "half of the answer, then an exception event in the stream (without a stream: 424)",
} as const;

export type Interruption = keyof typeof interruptions;

/** Words that change the answer, or when it comes. */
const others = {
  "slow=SECONDS": "waits before the first byte",
  "long=WORDS": "an answer of that many words",
  "tool=NAME": "calls that tool, when the request offers it",
  "times=N": "the failure or wait happens on the first N calls with this very text, then never again",
  help: "this list",
} as const;

const limits = { slow: 3600, long: 100_000, times: 1_000_000 } as const;

/** What the words of a text ask for. */
export interface Directives {
  readonly refuse: ((context: CallContext) => Refusal) | undefined;
  readonly interruption: Interruption | undefined;
  readonly slowSeconds: number;
  readonly longWords: number | undefined;
  readonly toolName: string | undefined;
  /** How often refusal, interruption and wait happen; undefined for always. */
  readonly times: number | undefined;
  readonly help: boolean;
  /** Words that mean nothing, such as `simulate:trottling`. */
  readonly unknown: readonly string[];
}

/** Reads the `simulate:` words of a text. Of several refusals or interruptions the first counts. */
export function readDirectives(text: string): Directives {
  const words = [...text.matchAll(/(?<![\w:/-])simulate:([a-z-]+)(?:=([\w.-]*\w))?/g)].map(
    ([word, name = "", value]) => ({ word, name, value }),
  );
  const numbers = (Object.keys(limits) as (keyof typeof limits)[]).map((name) => {
    const value = Number(words.find((word) => word.name === name)?.value);
    return [name, value >= 0 && value <= limits[name] ? value : undefined] as const;
  });
  const { slow, long, times } = Object.fromEntries(numbers);
  const toolName = words.find(({ name }) => name === "tool")?.value;
  const understood = (name: string, value: string | undefined) =>
    value === undefined
      ? name === "help" || Object.hasOwn(refusals, name) || Object.hasOwn(interruptions, name)
      : numbers.some(([known, number]) => known === name && number !== undefined) || name === "tool";
  const names = words.filter(({ value }) => value === undefined).map(({ name }) => name);
  const refusal = names.find((name) => Object.hasOwn(refusals, name));
  return {
    refuse: refusal === undefined ? undefined : refusals[refusal]?.refuse,
    interruption: names.find((name): name is Interruption => Object.hasOwn(interruptions, name)),
    slowSeconds: slow ?? 0,
    longWords: long,
    toolName,
    times,
    help: names.includes("help"),
    unknown: words.filter(({ name, value }) => !understood(name, value)).map(({ word }) => word),
  };
}

/** The same without anything that fails or waits. */
export function withoutFailures(directives: Directives): Directives {
  return { ...directives, refuse: undefined, interruption: undefined, slowSeconds: 0 };
}

/** What `simulate:help` answers, as Markdown. */
export function describeWords(): string {
  const words = Object.entries({
    ...Object.fromEntries(Object.entries(refusals).map(([name, { help }]) => [name, help])),
    ...interruptions,
    ...others,
  });
  const lines = words.map(([name, help]) => `- \`simulate:${name}\`: ${help}`);
  return [
    "Words that the simulated Bedrock understands in the last message (prompts for titles, tags and the like ignore them):",
    "",
    ...lines,
  ].join("\n");
}

/** Counts the calls of `simulate:times=N`, by text. */
export class CallCounts {
  private readonly counts = new Map<string, number>();

  /** How often the text was asked, this time included. Of more than 1,000 texts the oldest are forgotten. */
  next(text: string): number {
    const count = (this.counts.get(text) ?? 0) + 1;
    this.counts.set(text, count);
    const [oldest] = this.counts.keys();
    if (this.counts.size > 1000 && oldest !== undefined) this.counts.delete(oldest);
    return count;
  }

  clear(): void {
    this.counts.clear();
  }
}
