import { homedir, tmpdir } from "node:os";
import { parse } from "yaml";
import type { StackConfig } from "../../lib/config";
import { secretLikeness } from "../../lib/config/problems";
import { catalogue, invocationId } from "../../lib/models";
import { components, partOf, plainOutputs, secretOutputs, stateFolder } from "../../lib/naming";
import { maximumPolicySize, type PolicyDocument, policyTexts, readPolicies } from "../support/iam";
import { at, list, ofKind, record, renderManifests, textsOf } from "../support/manifests";
import { renderTerraform, type TerraformJson } from "../support/terraform";
import { allConfigs, configOf } from "../support/variants";

/** Something that holds for every stack. */
interface Rule {
  readonly says: string;
  /** What it looks at, of which there has to be this much at least. */
  readonly count: (stack: TerraformJson) => number;
  readonly atLeast: number;
  readonly violations: (stack: TerraformJson, config: StackConfig) => readonly string[];
  /** A change of a good stack that breaks the rule, and what is then found. */
  readonly break: (stack: TerraformJson) => TerraformJson;
  readonly finds: readonly string[];
}

function resourcesOf(stack: TerraformJson, type: string): Readonly<Record<string, unknown>> {
  return stack.resource[type] ?? {};
}

/** Attributes that the providers' schemas mark as sensitive, and the id of the key that belongs to the secret one. */
const sensitiveReference = /\$\{(?:random_password\.|aws_iam_access_key\.[^.}]+\.(?!status\}))/;

function withOutput(
  stack: TerraformJson,
  name: string,
  output: { value: unknown; sensitive?: boolean },
): TerraformJson {
  return { ...stack, output: { ...stack.output, [name]: output } };
}

function withResource(stack: TerraformJson, type: string, id: string, fields: Record<string, unknown>): TerraformJson {
  return { ...stack, resource: { ...stack.resource, [type]: { ...stack.resource[type], [id]: fields } } };
}

function renamed(stack: TerraformJson, type: string, from: string, to: string): TerraformJson {
  const { [from]: moved = {}, ...others } = stack.resource[type] ?? {};
  return { ...stack, resource: { ...stack.resource, [type]: { ...others, [to]: moved } } };
}

/**
 * The ids under which Terraform's state knows what is deployed. Another id deletes the object and makes a new one:
 * a new key, new passwords, a policy that is gone in between. Without `moved` blocks none of these may change.
 */
function principalContract(
  stack: TerraformJson,
  { credentials }: StackConfig["aws"],
): Readonly<Record<string, readonly string[]>> {
  // A second policy is there when the first can't hold all models.
  const count = readPolicies(stack).length;
  const aws_iam_policy = ["policy_1_3ED22366", "policy_2_6D811892"].slice(0, count);
  const attachments = ["policy_1-attachment_CD9765B7", "policy_2-attachment_C6E77D4F"].slice(0, count);
  return credentials.kind === "access-key"
    ? {
        aws_iam_user: ["user"],
        aws_iam_access_key: ["access-key_a_93B21314"],
        aws_iam_policy,
        aws_iam_user_policy_attachment: attachments,
      }
    : {
        aws_iam_openid_connect_provider: credentials.provider === "create" ? ["web-identity_provider_58E857B2"] : [],
        aws_iam_role: ["web-identity_role_85712D00"],
        aws_iam_policy,
        aws_iam_role_policy_attachment: attachments,
      };
}

/** What a spend guard adds. */
const guardContract: Readonly<Record<string, readonly string[]>> = {
  aws_budgets_budget: ["spend-guard_budget_6A2986B9"],
  aws_budgets_budget_action: ["spend-guard_action_29604A5D"],
  aws_iam_policy: ["spend-guard_denial_32B4A2C9"],
  aws_iam_role: ["spend-guard_role_3BEA9C32"],
  aws_iam_role_policy: ["spend-guard_role-policy_CAA88A87"],
};
/** What its token alarms add, besides an alarm per model and a subscription per address. */
const alarmsContract: Readonly<Record<string, readonly string[]>> = {
  aws_sns_topic: ["token-alarms_topic_032CE3B7"],
};
const perModelOrAddress: readonly string[] = ["aws_cloudwatch_metric_alarm", "aws_sns_topic_subscription"];

