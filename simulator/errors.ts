/**
 * Errors as Amazon Bedrock Runtime sends them.
 *
 * Sources: Amazon Bedrock API Reference, "Converse", "ConverseStream", "InvokeModel" and "Common Error Types" (types
 * and statuses); Amazon Bedrock User Guide, "Troubleshooting Amazon Bedrock API Error Codes" (texts); the wire form is
 * Smithy's "AWS restJson1 protocol", "Operation error serialization". Texts that AWS documents nowhere are those of
 * field reports.
 */

/** Error types and their HTTP status. */
export const errorStatus = {
  AccessDeniedException: 403,
  IncompleteSignatureException: 403,
  InternalServerException: 500,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  ModelErrorException: 424,
  ModelNotReadyException: 429,
  ModelTimeoutException: 408,
  RequestEntityTooLargeException: 413,
  ResourceNotFoundException: 404,
  SerializationException: 400,
  ServiceUnavailableException: 503,
  ThrottlingException: 429,
  UnknownOperationException: 404,
  UnrecognizedClientException: 403,
  ValidationException: 400,
} as const;

export type ErrorType = keyof typeof errorStatus;

/** What AWS says no to: thrown anywhere, answered once. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly type: ErrorType;
  readonly body: Readonly<Record<string, unknown>>;

  /** @param body - when it is more than `{"message": …}` */
  constructor(type: ErrorType, message: string, body: Readonly<Record<string, unknown>> = { message }) {
    super(message);
    this.type = type;
    this.body = body;
  }
}

/**
 * What IAM and the check of API keys refuse in front of the service: those two spell the member `Message`. SDKs read
 * either; what reads the JSON by itself has to, too.
 */
export function accessDenied(message: string): Refusal {
  return new Refusal("AccessDeniedException", message, { Message: message });
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function jsonAnswer(status: number, body: unknown): HttpAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** The answer to a refused request. AWS's header carries an address behind the type, which clients have to cut off. */
export function errorAnswer({ type, body }: Refusal): HttpAnswer {
  const { headers, ...answer } = jsonAnswer(errorStatus[type], body);
  const errorType = `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/`;
  return { ...answer, headers: { ...headers, "x-amzn-errortype": errorType } };
}

/** What AWS says when it has nothing to say. */
export const unexpectedMessage =
  "The system encountered an unexpected error during processing. Try your request again.";

/** @param message - what is wrong, in AWS's words where they are known */
export function invalid(message: string): Refusal {
  return new Refusal("ValidationException", message);
}

/** @param violations - such as `#: extraneous key [foo] is not permitted` */
export function malformed(violations: readonly string[]): Refusal {
  const found = violations.length === 1 ? violations[0] : `${violations.length} schema violations found`;
  return invalid(`Malformed input request: ${found}, please reformat your input and try again.`);
}
