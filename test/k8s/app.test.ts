import { readFileSync } from "node:fs";
import path from "node:path";
import { type App, YamlOutputType } from "cdk8s";
import { parseAllDocuments } from "yaml";
import { createKubernetesApp, createSecretsApp, listObjectKinds } from "../../k8s/app";
import { secretOutputs } from "../../lib/naming";
import { accept, minimalWith } from "../support/config-input";
import { testImages } from "../support/images";
import {
  findContainer,
  findObject,
  type KubernetesObject,
  listObjects,
  objectsOf,
  plainVariables,
  secretVariables,
} from "../support/kubernetes";
import { readTree, temporaryFolder } from "../support/temporary-folder";

const values = Object.fromEntries(Object.values(secretOutputs).map((output) => [output, `value-of-${output}`]));

function appOf(changes: Readonly<Record<string, unknown>> = {}): App {
  return createKubernetesApp(accept(minimalWith(changes)), testImages, { outdir: temporaryFolder() });
}

/** The pods of the three components. */
function podsOf(objects: readonly KubernetesObject[]) {
  const liteLlm = findObject(objects, "Deployment", "litellm").spec.template;
  const openWebUi = findObject(objects, "StatefulSet", "open-webui").spec.template;
  const redis = findObject(objects, "Deployment", "open-webui-redis").spec.template;
  return {
    liteLlm: { ...liteLlm, container: findContainer(liteLlm, "litellm") },
    openWebUi: { ...openWebUi, container: findContainer(openWebUi, "open-webui") },
    redis: { ...redis, container: findContainer(redis, "redis") },
  };
}

/** The rendered file, as kubectl reads it. */
function synthesise(app: App): readonly KubernetesObject[] {
  app.synth();
  const files = Object.values(readTree(app.outdir));
  expect(files).toHaveLength(1);
  return parseAllDocuments(files.join("")).map((document) => document.toJSON() as KubernetesObject);
}

