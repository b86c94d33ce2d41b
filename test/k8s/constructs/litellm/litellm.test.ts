import { hardenedContainer, hardenedPod } from "../../../../k8s/constructs/hardened-pod";
import {
  openWebUiConsumer,
  prometheusConsumer,
  renderConsumers,
  verifyConsumer,
} from "../../../../k8s/constructs/litellm/consumers";
import { LiteLlm, type LiteLlmProps } from "../../../../k8s/constructs/litellm/litellm";
import { renderProxyConfig } from "../../../../k8s/constructs/litellm/proxy-config";
import { renderReadableErrors } from "../../../../k8s/constructs/litellm/readable-errors";
import { podAnnotations } from "../../../../lib/naming";
import { sha256 } from "../../../../lib/sha256";
import { accept, minimal } from "../../../support/config-input";
import { testImages } from "../../../support/images";
import {
  findContainer,
  findObject,
  listObjects,
  plainVariables,
  renderConstruct,
  secretVariables,
} from "../../../support/kubernetes";

const all: Required<LiteLlmProps> = {
  image: testImages.liteLlm,
  namespace: "chat",
  clusterDomain: "cluster.local",
  models: accept(minimal).models,
  replicas: 2,
  budget: { kind: "limited", limitUsd: 20, period: "30d" },
  retries: 2,
  requestTimeoutSeconds: 300,
  redis: { host: "open-webui-redis", port: 6379 },
  secretName: "proxy-keys",
  secretsVersion: 1,
  awsCredentials: { kind: "access-key", slot: "a" },
  metricsAccess: "key",
  bedrockEndpoint: undefined,
  resources: { cpuRequest: "100m", memoryRequest: "400Mi", memoryLimit: "768Mi" },
};

function render(changes: Partial<LiteLlmProps> = {}) {
  const { construct, objects } = renderConstruct((scope) => new LiteLlm(scope, "litellm", { ...all, ...changes }));
  const deployment = findObject(objects, "Deployment", "litellm");
  const pod = deployment.spec.template;
  return { construct, objects, deployment, pod, container: findContainer(pod, "litellm") };
}

function filesOf(changes: Partial<LiteLlmProps> = {}) {
  return findObject(render(changes).objects, "ConfigMap", "litellm").data;
}

