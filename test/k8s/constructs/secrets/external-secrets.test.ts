import { ExternalSecrets, type ExternalSecretsProps } from "../../../../k8s/constructs/secrets/external-secrets";
import { StackSecrets } from "../../../../k8s/constructs/secrets/stack-secrets";
import { secretOutputs } from "../../../../lib/naming";
import { sha256 } from "../../../../lib/sha256";
import { findObject, listObjects, renderConstruct } from "../../../support/kubernetes";

const all: Required<ExternalSecretsProps> = {
  store: { name: "vault", kind: "ClusterSecretStore" },
  remoteKey: "chat/production",
  refreshInterval: "15m",
  hasAdmin: true,
  hasPrometheus: true,
  hasPostgres: true,
  hasAwsKey: true,
};

interface ExternalSecretSpec {
  readonly refreshInterval: string;
  readonly secretStoreRef: unknown;
  readonly target: { readonly name: string; readonly template?: { readonly data: Readonly<Record<string, string>> } };
  readonly data: readonly {
    readonly secretKey: string;
    readonly remoteRef: { readonly key: string; readonly property: string };
  }[];
}

const names = ["litellm", "open-webui", "open-webui-postgres", "litellm-prometheus", "open-webui-redis"] as const;

function render(changes: Partial<ExternalSecretsProps> = {}) {
  return renderConstruct((scope) => new ExternalSecrets(scope, "secrets", { ...all, ...changes })).objects;
}

function specOf(name: string, changes: Partial<ExternalSecretsProps> = {}): ExternalSecretSpec {
  return findObject(render(changes), "ExternalSecret", name).spec as ExternalSecretSpec;
}

/** Which property of the store's entry each key comes from. */
function sources(name: string, changes: Partial<ExternalSecretsProps> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(
    specOf(name, changes).data.map(({ secretKey, remoteRef }) => [secretKey, remoteRef.property]),
  );
}

describe("ExternalSecrets", () => {
  it("describes one Secret per consumer, under the Secret's own name", () => {
    expect(listObjects(render())).toEqual(names.map((name) => `ExternalSecret ${name}`));
    for (const name of names) expect(specOf(name).target.name).toBe(name);
  });

  it.each(names)("fetches %s from the given entry of the given store, again and again", (name) => {
    const spec = specOf(name, { store: { name: "team", kind: "SecretStore" } });
    expect(spec.secretStoreRef).toEqual({ name: "team", kind: "SecretStore" });
    expect(spec.refreshInterval).toBe("15m");
    expect([...new Set(spec.data.map(({ remoteRef }) => remoteRef.key))]).toEqual(["chat/production"]);
  });

  it("fetches for LiteLLM the master key, its consumers' keys, the AWS key and its own Redis password", () => {
    expect(sources("litellm")).toEqual({
      LITELLM_MASTER_KEY: "litellm_master_key",
      CONSUMER_KEY_OPEN_WEBUI: "litellm_key_open_webui",
      CONSUMER_KEY_PROMETHEUS: "litellm_key_prometheus",
      CONSUMER_KEY_VERIFY: "litellm_key_verify",
      AWS_ACCESS_KEY_ID: "aws_access_key_id",
      AWS_SECRET_ACCESS_KEY: "aws_secret_access_key",
      REDIS_PASSWORD: "redis_password_litellm",
    });
  });

  it("fetches no AWS key where LiteLLM has none", () => {
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...others } = sources("litellm");
    expect(sources("litellm", { hasAwsKey: false })).toEqual(others);
  });

  it("fetches for Open WebUI its own key for the proxy, its own keys and passwords, and no AWS key", () => {
    expect(sources("open-webui")).toEqual({
      OPENAI_API_KEY: "litellm_key_open_webui",
      WEBUI_SECRET_KEY: "open_webui_secret_key",
      REDIS_PASSWORD: "redis_password_open_webui",
      WEBUI_ADMIN_PASSWORD: "open_webui_admin_password",
      POSTGRES_PASSWORD: "postgres_password",
    });
  });

  it("fetches no administrator's password where the sign-in has no administrator", () => {
    const everything = names.flatMap((name) => Object.values(sources(name, { hasAdmin: false })));
    expect(everything).toContain("open_webui_secret_key");
    expect(everything).not.toContain("open_webui_admin_password");
  });

  it("fetches for Prometheus its own key for the proxy, and nothing else", () => {
    expect(sources("litellm-prometheus")).toEqual({ LITELLM_KEY: "litellm_key_prometheus" });
  });

  it("describes no Secret for Prometheus where there is none, and the other Secrets as they are", () => {
    const others = render().filter(({ metadata }) => metadata.name !== "litellm-prometheus");
    expect(others).toHaveLength(4);
    expect(render({ hasPrometheus: false })).toEqual(others);
  });

  it("fetches for Postgres its password, and describes no Secret where the stack has none", () => {
    expect(sources("open-webui-postgres")).toEqual({ POSTGRES_PASSWORD: "postgres_password" });
    expect(JSON.stringify(render({ hasPostgres: false }))).not.toMatch(/postgres/i);
  });

  it("leaves only the ACL file with digests in Redis' Secret, by the operator's template", () => {
    const { target } = specOf("open-webui-redis");
    expect(sources("open-webui-redis")).toEqual({
      redis_password_litellm: "redis_password_litellm",
      redis_password_open_webui: "redis_password_open_webui",
    });
    expect(Object.keys(target.template?.data ?? {})).toEqual(["users.acl"]);
    expect(target.template?.data["users.acl"]).toContain("user litellm on #{{ .redis_password_litellm | sha256sum }} ");
    expect(target.template?.data["users.acl"]).toContain(
      "user open-webui on #{{ .redis_password_open_webui | sha256sum }} ",
    );
  });

  it.each([true, false])("makes the very Secrets that the Secrets app makes, with an administrator: %s", (hasAdmin) => {
    const values = Object.fromEntries(Object.values(secretOutputs).map((output) => [output, `value-of-${output}`]));
    const expected = renderConstruct(
      (scope) => new StackSecrets(scope, "secrets", { ...all, values, hasAdmin }),
    ).objects;
    for (const name of names) {
      const { target, data } = specOf(name, { hasAdmin });
      const fetched = Object.fromEntries(
        data.map(({ secretKey, remoteRef }) => [secretKey, values[remoteRef.property] ?? ""]),
      );
      const made =
        target.template === undefined
          ? fetched
          : Object.fromEntries(
              Object.entries(target.template.data).map(([key, template]) => [
                key,
                template.replaceAll(/\{\{ \.(\w+) \| sha256sum \}\}/g, (_, property: string) =>
                  sha256(fetched[property] ?? ""),
                ),
              ]),
            );
      expect(made).toEqual(findObject(expected, "Secret", name).stringData);
    }
  });
});
