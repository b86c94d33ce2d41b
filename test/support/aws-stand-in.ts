import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** An error as AWS sends it. */
export interface AwsError {
  /** Such as `AccessDeniedException`. */
  readonly type: string;
  readonly message: string;
  readonly status: number;
}

export interface AwsAnswers {
  /** Whether Anthropic's form is filed. @default true */
  readonly form?: boolean;
  /** By Bedrock's model id, what differs from an active model that the account may use. */
  readonly availability?: Readonly<Record<string, object>>;
  readonly lifecycle?: Readonly<Record<string, object>>;
  /** By profile id, the Regions that it routes to. @default us-east-1, us-east-2, us-west-2 */
  readonly routes?: Readonly<Record<string, readonly string[]>>;
  /** By operation, such as `GetFoundationModel`, what it is refused with; `*` stands for all. */
  readonly refuse?: Readonly<Record<string, AwsError>>;
  /** Access keys of every user. @default there is no user */
  readonly accessKeys?: readonly AccessKey[];
}

export interface AccessKey {
  readonly id: string;
  readonly status: string;
  readonly created: string;
  /** When Bedrock was last called with it. @default never */
  readonly lastUsed?: string;
}

export const expired: AwsError = {
  type: "ExpiredTokenException",
  message: "The security token included in the request is expired",
  status: 403,
};