describe("the Kubernetes side", () => {
  it("has these objects at least, in this order, in one file", () => {
    expect(listObjects(synthesise(appOf()))).toEqual([
      "Namespace open-webui",
      "NetworkPolicy default-deny",
      "NetworkPolicy litellm",
      "NetworkPolicy open-webui",
      "NetworkPolicy open-webui-redis",
      "ConfigMap open-webui-redis",
      "PersistentVolumeClaim open-webui-redis",
      "Deployment open-webui-redis",
      "Service open-webui-redis",
      "ConfigMap litellm",
      "Deployment litellm",
      "Service litellm",
      "PersistentVolumeClaim open-webui",
      "ConfigMap open-webui",
      "Service open-webui",
      "StatefulSet open-webui",
    ]);
  });

  it("describes references to an external store after the Namespace and before the pods that need them", () => {
    const objects = listObjects(synthesise(appOf({ secrets: { kind: "external", store: { name: "vault" } } })));
    const external = objects.filter((object) => object.startsWith("ExternalSecret"));
    expect(external).toEqual([
      "ExternalSecret litellm",
      "ExternalSecret open-webui",
      "ExternalSecret open-webui-redis",
    ]);
    const positions = external.map((object) => objects.indexOf(object));
    expect(Math.min(...positions)).toBeGreaterThan(objects.indexOf("Namespace open-webui"));
    expect(Math.max(...positions)).toBeLessThan(objects.indexOf("Deployment open-webui-redis"));
  });

  it.each([
    "terraform",
    "existing",
  ])("has neither Secrets nor references to a store when secrets.kind is %s", (kind) => {
    const kinds = objectsOf(appOf({ secrets: { kind } })).map((object) => object.kind);
    expect(kinds).toContain("Deployment");
    expect(kinds.filter((name) => name.includes("Secret"))).toEqual([]);
  });

  it("is monitored only where an operator is", () => {
    const monitors = (monitoring: unknown) =>
      listObjects(objectsOf(appOf({ monitoring }))).filter((object) => object.startsWith("ServiceMonitor"));
    expect(monitors({ kind: "none" })).toEqual([]);
    expect(monitors({ kind: "prometheus-operator" })).toEqual(["ServiceMonitor litellm"]);
  });

  it("runs these images", () => {
    const { liteLlm, openWebUi, redis } = podsOf(objectsOf(appOf()));
    expect(liteLlm.container.image).toBe(testImages.liteLlm);
    expect(openWebUi.container.image).toBe(testImages.openWebUi);
    expect(redis.container.image).toBe(testImages.redis);
  });

  it("connects the pods with each other", () => {
    const objects = objectsOf(appOf({ namespace: "chat", cluster: { domain: "k8s.example.net" } }));
    const { openWebUi } = podsOf(objects);
    const [redisPort] = findObject(objects, "Service", "open-webui-redis").spec.ports;
    expect(plainVariables(openWebUi.container)).toMatchObject({
      OPENAI_API_BASE_URL: "http://litellm.chat.svc.k8s.example.net:4000/v1",
      REDIS_URL: `redis://open-webui:$(REDIS_PASSWORD)@open-webui-redis:${redisPort?.port}/0`,
    });
    expect(findObject(objects, "ConfigMap", "litellm").data["config.yaml"]).toContain(
      `redis_host: open-webui-redis\n  redis_port: ${redisPort?.port}\n`,
    );
  });

  it("lets each pod read the Secret of its own component", () => {
    const secrets = { kind: "existing", liteLlm: "proxy-keys", openWebUi: "chat-keys", redis: "redis-users" };
    const { liteLlm, openWebUi, redis } = podsOf(objectsOf(appOf({ secrets })));
    const secretsOf = (variables: Readonly<Record<string, string>>) => [
      ...new Set(Object.values(variables).map((reference) => reference.split("/")[0])),
    ];
    expect(secretsOf(secretVariables(liteLlm.container))).toEqual(["proxy-keys"]);
    expect(secretsOf(secretVariables(openWebUi.container))).toEqual(["chat-keys"]);
    expect(redis.spec.volumes).toContainEqual({ name: "acl", secret: { secretName: "redis-users" } });
  });

  it.each([
    ["terraform", { kind: "terraform" }],
    ["existing", { kind: "existing" }],
    ["external", { kind: "external", store: { name: "vault" } }],
  ])("rolls all pods when the version of the secrets (%s) is raised, and none without", (_, secrets) => {
    const first = podsOf(objectsOf(appOf({ secrets })));
    const again = podsOf(objectsOf(appOf({ secrets })));
    const raised = podsOf(objectsOf(appOf({ secrets: { ...secrets, version: 2 } })));
    expect(again).toEqual(first);
    for (const component of ["liteLlm", "openWebUi", "redis"] as const) {
      expect(raised[component].metadata.annotations).not.toEqual(first[component].metadata.annotations);
    }
  });

  it("takes over the settings of the components", () => {
    const objects = objectsOf(
      appOf({
        liteLlm: {
          replicas: 4,
          retries: 7,
          requestTimeoutSeconds: 42,
          budget: { kind: "limited", limitUsd: 3, period: "1d" },
          resources: { memoryLimit: "900Mi" },
        },
        redis: { storage: { size: "3Gi", storageClass: "fast" }, resources: { memoryLimit: "64Mi" } },
        "openWebUi.storage": { size: "7Gi", storageClass: "slow" },
        "openWebUi.resources": { memoryLimit: "2Gi" },
      }),
    );
    const { liteLlm, openWebUi, redis } = podsOf(objects);
    expect(findObject(objects, "Deployment", "litellm").spec.replicas).toBe(4);
    const config = findObject(objects, "ConfigMap", "litellm").data["config.yaml"];
    for (const line of ["num_retries: 7", "request_timeout: 42", "budget_limit: 3", "time_period: 1d"]) {
      expect(config).toContain(`${line}\n`);
    }
    expect(liteLlm.container.resources.limits).toMatchObject({ memory: "900Mi" });
    expect(openWebUi.container.resources.limits).toMatchObject({ memory: "2Gi" });
    expect(redis.container.resources.limits).toMatchObject({ memory: "64Mi" });
    expect(findObject(objects, "PersistentVolumeClaim", "open-webui").spec).toMatchObject({
      storageClassName: "slow",
      resources: { requests: { storage: "7Gi" } },
    });
    expect(findObject(objects, "PersistentVolumeClaim", "open-webui-redis").spec).toMatchObject({
      storageClassName: "fast",
      resources: { requests: { storage: "3Gi" } },
    });
  });

  it("writes one file to dist by default, and lets the caller decide otherwise", () => {
    const config = accept(minimalWith({}));
    const byDefault = createKubernetesApp(config, testImages);
    expect([byDefault.outdir, byDefault.yamlOutputType]).toEqual(["dist", YamlOutputType.FILE_PER_APP]);
    const outdir = temporaryFolder();
    createKubernetesApp(config, testImages, { outdir, yamlOutputType: YamlOutputType.FILE_PER_CHART }).synth();
    expect(Object.keys(readTree(outdir)).length).toBeGreaterThan(1);
    expect(readFileSync(path.join(outdir, "0000-namespace.k8s.yaml"), "utf8")).toContain("kind: Namespace");
  });
});