function contractOf(
  stack: TerraformJson,
  { aws, secrets, database }: StackConfig,
): Readonly<Record<string, readonly string[]>> {
  const guard = aws.spendGuard === undefined ? {} : guardContract;
  const alarms = aws.spendGuard?.tokenAlarms === undefined ? {} : alarmsContract;
  const forPostgres = database.kind === "postgres" ? [postgresPasswordId] : [];
  const random_password = secrets.kind === "terraform" ? [...secretsContract, ...forPostgres] : [];
  const parts: readonly Readonly<Record<string, readonly string[]>>[] = [
    principalContract(stack, aws),
    guard,
    alarms,
    { random_password },
  ];
  const types = new Set(parts.flatMap((part) => Object.keys(part)));
  return Object.fromEntries([...types].map((type) => [type, parts.flatMap((part) => part[type] ?? [])]));
}

const masterKeyId = "application-secrets_litellm-master-key_337A8378";
const postgresPasswordId = "application-secrets_postgres-password_190775AC";
const secretsContract: readonly string[] = [
  "application-secrets_litellm-key-open-webui_B5E51A9D",
  "application-secrets_litellm-key-prometheus_F59FC083",
  "application-secrets_litellm-key-verify_E1A680E8",
  masterKeyId,
  "application-secrets_open-webui-admin-password_7BC20CDA",
  "application-secrets_open-webui-secret-key_EA397BCB",
  "application-secrets_redis-password-litellm_49676A00",
  "application-secrets_redis-password-open-webui_5BC3742C",
];

type Resource = readonly [id: string, settings: Readonly<Record<string, unknown>>];

function idsAndSettings(stack: TerraformJson, types: readonly string[]): readonly Resource[] {
  return types.flatMap((type) => Object.entries(stack.resource[type] ?? {}));
}

/** Resources of AWS that have tags: their class says so. */
function taggable(stack: TerraformJson): readonly Resource[] {
  const types = Object.keys(stack.resource).filter((type) => type.startsWith("aws_"));
  return idsAndSettings(stack, types.filter(hasTags));
}

interface ResourceClass {
  readonly tfResourceType?: string;
  readonly prototype: object;
}

function hasTags(type: string): boolean {
  const module = type.replace("aws_", "").replaceAll("_", "-");
  const exported = require(`@cdktf/provider-aws/lib/${module}`) as Readonly<Record<string, ResourceClass>>;
  const resource = Object.values(exported).find(({ tfResourceType }) => tfResourceType === type);
  if (resource === undefined) throw new Error(`${type}: no such class in ${module}`);
  return "tagsAll" in resource.prototype;
}

/** What nobody can make again as it was: the user and the key that is in use. */
function unrecoverable(stack: TerraformJson): readonly Resource[] {
  const inUse = String(stack.output["aws_access_key_id"]?.value);
  return idsAndSettings(stack, ["aws_iam_user", "aws_iam_access_key"]).filter(
    ([id]) => id === "user" || inUse.includes(`.${id}.`),
  );
}

function attachments(stack: TerraformJson): readonly string[] {
  return ["aws_iam_user_policy_attachment", "aws_iam_role_policy_attachment"].flatMap((type) =>
    Object.keys(resourcesOf(stack, type)),
  );
}

/** Places of this machine. */
const localPaths = [process.cwd(), homedir(), tmpdir()].filter((folder) => folder.length > 1);

