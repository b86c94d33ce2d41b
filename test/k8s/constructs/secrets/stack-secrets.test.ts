import {
  type SecretValues,
  StackSecrets,
  type StackSecretsProps,
} from "../../../../k8s/constructs/secrets/stack-secrets";
import { secretOutputs } from "../../../../lib/naming";
import { sha256 } from "../../../../lib/sha256";
import { findObject, listObjects, renderConstruct } from "../../../support/kubernetes";

/** A value for every output: a new output without a value doesn't compile. */
type EveryOutput = Readonly<Record<(typeof secretOutputs)[keyof typeof secretOutputs], string>>;

const values: EveryOutput = {
  aws_access_key_id: "test-access-key-id",
  aws_secret_access_key: "test-secret-access-key",
  litellm_master_key: "test-master-key",
  litellm_key_open_webui: "test-key-of-open-webui",
  litellm_key_prometheus: "test-key-of-prometheus",
  litellm_key_verify: "test-key-of-verify",
  open_webui_secret_key: "test-session-key",
  open_webui_admin_password: "test-admin-password",
  redis_password_litellm: "test-redis-password-of-litellm",
  redis_password_open_webui: "test-redis-password-of-open-webui",
  postgres_password: "test-postgres-password",
};

const all: Required<StackSecretsProps> = {
  values,
  hasAdmin: true,
  hasPrometheus: true,
  hasPostgres: true,
  hasAwsKey: true,
};

function render(changes: Partial<StackSecretsProps> = {}) {
  return renderConstruct((scope) => new StackSecrets(scope, "secrets", { ...all, ...changes })).objects;
}

function dataOf(name: string, changes: Partial<StackSecretsProps> = {}) {
  return findObject(render(changes), "Secret", name).stringData;
}

describe("StackSecrets", () => {
  it("makes one Secret per consumer", () => {
    expect(listObjects(render())).toEqual([
      "Secret litellm",
      "Secret open-webui",
      "Secret open-webui-postgres",
      "Secret litellm-prometheus",
      "Secret open-webui-redis",
    ]);
  });

  it("gives LiteLLM the master key, its consumers' keys, the AWS key and its own Redis password", () => {
    expect(dataOf("litellm")).toEqual({
      LITELLM_MASTER_KEY: "test-master-key",
      CONSUMER_KEY_OPEN_WEBUI: "test-key-of-open-webui",
      CONSUMER_KEY_PROMETHEUS: "test-key-of-prometheus",
      CONSUMER_KEY_VERIFY: "test-key-of-verify",
      AWS_ACCESS_KEY_ID: "test-access-key-id",
      AWS_SECRET_ACCESS_KEY: "test-secret-access-key",
      REDIS_PASSWORD: "test-redis-password-of-litellm",
    });
  });

  it("gives LiteLLM no AWS key where it has none, and asks for none", () => {
    const { aws_access_key_id: _, aws_secret_access_key: __, ...others } = values;
    expect(dataOf("litellm", { values: others, hasAwsKey: false })).toEqual({
      LITELLM_MASTER_KEY: "test-master-key",
      CONSUMER_KEY_OPEN_WEBUI: "test-key-of-open-webui",
      CONSUMER_KEY_PROMETHEUS: "test-key-of-prometheus",
      CONSUMER_KEY_VERIFY: "test-key-of-verify",
      REDIS_PASSWORD: "test-redis-password-of-litellm",
    });
  });

  it("gives Open WebUI its own key for the proxy, its own keys and passwords, and no AWS key", () => {
    expect(dataOf("open-webui")).toEqual({
      OPENAI_API_KEY: "test-key-of-open-webui",
      WEBUI_SECRET_KEY: "test-session-key",
      REDIS_PASSWORD: "test-redis-password-of-open-webui",
      WEBUI_ADMIN_PASSWORD: "test-admin-password",
      POSTGRES_PASSWORD: "test-postgres-password",
    });
  });

  it("gives Open WebUI no administrator's password where the sign-in has no administrator", () => {
    expect(dataOf("open-webui", { hasAdmin: false, hasPostgres: false })).toEqual({
      OPENAI_API_KEY: "test-key-of-open-webui",
      WEBUI_SECRET_KEY: "test-session-key",
      REDIS_PASSWORD: "test-redis-password-of-open-webui",
    });
  });

  it("gives Prometheus its own key for the proxy, and nothing else", () => {
    expect(dataOf("litellm-prometheus")).toEqual({ LITELLM_KEY: "test-key-of-prometheus" });
  });

  it("makes no Secret for Prometheus where there is none, and the other Secrets as they are", () => {
    const others = render().filter(({ metadata }) => metadata.name !== "litellm-prometheus");
    expect(others).toHaveLength(4);
    expect(render({ hasPrometheus: false })).toEqual(others);
  });

  it("gives the master key to nobody but LiteLLM", () => {
    const holders = render().filter((secret) => JSON.stringify(secret).includes(values.litellm_master_key));
    expect(listObjects(holders)).toEqual(["Secret litellm"]);
  });

  it("gives Redis the digests of its users' passwords", () => {
    const data = dataOf("open-webui-redis");
    expect(Object.keys(data)).toEqual(["users.acl"]);
    expect(data["users.acl"]).toContain(`user litellm on #${sha256("test-redis-password-of-litellm")} `);
    expect(data["users.acl"]).toContain(`user open-webui on #${sha256("test-redis-password-of-open-webui")} `);
  });

  it("gives Redis no value in clear", () => {
    const text = JSON.stringify(dataOf("open-webui-redis"));
    expect(text).toContain("user litellm");
    expect(Object.values(values).filter((value) => text.includes(value))).toEqual([]);
  });

  it.each(Object.values(secretOutputs))("refuses to go without %s", (output) => {
    const missing = Object.fromEntries(Object.entries(values).filter(([name]) => name !== output));
    expect(() => render({ values: missing })).toThrow(
      new Error(
        `Terraform output ${output}: got nothing; allowed: a text that isn't empty. Run "npx cdktf deploy" first.`,
      ),
    );
  });

  it.each(
    Object.values(secretOutputs).flatMap((output) => [[output, ""] as const, [output, " \n"] as const]),
  )("refuses %s as %j", (output, value) => {
    const empty: SecretValues = { ...values, [output]: value };
    expect(() => render({ values: empty })).toThrow(
      new Error(
        `Terraform output ${output}: got an empty text; allowed: a text that isn't empty. Run "npx cdktf deploy" first.`,
      ),
    );
  });

  it("doesn't ask for the administrator's password where there is no administrator", () => {
    const { open_webui_admin_password: _, ...others } = values;
    expect(listObjects(render({ values: others, hasAdmin: false }))).toHaveLength(5);
  });

  it("gives Postgres its password and nothing else, and makes none where the stack has none", () => {
    expect(dataOf("open-webui-postgres")).toEqual({ POSTGRES_PASSWORD: "test-postgres-password" });
    const { postgres_password: _, ...others } = values;
    const without = render({ values: others, hasPostgres: false });
    expect(JSON.stringify(without)).not.toMatch(/postgres/i);
    expect(() => render({ values: others })).toThrow("Terraform output postgres_password: got nothing");
  });
});
