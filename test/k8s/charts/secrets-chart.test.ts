import { Testing } from "cdk8s";
import { ExternalSecretsChart, SecretsChart } from "../../../k8s/charts/secrets-chart";
import { secretOutputs } from "../../../lib/naming";
import { accept, minimalWith } from "../../support/config-input";
import { findObject, listObjects } from "../../support/kubernetes";

const unauthenticated = { reason: "Only a test, nobody can reach it." };
const signIns: readonly (readonly [kind: string, auth: object, hasAdmin: boolean])[] = [
  ["proxy", { kind: "proxy", unauthenticated }, false],
  ["trusted-header", { kind: "trusted-header", owner: "you@example.com", unauthenticated }, true],
  ["accounts", { kind: "accounts", owner: "you@example.com" }, true],
];
const monitorings = [
  ["prometheus-operator", { kind: "prometheus-operator" }, true],
  ["annotations", { kind: "annotations", openMetrics: { reason: "A test of the annotations." } }, false],
  ["none", { kind: "none" }, false],
] as const;
const webIdentity = { kind: "web-identity", accountId: "123456789012", issuerUrl: "https://oidc.example.com" };
const credentialKinds = [
  ["access-key", { kind: "access-key" }, true],
  ["web-identity", webIdentity, false],
] as const;
const values = Object.fromEntries(Object.values(secretOutputs).map((output) => [output, `value-of-${output}`]));
const store = { name: "vault", kind: "SecretStore" };
const external = { kind: "external", store, remoteKey: "chat", refreshInterval: "5m" } as const;

describe("SecretsChart", () => {
  it.each(
    signIns,
  )("has an administrator's password in the sign-in mode %s only if it needs one", (_, auth, hasAdmin) => {
    const chart = new SecretsChart(Testing.app(), "secrets", accept(minimalWith({ "openWebUi.auth": auth })), values);
    const keys = Object.keys(findObject(chart.toJson(), "Secret", "open-webui").stringData);
    expect(keys).toContain("WEBUI_SECRET_KEY");
    expect(keys.includes("WEBUI_ADMIN_PASSWORD")).toBe(hasAdmin);
  });

  it.each(monitorings)("has a Secret for Prometheus only if it shows a key: %s", (_, monitoring, hasPrometheus) => {
    const config = accept(minimalWith({ monitoring }));
    const names = listObjects(new SecretsChart(Testing.app(), "secrets", config, values).toJson());
    expect(names).toContain("Secret litellm");
    expect(names.includes("Secret litellm-prometheus")).toBe(hasPrometheus);
  });

  it.each(credentialKinds)("has an AWS key with the credentials %s only if there is one", (_, credentials, hasKey) => {
    const config = accept(minimalWith({ "aws.credentials": credentials }));
    const { stringData } = findObject(
      new SecretsChart(Testing.app(), "secrets", config, values).toJson(),
      "Secret",
      "litellm",
    );
    expect(Object.keys(stringData)).toContain("LITELLM_MASTER_KEY");
    expect(Object.keys(stringData).includes("AWS_SECRET_ACCESS_KEY")).toBe(hasKey);
  });

  it("is in the configured Namespace", () => {
    const chart = new SecretsChart(Testing.app(), "secrets", accept(minimalWith({ namespace: "chat" })), values);
    expect(findObject(chart.toJson(), "Secret", "litellm").metadata.namespace).toBe("chat");
  });
});

describe("ExternalSecretsChart", () => {
  function objectsOf(changes: Readonly<Record<string, unknown>>) {
    const config = accept(minimalWith({ secrets: external, ...changes }));
    if (config.secrets.kind !== "external") throw new Error("the configuration has no external secrets");
    return new ExternalSecretsChart(Testing.app(), "secrets", config, config.secrets).toJson();
  }

  it.each(
    signIns,
  )("asks for an administrator's password in the sign-in mode %s only if needed", (_, auth, hasAdmin) => {
    const { spec } = findObject(objectsOf({ "openWebUi.auth": auth }), "ExternalSecret", "open-webui");
    expect(JSON.stringify(spec)).toContain("WEBUI_SECRET_KEY");
    expect(JSON.stringify(spec).includes("WEBUI_ADMIN_PASSWORD")).toBe(hasAdmin);
  });

  it.each(
    monitorings,
  )("asks for a Secret for Prometheus only if it shows a key: %s", (_, monitoring, hasPrometheus) => {
    const names = listObjects(objectsOf({ monitoring }));
    expect(names).toContain("ExternalSecret litellm");
    expect(names.includes("ExternalSecret litellm-prometheus")).toBe(hasPrometheus);
  });

  it.each(
    credentialKinds,
  )("asks for an AWS key with the credentials %s only if there is one", (_, credentials, hasKey) => {
    const { spec } = findObject(objectsOf({ "aws.credentials": credentials }), "ExternalSecret", "litellm");
    expect(JSON.stringify(spec)).toContain("LITELLM_MASTER_KEY");
    expect(JSON.stringify(spec).includes("AWS_SECRET_ACCESS_KEY")).toBe(hasKey);
  });

  it("fetches from the configured entry and store, into the configured Namespace", () => {
    const { metadata, spec } = findObject(objectsOf({ namespace: "chat" }), "ExternalSecret", "litellm");
    expect(metadata.namespace).toBe("chat");
    expect(spec).toMatchObject({
      refreshInterval: "5m",
      secretStoreRef: store,
      data: expect.arrayContaining([
        { secretKey: "LITELLM_MASTER_KEY", remoteRef: { key: "chat", property: "litellm_master_key" } },
      ]),
    });
  });
});