const rules: readonly Rule[] = [
  {
    says: "marks every output that shows a secret as sensitive",
    count: ({ output }) => Object.keys(output).length,
    atLeast: 2,
    violations: ({ output }) => {
      const secrets: readonly string[] = Object.values(secretOutputs);
      return Object.entries(output)
        .filter(
          ([name, { value }]) => secrets.includes(name) || textsOf(value).some((text) => sensitiveReference.test(text)),
        )
        .filter(([, { sensitive }]) => sensitive !== true)
        .map(([name]) => name);
    },
    break: (stack) =>
      withOutput(withOutput(stack, "aws_secret_access_key", { value: "x" }), "copy", {
        value: [`sk-\${random_password.master.result}`],
        sensitive: false,
      }),
    finds: ["aws_secret_access_key", "copy"],
  },
  {
    says: "has the outputs that its readers know, and no others",
    count: ({ output }) => Object.keys(output).length,
    atLeast: 2,
    violations: ({ output }, { aws, secrets, database }) => {
      const { userArn, roleArn, policyArns, accessKeySlot, accessKeys } = plainOutputs;
      const { awsAccessKeyId, awsSecretAccessKey, postgresPassword, ...random } = secretOutputs;
      const expected: readonly string[] = [
        policyArns,
        ...(aws.credentials.kind === "access-key"
          ? [userArn, accessKeySlot, accessKeys, awsAccessKeyId, awsSecretAccessKey]
          : [roleArn]),
        ...(secrets.kind === "terraform" ? Object.values(random) : []),
        ...(secrets.kind === "terraform" && database.kind === "postgres" ? [postgresPassword] : []),
      ];
      return [
        ...expected.filter((name) => !(name in output)).map((name) => `${name} is missing`),
        ...Object.keys(output)
          .filter((name) => !expected.includes(name))
          .map((name) => `nobody reads ${name}`),
      ];
    },
    break: (stack) => withOutput(stack, "other", { value: "x" }),
    finds: ["nobody reads other"],
  },
  {
    says: "holds no text that looks like a secret",
    count: (stack) => textsOf(stack).length,
    atLeast: 100,
    violations: (stack) =>
      textsOf(stack).flatMap((text) => {
        const what = secretLikeness(text);
        return what === undefined ? [] : [`holds ${what}`];
      }),
    break: (stack) => withResource(stack, "aws_iam_user", "user", { tags: { key: `AKIA${"A".repeat(16)}` } }),
    finds: ["holds an AWS access key id"],
  },
  {
    says: "keeps its state beside cdktf.out in a folder for its owner only, or encrypted and locked in a bucket",
    count: ({ terraform }) => Object.keys(terraform.backend).length,
    atLeast: 1,
    violations: ({ terraform }, { aws }) => {
      const { state, region, userName } = aws;
      const expected =
        state.kind === "local"
          ? { local: { path: `../../../${stateFolder}/${userName}.tfstate` } }
          : {
              s3: {
                bucket: state.bucket,
                encrypt: true,
                key: `${state.keyPrefix}/${userName}.tfstate`,
                region,
                use_lockfile: true,
              },
            };
      const given = JSON.stringify(terraform.backend);
      return given === JSON.stringify(expected) ? [] : [`the backend is ${given}`];
    },
    break: (stack) => ({
      ...stack,
      terraform: { ...stack.terraform, backend: { local: { path: "/absolute/terraform.tfstate" } } },
    }),
    finds: ['the backend is {"local":{"path":"/absolute/terraform.tfstate"}}'],
  },
  {
    says: "names no place of the machine that made it",
    count: (stack) => textsOf(stack).length,
    atLeast: 100,
    violations: (stack) =>
      textsOf(stack).filter(
        (text) => /^(?:\/[^/]|[A-Za-z]:\\|~)/.test(text) || localPaths.some((folder) => text.includes(folder)),
      ),
    break: (stack) =>
      withResource(stack, "aws_iam_user", "user", { path: "/home/me", trace: [`at ${process.cwd()}/x.ts`, "C:\\x"] }),
    finds: ["/home/me", `at ${process.cwd()}/x.ts`, "C:\\x"],
  },
  {
    says: "knows what is deployed under the ids that it always had",
    count: ({ resource }) => Object.values(resource).flatMap((ofType) => Object.keys(ofType)).length,
    atLeast: 4,
    violations: (stack, config) =>
      Object.entries(contractOf(stack, config)).flatMap(([type, expected]) => {
        const given = Object.keys(resourcesOf(stack, type)).sort();
        return given.join() === [...expected].sort().join() ? [] : [`${type}: ${given.join(", ")}`];
      }),
    break: (stack) => {
      const keyRenamed = renamed(stack, "aws_iam_access_key", "access-key_a_93B21314", "access-key_b_12345678");
      return renamed(keyRenamed, "random_password", masterKeyId, "master-key");
    },
    finds: [
      "aws_iam_access_key: access-key_b_12345678",
      `random_password: ${[...secretsContract.filter((id) => id !== masterKeyId), "master-key"].join(", ")}`,
    ],
  },
  {
    says: "pins every provider that it uses to one version",
    count: ({ provider }) => Object.keys(provider).length,
    atLeast: 1,
    violations: ({ provider, terraform }) => {
      const required = record(at(terraform, "required_providers"));
      return [
        ...Object.keys(provider)
          .filter((name) => !(name in required))
          .map((name) => `${name} isn't required`),
        ...Object.entries(required)
          .filter(([, entry]) => !/^\d+\.\d+\.\d+$/.test(String(at(entry, "version"))))
          .map(([name, entry]) => `${name} is ${String(at(entry, "version"))}`),
      ];
    },
    break: (stack) => ({
      ...stack,
      provider: { ...stack.provider, tls: [] },
      terraform: { ...stack.terraform, ...{ required_providers: { aws: { version: "~> 6.0" }, random: {} } } },
    }),
    finds: ["tls isn't required", "aws is ~> 6.0", "random is undefined"],
  },
  {
    says: "has policies that IAM takes by their size",
    count: (stack) => policyTexts(stack).length,
    atLeast: 1,
    violations: (stack) =>
      policyTexts(stack)
        .filter(([, text]) => text.length > maximumPolicySize)
        .map(([id, text]) => `${id} has ${text.length} characters`),
    break: (stack) => withResource(stack, "aws_iam_policy", "large", { policy: "x".repeat(6145) }),
    finds: ["large has 6145 characters"],
  },
  {
    says: "marks every resource of AWS that can have tags as ours, by the provider's default",
    count: (stack) => taggable(stack).length,
    atLeast: 2,
    violations: (stack) => {
      const byDefault = at(stack.provider, "aws", "0", "default_tags", "0", "tags", "part-of");
      return taggable(stack)
        .filter(([, { tags }]) => (at(tags, "part-of") ?? byDefault) !== partOf)
        .map(([id]) => id);
    },
    break: (stack) => ({ ...stack, provider: { ...stack.provider, aws: [{ region: "us-east-1" }] } }),
    finds: ["policy_1_3ED22366", "user"],
  },
  {
    says: "keeps Terraform from deleting the user and the key in use, unless the configuration unlocks it",
    // A role can be made again: nothing outside of AWS knows it but by its name.
    count: (stack) => unrecoverable(stack).length + Object.keys(resourcesOf(stack, "aws_iam_role")).length,
    atLeast: 1,
    violations: (stack, { aws }) =>
      unrecoverable(stack)
        .filter(([, { lifecycle }]) => at(lifecycle, "prevent_destroy") !== (aws.allowDestroy === undefined))
        .map(([id]) => id),
    break: (stack) => withResource(stack, "aws_iam_user", "user", { name: "user" }),
    finds: ["user"],
  },
  {
    says: "leaves a place among ten attached policies to the one that AWS Budgets attaches",
    count: (stack) => readPolicies(stack).length,
    atLeast: 1,
    violations: (stack, { aws }) => {
      const attached = attachments(stack).length;
      return attached + (aws.spendGuard === undefined ? 0 : 1) > 10 ? [`${attached} are attached`] : [];
    },
    break: (stack) =>
      Array.from({ length: 10 }, (_, index) => `more-${index}`).reduce(
        (more, id) => withResource(more, "aws_iam_user_policy_attachment", id, {}),
        stack,
      ),
    finds: ["11 are attached"],
  },
  {
    says: "makes one user or role, without any other policy, group or password",
    count: ({ resource }) => Object.keys(resource).length,
    atLeast: 3,
    violations: (stack, config) => {
      const known = contractOf(stack, config);
      return Object.keys(stack.resource).filter(
        (type) => !(type in known) && !("aws_sns_topic" in known && perModelOrAddress.includes(type)),
      );
    },
    break: (stack) => withResource(stack, "aws_iam_user_policy", "inline", {}),
    finds: ["aws_iam_user_policy"],
  },
];