export function denied(action: string): AwsError {
  const message = `User: arn:aws:iam::123456789012:user/me is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
  return { type: "AccessDeniedException", message, status: 403 };
}

/**
 * The parts of Bedrock's control plane, IAM and the Security Token Service that the commands ask, on this machine.
 * Sources: Amazon Bedrock API Reference, "GetFoundationModel", "GetFoundationModelAvailability",
 * "GetInferenceProfile", "GetUseCaseForModelAccess"; AWS IAM and STS API References; Smithy's "AWS restJson1" and "AWS
 * query" protocols.
 */
export class AwsStandIn {
  readonly url: string;
  private readonly server: Server;
  private readonly account: Account;

  private constructor(server: Server, account: Account) {
    this.server = server;
    this.account = account;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(answers: AwsAnswers = {}): Promise<AwsStandIn> {
    const account = { ...answers };
    const server = createServer((request, response) => {
      answer(request, account).then(({ status, type, headers = {}, body }) => {
        response.writeHead(status, { "content-type": type, ...headers }).end(body);
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new AwsStandIn(server, account);
  }

  /** What makes the AWS SDK ask here. */
  env(): Readonly<Record<string, string>> {
    const credentials = { AWS_ACCESS_KEY_ID: "testing", AWS_SECRET_ACCESS_KEY: "testing" };
    return { AWS_ENDPOINT_URL: this.url, ...credentials };
  }

  /** Ids of the access keys that are left. */
  accessKeys(): readonly string[] {
    return this.account.accessKeys?.map(({ id }) => id) ?? [];
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** As it is at the moment. */
type Account = { -readonly [Name in keyof AwsAnswers]: AwsAnswers[Name] };

async function answer(request: IncomingMessage, answers: Account): Promise<HttpAnswer> {
  if (request.method === "POST") {
    const parameters = new URLSearchParams(await text(request));
    const action = parameters.get("Action") ?? "";
    const refusal = answers.refuse?.[action] ?? answers.refuse?.["*"];
    return refusal === undefined ? queryAnswer(action, parameters, answers) : queryError(refusal);
  }
  const [, kind = "", id = ""] = decodeURIComponent(request.url ?? "").split("/");
  const operation = operations[kind] ?? kind;
  const refusal = answers.refuse?.[operation] ?? answers.refuse?.["*"];
  return refusal === undefined ? bedrockAnswer(operation, id, answers) : jsonError(refusal);
}

const operations: Readonly<Record<string, string>> = {
  "foundation-models": "GetFoundationModel",
  "foundation-model-availability": "GetFoundationModelAvailability",
  "inference-profiles": "GetInferenceProfile",
  "use-case-for-model-access": "GetUseCaseForModelAccess",
};

function bedrockAnswer(operation: string, id: string, answers: AwsAnswers): HttpAnswer {
  const modelArn = (region: string) =>
    `arn:aws:bedrock:${region}::foundation-model/${id.replace(/^(?:us|global)\./, "")}`;
  switch (operation) {
    case "GetFoundationModel":
      return json({
        modelDetails: {
          modelArn: modelArn("us-east-1"),
          modelId: id,
          modelLifecycle: { status: "ACTIVE", ...answers.lifecycle?.[id] },
        },
      });
    case "GetFoundationModelAvailability":
      return json({
        modelId: id,
        agreementAvailability: { status: "AVAILABLE" },
        authorizationStatus: "AUTHORIZED",
        entitlementAvailability: "AVAILABLE",
        regionAvailability: "AVAILABLE",
        ...answers.availability?.[id],
      });
    case "GetInferenceProfile":
      return json({
        inferenceProfileId: id,
        models: (answers.routes?.[id] ?? ["us-east-1", "us-east-2", "us-west-2"]).map((region) => ({
          modelArn: modelArn(region),
        })),
        status: "ACTIVE",
        type: "SYSTEM_DEFINED",
      });
    case "GetUseCaseForModelAccess":
      return answers.form === false
        ? jsonError({ type: "ResourceNotFoundException", message: "Use case details are not found.", status: 404 })
        : json({ formData: Buffer.from("{}").toString("base64") });
    default:
      return jsonError({ type: "UnknownOperationException", message: "", status: 404 });
  }
}

function json(body: object): HttpAnswer {
  return { status: 200, type: "application/json", body: JSON.stringify(body) };
}

function jsonError({ type, message, status }: AwsError): HttpAnswer {
  return { status, type: "application/json", headers: { "x-amzn-errortype": type }, body: JSON.stringify({ message }) };
}

function queryAnswer(action: string, parameters: URLSearchParams, account: Account): HttpAnswer {
  const { accessKeys } = account;
  const key = accessKeys?.find(({ id }) => id === parameters.get("AccessKeyId"));
  switch (action) {
    case "DeleteAccessKey":
      account.accessKeys = (accessKeys ?? []).filter(({ id }) => id !== key?.id);
      return xml(action, "");
    case "GetAccessKeyLastUsed": {
      const time = key?.lastUsed === undefined ? "" : `<LastUsedDate>${key.lastUsed}</LastUsedDate>`;
      const where = time === "" ? ["N/A", "N/A"] : ["bedrock", "us-east-1"];
      const use = `${time}<ServiceName>${where[0]}</ServiceName><Region>${where[1]}</Region>`;
      return xml(action, `<AccessKeyLastUsed>${use}</AccessKeyLastUsed>`);
    }
    case "GetCallerIdentity":
      return xml(
        action,
        "<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>AIDA</UserId>",
      );
    case "ListAccessKeys":
      if (accessKeys === undefined) {
        return queryError({ type: "NoSuchEntity", message: "The user cannot be found.", status: 404 });
      }
      return xml(
        action,
        `<AccessKeyMetadata>${accessKeys.map(member).join("")}</AccessKeyMetadata><IsTruncated>false</IsTruncated>`,
      );
    default:
      return queryError({ type: "InvalidAction", message: `no ${action} here`, status: 400 });
  }
}

function member({ id, status, created }: AccessKey): string {
  return `<member><AccessKeyId>${id}</AccessKeyId><Status>${status}</Status><CreateDate>${created}</CreateDate></member>`;
}

function xml(action: string, result: string): HttpAnswer {
  const body = `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;
  return { status: 200, type: "text/xml", body };
}

/** The query protocol knows the same errors without the ending of their name. */
function queryError({ type, message, status }: AwsError): HttpAnswer {
  const code = type.replace(/Exception$/, "");
  const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
  return { status, type: "text/xml", body };
}