describe("LiteLlm", () => {
  it("renders these objects", () => {
    expect(listObjects(render().objects)).toEqual(["ConfigMap litellm", "Deployment litellm", "Service litellm"]);
  });

  it("calls AWS by default, and another endpoint where one is given", () => {
    const endpointOf = (changes: Partial<LiteLlmProps>) =>
      plainVariables(render(changes).container)["AWS_BEDROCK_RUNTIME_ENDPOINT"];
    expect(endpointOf({})).toBeUndefined();
    expect(endpointOf({ bedrockEndpoint: "http://simulated-bedrock:8080" })).toBe("http://simulated-bedrock:8080");
  });

  it("starts the image with the mounted configuration on its port", () => {
    const { container, pod } = render();
    expect(container.image).toBe(testImages.liteLlm);
    expect(container.args).toEqual(["--config", "/etc/litellm/config.yaml", "--port", "4000"]);
    expect(container.volumeMounts).toContainEqual({ name: "config", mountPath: "/etc/litellm", readOnly: true });
    expect(pod.spec.volumes).toContainEqual({ name: "config", configMap: { name: "litellm" } });
  });

  it("renders the configuration of these props, with the keys' consumers beside it", () => {
    expect(filesOf()).toEqual({
      "config.yaml": renderProxyConfig({ ...all, metricsNeedKey: true }),
      ...renderConsumers([openWebUiConsumer(all.models), verifyConsumer(all.models), prometheusConsumer]),
      ...renderReadableErrors(),
    });
  });

  it.each([
    ["key", ["open-webui", "verify", "prometheus"]],
    ["annotated", ["open-webui", "verify"]],
    ["none", ["open-webui", "verify"]],
  ] as const)("has a consumer for Prometheus only where it shows a key: %s", (metricsAccess, names) => {
    const consumers = JSON.parse(filesOf({ metricsAccess })["consumers.json"] ?? "") as readonly { name: string }[];
    expect(consumers.map(({ name }) => name)).toEqual(names);
  });

  it("serves metrics without a key, and says where by annotations, only where these are how it is scraped", () => {
    const scraped = {
      "prometheus.io/scrape": "true",
      "prometheus.io/port": "4000",
      "prometheus.io/path": "/metrics/",
    };
    expect(render({ metricsAccess: "annotated" }).pod.metadata.annotations).toMatchObject(scraped);
    expect(filesOf({ metricsAccess: "annotated" })["config.yaml"]).toBe(
      renderProxyConfig({ ...all, metricsNeedKey: false }),
    );
    for (const metricsAccess of ["key", "none"] as const) {
      const annotations = Object.keys(render({ metricsAccess }).pod.metadata.annotations);
      expect(annotations.filter((name) => name.startsWith("prometheus.io/"))).toEqual([]);
      expect(filesOf({ metricsAccess })["config.yaml"]).toBe(renderProxyConfig({ ...all, metricsNeedKey: true }));
    }
  });

  it("reads the keys of its own Secret, by reference, and no others", () => {
    expect(secretVariables(render().container)).toEqual({
      LITELLM_MASTER_KEY: "proxy-keys/LITELLM_MASTER_KEY",
      CONSUMER_KEY_OPEN_WEBUI: "proxy-keys/CONSUMER_KEY_OPEN_WEBUI",
      CONSUMER_KEY_PROMETHEUS: "proxy-keys/CONSUMER_KEY_PROMETHEUS",
      CONSUMER_KEY_VERIFY: "proxy-keys/CONSUMER_KEY_VERIFY",
      AWS_ACCESS_KEY_ID: "proxy-keys/AWS_ACCESS_KEY_ID",
      AWS_SECRET_ACCESS_KEY: "proxy-keys/AWS_SECRET_ACCESS_KEY",
      REDIS_PASSWORD: "proxy-keys/REDIS_PASSWORD",
    });
  });

  it("has these settings in the open", () => {
    expect(plainVariables(render().container)).toEqual({
      HOME: "/tmp",
      REDIS_USERNAME: "litellm",
      AWS_EC2_METADATA_DISABLED: "true",
      LITELLM_LOCAL_MODEL_COST_MAP: "True",
      PROMETHEUS_DISABLE_CREATED_SERIES: "True",
      DISABLE_ADMIN_UI: "True",
      NO_DOCS: "True",
      NO_REDOC: "True",
      NO_OPENAPI: "True",
      MALLOC_ARENA_MAX: "1",
      MALLOC_TRIM_THRESHOLD_: "65536",
      MALLOC_MMAP_THRESHOLD_: "65536",
    });
  });

  it("has the given number of pods, the new one ready before an old one goes", () => {
    expect(render({ replicas: 3 }).deployment.spec).toMatchObject({
      replicas: 3,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
  });

  it("is hardened, with nothing but /tmp to write to", () => {
    const { container, pod } = render();
    expect(pod.spec).toMatchObject(hardenedPod);
    expect(container).toMatchObject(hardenedContainer);
    expect(container.volumeMounts.filter(({ readOnly }) => readOnly !== true)).toEqual([
      { name: "tmp", mountPath: "/tmp" },
    ]);
    expect(pod.spec.volumes).toContainEqual({ name: "tmp", emptyDir: { sizeLimit: "64Mi" } });
  });

  it("is asked for life and readiness, never for /health, whose every answer is a paid call", () => {
    const { startupProbe, livenessProbe, readinessProbe } = render().container;
    expect(startupProbe.httpGet).toEqual({ path: "/health/liveliness", port: "http" });
    expect(livenessProbe.httpGet).toEqual({ path: "/health/liveliness", port: "http" });
    expect(readinessProbe.httpGet).toEqual({ path: "/health/readiness", port: "http" });
  });

  it("may take five minutes to start: it needs fourteen CPU seconds", () => {
    const { periodSeconds, failureThreshold } = render().container.startupProbe;
    expect(periodSeconds * failureThreshold).toBe(300);
  });

  it("isn't process 1, which would ignore SIGTERM until it listens", () => {
    expect(render().pod.spec).toMatchObject({ shareProcessNamespace: true });
  });

  it.each([10, 300, 3600])("outlives the draining and a running answer of %i seconds", (requestTimeoutSeconds) => {
    const { container, pod } = render({ requestTimeoutSeconds });
    expect(container.lifecycle?.preStop.exec.command).toEqual(["python", "-c", "import time; time.sleep(5)"]);
    expect(pod.spec.terminationGracePeriodSeconds).toBe(5 + requestTimeoutSeconds + 10);
  });

  it("gets the given resources, and some disk", () => {
    expect(render().container.resources).toEqual({
      requests: { cpu: "100m", memory: "400Mi", "ephemeral-storage": "32Mi" },
      limits: { memory: "768Mi", "ephemeral-storage": "256Mi" },
    });
  });

  it("selects its own pods", () => {
    const { deployment, objects, pod } = render();
    expect(deployment.spec.selector.matchLabels).toEqual(pod.metadata.labels);
    expect(findObject(objects, "Service", "litellm").spec.selector).toEqual(pod.metadata.labels);
  });

  it("hands out its address, with the Namespace and the cluster's domain", () => {
    expect(render({ namespace: "ai", clusterDomain: "k8s.example.net" }).construct.endpoint.baseUrl).toBe(
      "http://litellm.ai.svc.k8s.example.net:4000/v1",
    );
  });

  it("hands out what selects its Service, the port that is scraped and the path of the metrics", () => {
    const { construct, container, objects } = render();
    const { labels, portName, metricsPath } = construct.endpoint;
    const service = findObject(objects, "Service", "litellm");
    expect(service.metadata.labels).toMatchObject(labels);
    expect(labels).toEqual({ app: "litellm" });
    expect(service.spec.ports).toEqual([{ name: portName, port: 4000, targetPort: "http" }]);
    expect(container.ports).toEqual([{ name: "http", containerPort: 4000 }]);
    expect(metricsPath).toBe("/metrics/");
  });
});

describe("a rollout of LiteLlm", () => {
  const before = render().pod;

  it("is told by a checksum of all files, the programs' too", () => {
    const consumers = renderConsumers([openWebUiConsumer(all.models), verifyConsumer(all.models), prometheusConsumer]);
    const files = {
      "config.yaml": renderProxyConfig({ ...all, metricsNeedKey: true }),
      ...consumers,
      ...renderReadableErrors(),
    };
    expect(filesOf()).toEqual(files);
    expect(before.metadata.annotations[podAnnotations.configChecksum]).toBe(sha256(JSON.stringify(files)));
  });

  it("doesn't happen when nothing changes, or only the number of pods", () => {
    expect(render().pod).toEqual(before);
    expect(render({ replicas: 5 }).pod).toEqual(before);
  });

  it.each<readonly [string, Partial<LiteLlmProps>]>([
    ["the budget", { budget: { kind: "limited", limitUsd: 21, period: "30d" } }],
    ["the retries", { retries: 3 }],
    ["Redis' address", { redis: { host: "other", port: 6379 } }],
    ["the list of consumers", { metricsAccess: "none" }],
    ["the models", { models: accept({ ...minimal, models: { nova: { model: "amazon.nova-pro-v1:0" } } }).models }],
  ])("happens when %s in the configuration changes, and nothing else of the pod does", (_, changes) => {
    const after = render(changes).pod;
    const { [podAnnotations.configChecksum]: checksumBefore, ...othersBefore } = before.metadata.annotations;
    const { [podAnnotations.configChecksum]: checksumAfter, ...othersAfter } = after.metadata.annotations;
    expect(checksumAfter).toMatch(/^[0-9a-f]{64}$/);
    expect(checksumAfter).not.toBe(checksumBefore);
    expect(othersAfter).toEqual(othersBefore);
    expect(after.spec).toEqual(before.spec);
  });

  it.each<readonly [string, string, string, Partial<LiteLlmProps>]>([
    ["the Secret's version is raised", podAnnotations.secretsVersion, "2", { secretsVersion: 2 }],
    [
      "the Secret carries the other access key",
      podAnnotations.accessKeySlot,
      "b",
      { awsCredentials: { kind: "access-key", slot: "b" } },
    ],
  ])("happens when %s, and nothing else of the pod changes", (_, annotation, value, changes) => {
    const after = render(changes).pod;
    expect(before.metadata.annotations).toHaveProperty([annotation]);
    expect(after.metadata.annotations).toEqual({ ...before.metadata.annotations, [annotation]: value });
    expect(after.spec).toEqual(before.spec);
  });
});

describe("LiteLlm with a web identity", () => {
  const roleArn = "arn:aws:iam::123456789012:role/test-chat";
  const { container, objects, pod } = render({
    awsCredentials: { kind: "web-identity", roleArn, region: "eu-west-1" },
  });

  it("runs as a service account of its own, whose token for the cluster it doesn't get", () => {
    expect(findObject(objects, "ServiceAccount", "litellm")).toMatchObject({ automountServiceAccountToken: false });
    expect(pod.spec).toMatchObject({ serviceAccountName: "litellm", automountServiceAccountToken: false });
  });

  it("finds a token that is for AWS alone, and for an hour, where boto3 looks for it", () => {
    expect(pod.spec.volumes).toContainEqual({
      name: "aws-token",
      projected: {
        sources: [{ serviceAccountToken: { audience: "sts.amazonaws.com", expirationSeconds: 3600, path: "token" } }],
      },
    });
    expect(container.volumeMounts).toContainEqual({
      name: "aws-token",
      mountPath: "/var/run/secrets/aws",
      readOnly: true,
    });
    const { AWS_WEB_IDENTITY_TOKEN_FILE } = plainVariables(container);
    expect(AWS_WEB_IDENTITY_TOKEN_FILE).toBe("/var/run/secrets/aws/token");
  });

  it("assumes the role under its own name, at the Region's endpoint", () => {
    expect(plainVariables(container)).toEqual({
      ...plainVariables(render().container),
      AWS_ROLE_ARN: roleArn,
      AWS_WEB_IDENTITY_TOKEN_FILE: "/var/run/secrets/aws/token",
      AWS_ROLE_SESSION_NAME: "litellm",
      AWS_DEFAULT_REGION: "eu-west-1",
    });
  });

  it("has no AWS key, and no slot of one", () => {
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...others } = secretVariables(render().container);
    expect(secretVariables(container)).toEqual(others);
    expect(pod.metadata.annotations).not.toHaveProperty([podAnnotations.accessKeySlot]);
  });
});
