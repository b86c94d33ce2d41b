import { checkAccessKey } from "../../../ops/checks/access-key";
import type { Check, CheckContext } from "../../../ops/checks/check";
import { checkIdentity } from "../../../ops/checks/identity";
import { checkModels } from "../../../ops/checks/models";
import { type AwsAnswers, AwsStandIn, denied, expired } from "../../support/aws-stand-in";
import { awsContext } from "../../support/checks";

const claude = "anthropic.claude-haiku-4-5-20251001-v1:0";
const nova = "amazon.nova-lite-v1:0";
const models = { models: { haiku: { model: claude }, "nova-lite": { model: nova } } };

async function run(
  check: Check<CheckContext>,
  answers: AwsAnswers,
  settings: Readonly<Record<string, unknown>> = models,
) {
  const aws = await AwsStandIn.start(answers);
  try {
    return await check(awsContext(aws.env(), settings));
  } finally {
    aws.stop();
  }
}

describe("whose credentials these are", () => {
  it("is told with account and Region", async () => {
    expect(await run(checkIdentity, {})).toEqual([
      { level: "ok", what: "AWS account 123456789012, Region us-east-1, as arn:aws:iam::123456789012:user/me" },
    ]);
  });

  it("is another account than the configured one", async () => {
    const credentials = { kind: "web-identity", accountId: "210987654321", issuerUrl: "https://oidc.example.com" };
    const findings = await run(checkIdentity, {}, { "aws.credentials": credentials, "secrets.kind": "terraform" });
    expect(findings).toMatchObject([
      { level: "problem", what: "AWS account 123456789012, but aws.credentials.accountId is 210987654321" },
    ]);
  });

  it("can't be told with expired ones", async () => {
    await expect(run(checkIdentity, { refuse: { "*": expired } })).rejects.toMatchObject({
      message: expect.stringContaining(
        "AWS doesn't take the credentials: the AWS credentials are temporary, and their time is over",
      ),
      next: "sign in again, such as with aws sso login, and run the command again",
    });
  });

  it("can't be told when AWS isn't reached", async () => {
    const context = awsContext({
      AWS_ENDPOINT_URL: "http://127.0.0.1:9",
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "b",
    });
    await expect(checkIdentity(context)).rejects.toMatchObject({
      message: expect.stringContaining("AWS can't be reached from here"),
    });
  });
});

