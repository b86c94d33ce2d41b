import { explainBedrockError } from "../lib/bedrock-errors";

/** AWS's words for an error: its name and the first line of its text. */
export function awsWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [text = ""] = error.message.split("\n");
  return error.name === "Error" ? text : `${error.name}: ${text}`;
}

/** Why a call failed and what mends it, by the table of known errors, else by AWS's own words. */
export function explainAwsError(error: unknown): { readonly why: string; readonly mend: string } {
  const known = explainBedrockError(awsWords(error));
  if (known !== undefined) return { why: known.cause, mend: known.fix };
  if (isUnreachable(error))
    return { why: "AWS can't be reached from here", mend: "look at the network, the proxy and aws.region" };
  return { why: "AWS's own words are all that is known of it", mend: "docs/operations.md#what-bedrocks-errors-mean" };
}

function isUnreachable(error: unknown): boolean {
  return (
    error instanceof Error &&
    /ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|TimeoutError/.test(`${error.name} ${error.message}`)
  );
}

/** Whether the credentials of whoever runs the command may not ask this: then nothing is known, which is no problem. */
export function isDenied(error: unknown): boolean {
  return error instanceof Error && /^AccessDenied/.test(error.name);
}