describe.each(allConfigs)("the AWS side of %s", (_, config) => {
  const stack = renderTerraform(config);

  it.each(rules)("$says", ({ count, atLeast, violations }) => {
    expect(violations(stack, config)).toEqual([]);
    expect(count(stack)).toBeGreaterThanOrEqual(atLeast);
  });
});

describe("every rule", () => {
  const config = configOf("examples/homelab");
  const stack = renderTerraform(config);

  it.each(rules)("can fail: $says", ({ violations, break: breakIt, finds }) => {
    expect(violations(breakIt(stack), config)).toEqual(finds);
    expect(finds).not.toEqual([]);
  });
});

const modelArn = /^arn:aws:bedrock:(?<region>[^:]*):[^:]*:(?<type>inference-profile|foundation-model)\/(?<id>.+)$/;

/** What policies let be named in a request, as `region/id`: profiles, and models that need none. */
function modelsOfPolicies(policies: readonly PolicyDocument[]): readonly string[] {
  return policies
    .flatMap(({ Statement }) => Statement)
    .filter(({ Action }) => Action.includes("bedrock:InvokeModel"))
    .flatMap(({ Resource, Condition }) => {
      const isBehindProfile = Condition?.["ArnEquals"]?.["bedrock:InferenceProfileArn"] !== undefined;
      return Resource.flatMap((arn) => {
        const { region, type, id } = modelArn.exec(arn)?.groups ?? {};
        return id === undefined || (type === "foundation-model" && isBehindProfile) ? [] : [`${region}/${id}`];
      });
    })
    .sort();
}