describe("the models", () => {
  it("can be called", async () => {
    expect(await run(checkModels, {})).toEqual([
      { level: "ok", what: `haiku: us.${claude} can be called` },
      { level: "ok", what: `nova-lite: us.${nova} can be called` },
      { level: "ok", what: "Anthropic's form is filed" },
    ]);
  });

  it.each<[string, AwsAnswers, string, string]>([
    [
      "is a legacy one",
      { lifecycle: { [claude]: { status: "LEGACY", endOfLifeTime: "2027-04-08T00:00:00Z" } } },
      "warning",
      `haiku: ${claude} is a legacy model`,
    ],
    [
      "isn't in the Region",
      { availability: { [claude]: { regionAvailability: "NOT_AVAILABLE" } } },
      "problem",
      "haiku: the model isn't in this Region",
    ],
    [
      "isn't authorized",
      { availability: { [claude]: { authorizationStatus: "NOT_AUTHORIZED" } } },
      "problem",
      "haiku: this account isn't authorized",
    ],
    [
      "waits for its agreement",
      { availability: { [claude]: { agreementAvailability: { status: "PENDING" } } } },
      "warning",
      "haiku: the agreement is being made",
    ],
    [
      "has no agreement",
      { availability: { [claude]: { agreementAvailability: { status: "NOT_AVAILABLE" } } } },
      "warning",
      "haiku: there is no agreement yet",
    ],
    [
      "has a failed agreement",
      { availability: { [claude]: { agreementAvailability: { status: "ERROR" } } } },
      "problem",
      "haiku: the agreement failed",
    ],
    [
      "isn't entitled",
      { availability: { [claude]: { entitlementAvailability: "NOT_AVAILABLE" } } },
      "problem",
      "haiku: this account has no access",
    ],
    [
      "routes to a Region that isn't allowed",
      { routes: { [`us.${claude}`]: ["us-east-1", "ca-central-1"] } },
      "problem",
      `haiku: us.${claude} also routes to ca-central-1`,
    ],
    ["needs Anthropic's form", { form: false }, "problem", "Anthropic's form isn't filed"],
  ])("have one that %s", async (_, answers, level, what) => {
    const findings = await run(checkModels, answers);
    expect(findings.filter((finding) => finding.level !== "ok")).toEqual([
      { level, what, why: expect.stringMatching(/\w/), mend: expect.stringMatching(/\w/) },
    ]);
  });

  it("tells when a legacy one ends", async () => {
    const [finding] = await run(checkModels, {
      lifecycle: { [claude]: { status: "LEGACY", endOfLifeTime: "2027-04-08T00:00:00Z" } },
    });
    expect(finding).toMatchObject({
      why: "its life ends on 2027-04-08; accounts that don't use it all the time lose it earlier",
    });
  });

  it("asks nothing of Anthropic without one of its models", async () => {
    expect(await run(checkModels, { form: false }, {})).toEqual([
      { level: "ok", what: `nova-lite: us.${nova} can be called` },
    ]);
  });

  it("isn't known where the credentials may not ask: told once for all models", async () => {
    const actions = ["GetFoundationModel", "GetFoundationModelAvailability", "GetInferenceProfile"];
    const refuse = Object.fromEntries(actions.map((action) => [action, denied(`bedrock:${action}`)]));
    expect(await run(checkModels, { refuse })).toEqual([
      ...actions.map((action) => ({
        level: "warning",
        what: `haiku, nova-lite: your credentials may not call bedrock:${action}`,
        why: "whether the model can be used isn't known before the first chat",
        mend: `allow bedrock:${action}, or run npm run verify once it is deployed`,
      })),
      { level: "ok", what: "Anthropic's form is filed" },
    ]);
  });

  it("tells an error in AWS's words", async () => {
    const refuse = {
      GetInferenceProfile: {
        type: "ValidationException",
        message: "The provided model identifier is invalid.",
        status: 400,
      },
    };
    const [finding] = await run(checkModels, { refuse });
    expect(finding).toMatchObject({
      level: "problem",
      what: "haiku, nova-lite: bedrock:GetInferenceProfile: ValidationException: The provided model identifier is invalid.",
      why: "there is no such model or profile in this Region",
    });
  });
});

describe("the access key", () => {
  const key = (days: number, id = "AKIAEXAMPLE0001", status = "Active") => ({
    id,
    status,
    created: new Date(Date.now() - days * 86_400_000).toISOString(),
  });

  it("is young enough", async () => {
    expect(await run(checkAccessKey, { accessKeys: [key(30)] })).toEqual([
      { level: "ok", what: "access key …0001 is 30 days old, active" },
    ]);
  });

  it("is due", async () => {
    expect(await run(checkAccessKey, { accessKeys: [key(91)] })).toEqual([
      {
        level: "warning",
        what: "access key …0001 is 91 days old, active",
        why: "a key that leaked is of use for as long as it lives; the limit is 90 days",
        mend: "npm run -s rotate-key (docs/configuration.md#rotating-the-access-key)",
      },
    ]);
  });

  it("has a limit of its own", async () => {
    const settings = { "monitoring.kind": "prometheus-operator", "monitoring.alerts.accessKeyDays": 10 };
    expect(await run(checkAccessKey, { accessKeys: [key(11)] }, settings)).toMatchObject([{ level: "warning" }]);
  });

  it("has a second one that nobody described", async () => {
    const findings = await run(checkAccessKey, { accessKeys: [key(1), key(2, "AKIAEXAMPLE0002", "Inactive")] });
    expect(findings.at(-1)).toMatchObject({
      level: "warning",
      what: "open-webui-bedrock has 2 access keys, of which 1 is described",
    });
  });

  it("isn't there before the first deployment, nor with a web identity", async () => {
    expect(await run(checkAccessKey, {})).toEqual([{ level: "ok", what: "no IAM user open-webui-bedrock yet" }]);
    const credentials = { kind: "web-identity", accountId: "123456789012", issuerUrl: "https://oidc.example.com" };
    expect(await run(checkAccessKey, {}, { "aws.credentials": credentials })).toEqual([
      { level: "ok", what: "no access key: a web identity" },
    ]);
  });

  it("isn't known where the credentials may not ask", async () => {
    const findings = await run(checkAccessKey, { refuse: { ListAccessKeys: denied("iam:ListAccessKeys") } });
    expect(findings).toMatchObject([{ level: "warning", mend: "allow iam:ListAccessKeys" }]);
  });
});