describe("listObjectKinds", () => {
  it("names the kind of every object, in the order of the rendered file", () => {
    const app = appOf({ monitoring: { kind: "prometheus-operator" } });
    const kinds = listObjectKinds(app);
    expect(kinds).toEqual(expect.arrayContaining(["ServiceMonitor", "PrometheusRule"]));
    expect(kinds).toEqual(synthesise(app).map(({ kind }) => kind));
  });
});

describe("the Secrets app", () => {
  it("has the Secret that the ServiceMonitor names, with the key that it names", () => {
    const config = accept(minimalWith({ monitoring: { kind: "prometheus-operator" } }));
    const secrets = objectsOf(createSecretsApp(config, values));
    const monitor = findObject(objectsOf(createKubernetesApp(config, testImages)), "ServiceMonitor", "litellm");
    expect(monitor.spec).toMatchObject({
      endpoints: [{ authorization: { credentials: { name: "litellm-prometheus", key: "LITELLM_KEY" } } }],
    });
    expect(Object.keys(findObject(secrets, "Secret", "litellm-prometheus").stringData)).toEqual(["LITELLM_KEY"]);
  });

  it("gives each side of a key the same value: the proxy and who calls it", () => {
    const config = accept(minimalWith({ monitoring: { kind: "prometheus-operator" } }));
    const secrets = objectsOf(createSecretsApp(config, values));
    const liteLlm = findObject(secrets, "Secret", "litellm").stringData;
    expect(liteLlm["CONSUMER_KEY_OPEN_WEBUI"]).toBe("value-of-litellm_key_open_webui");
    expect(findObject(secrets, "Secret", "open-webui").stringData["OPENAI_API_KEY"]).toBe(
      liteLlm["CONSUMER_KEY_OPEN_WEBUI"],
    );
    expect(liteLlm["CONSUMER_KEY_PROMETHEUS"]).toBe("value-of-litellm_key_prometheus");
    expect(findObject(secrets, "Secret", "litellm-prometheus").stringData["LITELLM_KEY"]).toBe(
      liteLlm["CONSUMER_KEY_PROMETHEUS"],
    );
  });

  it("has the Namespace first, and the three Secrets in it", () => {
    const documents = parseAllDocuments(
      createSecretsApp(accept(minimalWith({ namespace: "chat" })), values).synthYaml(),
    );
    const objects = documents.map((document) => document.toJSON() as KubernetesObject);
    expect(listObjects(objects)).toEqual([
      "Namespace chat",
      "Secret litellm",
      "Secret open-webui",
      "Secret open-webui-redis",
    ]);
    expect(objects.slice(1).map(({ metadata }) => metadata.namespace)).toEqual(["chat", "chat", "chat"]);
  });

  it("describes the same Namespace as the other app, so that neither undoes the other's", () => {
    const config = accept(minimalWith({}));
    const inSecretsApp = findObject(objectsOf(createSecretsApp(config, values)), "Namespace", "open-webui");
    expect(findObject(objectsOf(appOf()), "Namespace", "open-webui")).toEqual(inSecretsApp);
  });

  it.each([
    ["proxy", { kind: "proxy", unauthenticated: { reason: "Only a test, nobody can reach it." } }],
    ["accounts", { kind: "accounts", owner: "you@example.com" }],
    [
      "trusted-header",
      { kind: "trusted-header", owner: "you@example.com", unauthenticated: { reason: "Only a test of the Secret." } },
    ],
  ])("has every key that the pods read with the sign-in %s, and none besides", (_, auth) => {
    const config = accept(minimalWith({ "openWebUi.auth": auth }));
    const secrets = objectsOf(createSecretsApp(config, values));
    const { liteLlm, openWebUi } = podsOf(objectsOf(createKubernetesApp(config, testImages)));
    for (const { container } of [liteLlm, openWebUi]) {
      const read = Object.values(secretVariables(container));
      const [name = ""] = read.map((reference) => reference.split("/")[0]);
      const made = Object.keys(findObject(secrets, "Secret", name).stringData).map((key) => `${name}/${key}`);
      expect([...read].sort()).toEqual(made.sort());
    }
  });
});