/** What LiteLLM names in its requests, as `region/id`. */
function modelsOfProxy(proxyConfig: unknown): readonly string[] {
  const models = list(at(proxyConfig, "model_list")).map((entry) => {
    const params = at(entry, "litellm_params");
    return `${at(params, "aws_region_name")}/${String(at(params, "model")).replace(/^bedrock\/(?:converse\/)?/, "")}`;
  });
  return [...new Set(models)].sort();
}

function proxyConfigOf(config: StackConfig): unknown {
  const [configMap] = ofKind(renderManifests(config), "ConfigMap").filter(
    ({ metadata }) => metadata.name === components.liteLlm,
  );
  return parse(String(at(configMap?.data, "config.yaml")));
}

function disagreements(allowed: readonly string[], called: readonly string[]): readonly string[] {
  return [
    ...called.filter((model) => !allowed.includes(model)).map((model) => `IAM denies ${model}`),
    ...allowed.filter((model) => !called.includes(model)).map((model) => `LiteLLM never calls ${model}`),
  ];
}

describe.each(allConfigs)("both sides of %s", (_, config) => {
  const policies = readPolicies(renderTerraform(config));
  const proxyConfig = proxyConfigOf(config);

  it("mean the same models: LiteLLM calls what IAM allows, and nothing is allowed that it doesn't call", () => {
    expect(disagreements(modelsOfPolicies(policies), modelsOfProxy(proxyConfig))).toEqual([]);
    expect(modelsOfProxy(proxyConfig)).toEqual(
      [...new Set(config.models.map((model) => `${config.aws.region}/${invocationId(model)}`))].sort(),
    );
    expect(modelsOfProxy(proxyConfig).length).toBeGreaterThanOrEqual(1);
  });

  it("have the catalogue's prices", () => {
    const perMillion = list(at(proxyConfig, "model_list")).map((entry) => {
      const params = at(entry, "litellm_params");
      return [at(entry, "model_name"), at(params, "input_cost_per_token"), at(params, "output_cost_per_token")];
    });
    const expected = config.models.map(({ alias, modelId, profile }) => {
      const prices = catalogue[modelId]?.offers[profile]?.prices;
      return [
        alias,
        expect.closeTo((prices?.input ?? Number.NaN) / 1e6, 14),
        expect.closeTo((prices?.output ?? Number.NaN) / 1e6, 14),
      ];
    });
    expect(perMillion).toEqual(expected);
    expect(expected.length).toBeGreaterThanOrEqual(1);
  });
});

describe("two sides that mean different models", () => {
  const arns = "arn:aws:bedrock:us-east-1:123456789012:inference-profile";
  const Action = ["bedrock:InvokeModel"];
  const policy: PolicyDocument = {
    Version: "2012-10-17",
    Statement: [
      { Sid: "Profiles", Effect: "Allow", Action, Resource: [`${arns}/us.a`, `${arns}/us.b`] },
      {
        Sid: "Behind",
        Effect: "Allow",
        Action,
        Resource: ["arn:aws:bedrock:us-east-1::foundation-model/a"],
        Condition: { ArnEquals: { "bedrock:InferenceProfileArn": [`${arns}/us.a`] } },
      },
      {
        Sid: "Read",
        Effect: "Allow",
        Action: ["bedrock:GetInferenceProfile"],
        Resource: [`${arns}/us.d`],
      },
      { Sid: "Direct", Effect: "Allow", Action, Resource: ["arn:aws:bedrock:us-east-1::foundation-model/c"] },
    ],
  };

  it("are told", () => {
    const model_list = [
      { litellm_params: { model: "bedrock/converse/us.a", aws_region_name: "us-east-1" } },
      { litellm_params: { model: "bedrock/converse/us.b", aws_region_name: "us-west-2" } },
    ];
    expect(disagreements(modelsOfPolicies([policy]), modelsOfProxy({ model_list }))).toEqual([
      "IAM denies us-west-2/us.b",
      "LiteLLM never calls us-east-1/c",
      "LiteLLM never calls us-east-1/us.b",
    ]);
  });
});
