import { hardenedContainer, hardenedPod } from "../../../../k8s/constructs/hardened-pod";
import { openWebUiEnvironment, type SignIn } from "../../../../k8s/constructs/open-webui/environment";
import { OpenWebUi, type OpenWebUiProps } from "../../../../k8s/constructs/open-webui/open-webui";
import { podAnnotations } from "../../../../lib/naming";
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

const storage: Required<OpenWebUiProps["storage"]> = { size: "5Gi", storageClass: "longhorn" };
const all: Required<OpenWebUiProps> = {
  image: testImages.openWebUi,
  publicUrl: "https://chat.example.com",
  allowedOrigins: ["https://chat.example.com"],
  signIn: { kind: "accounts", owner: "owner@example.com", allowSignUp: false },
  models: accept(minimal).models,
  liteLlm: {
    baseUrl: "http://litellm.chat.svc.cluster.local:4000/v1",
    labels: { app: "litellm" },
    portName: "http",
    metricsPath: "/metrics/",
  },
  redis: { host: "open-webui-redis", port: 6379 },
  database: { kind: "file" },
  embeddingModel: "titan",
  secretName: "chat-keys",
  secretsVersion: 1,
  storage,
  resources: { cpuRequest: "100m", memoryRequest: "384Mi", memoryLimit: "1Gi" },
};

function render(changes: Partial<OpenWebUiProps> = {}) {
  const props = { ...all, ...changes };
  const { construct, objects } = renderConstruct((scope) => new OpenWebUi(scope, "open-webui", props));
  const statefulSet = findObject(objects, "StatefulSet", "open-webui");
  const pod = statefulSet.spec.template;
  return { construct, objects, statefulSet, pod, container: findContainer(pod, "open-webui") };
}

describe("OpenWebUi", () => {
  it("renders these objects", () => {
    expect(listObjects(render().objects)).toEqual([
      "PersistentVolumeClaim open-webui",
      "ConfigMap open-webui",
      "Service open-webui",
      "StatefulSet open-webui",
    ]);
  });

  it("has one pod, which a new version replaces only when somebody deletes it", () => {
    expect(render().statefulSet.spec).toMatchObject({ replicas: 1, updateStrategy: { type: "OnDelete" } });
  });

  it("keeps its data under the name that Open WebUI's own chart gives the claim", () => {
    const { container, objects, pod } = render();
    expect(findObject(objects, "PersistentVolumeClaim", "open-webui").spec).toEqual({
      accessModes: ["ReadWriteOnce"],
      storageClassName: "longhorn",
      resources: { requests: { storage: "5Gi" } },
    });
    expect(pod.spec.volumes).toContainEqual({ name: "data", persistentVolumeClaim: { claimName: "open-webui" } });
    expect(container.volumeMounts).toContainEqual({ name: "data", mountPath: "/app/backend/data" });
  });

  it("leaves the storage class to the cluster by default", () => {
    const { objects } = render({ storage: { size: "5Gi" } });
    expect(findObject(objects, "PersistentVolumeClaim", "open-webui").spec).not.toHaveProperty("storageClassName");
  });

  it("makes no claim of its own for the pod, which deleting the workload could delete", () => {
    expect(render().statefulSet.spec).not.toHaveProperty("volumeClaimTemplates");
  });

  it("runs the image, hardened, with the data and /tmp to write to", () => {
    const { container, pod } = render();
    expect(container.image).toBe(testImages.openWebUi);
    expect(pod.spec).toMatchObject(hardenedPod);
    expect(container).toMatchObject(hardenedContainer);
    expect(container.volumeMounts.filter(({ readOnly }) => readOnly !== true)).toEqual([
      { name: "data", mountPath: "/app/backend/data" },
      { name: "tmp", mountPath: "/tmp" },
    ]);
    expect(pod.spec.volumes).toContainEqual({ name: "tmp", emptyDir: { sizeLimit: "1Gi" } });
  });

  it("has an empty changelog, which it would keep in memory", () => {
    const { container, objects, pod } = render();
    expect(findObject(objects, "ConfigMap", "open-webui").data).toEqual({ "CHANGELOG.md": "" });
    expect(pod.spec.volumes).toContainEqual({ name: "config", configMap: { name: "open-webui" } });
    expect(container.volumeMounts).toContainEqual({
      name: "config",
      mountPath: "/app/CHANGELOG.md",
      subPath: "CHANGELOG.md",
      readOnly: true,
    });
  });

  it.each<readonly [SignIn["kind"], SignIn, boolean]>([
    ["proxy", { kind: "proxy" }, false],
    [
      "trusted-header",
      { kind: "trusted-header", owner: "owner@example.com", emailHeader: "X-Email", newUsers: "user" },
      true,
    ],
    ["accounts", all.signIn as SignIn, true],
  ])("reads the keys of its own Secret that the sign-in mode %s needs, and no AWS key", (_, signIn, hasAdmin) => {
    expect(secretVariables(render({ signIn }).container)).toEqual({
      OPENAI_API_KEY: "chat-keys/OPENAI_API_KEY",
      WEBUI_SECRET_KEY: "chat-keys/WEBUI_SECRET_KEY",
      REDIS_PASSWORD: "chat-keys/REDIS_PASSWORD",
      ...(hasAdmin ? { WEBUI_ADMIN_PASSWORD: "chat-keys/WEBUI_ADMIN_PASSWORD" } : {}),
    });
  });

  it("names a secret variable before those that refer to it: Kubernetes puts in only what it has read", () => {
    const { env = [] } = render().container;
    const references = env.flatMap(({ value = "" }, position) =>
      [...value.matchAll(/\$\((\w+)\)/g)].map(([, name]) => ({ name, position })),
    );
    expect(references.map(({ name }) => name)).toEqual(["REDIS_PASSWORD", "OPENAI_API_KEY"]);
    for (const { name, position } of references) {
      const defined = env.findIndex((variable) => variable.name === name);
      expect(defined).toBeGreaterThanOrEqual(0);
      expect(defined).toBeLessThan(position);
    }
  });

  it("names no variable twice: the second would win silently", () => {
    const names = (render().container.env ?? []).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name, position) => names.indexOf(name) !== position)).toEqual([]);
  });

  it("has the settings of these props in the open, and uvicorn's time for running answers", () => {
    expect(plainVariables(render().container)).toEqual({
      ...openWebUiEnvironment(all),
      UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN: "30",
    });
  });

  it("outlives the draining and the running answers", () => {
    const { container, pod } = render();
    expect(container.lifecycle?.preStop.exec.command).toEqual(["python", "-c", "import time; time.sleep(5)"]);
    expect(pod.spec.terminationGracePeriodSeconds).toBe(5 + 30 + 10);
  });

  it("is asked for its own health and its database, never for /ready, which fails without Redis", () => {
    const { startupProbe, livenessProbe, readinessProbe } = render().container;
    expect(startupProbe.httpGet).toEqual({ path: "/health", port: "http" });
    expect(livenessProbe.httpGet).toEqual({ path: "/health", port: "http" });
    expect(readinessProbe.httpGet).toEqual({ path: "/health/db", port: "http" });
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBe(300);
  });

  it("gets the given resources, and some disk", () => {
    expect(render().container.resources).toEqual({
      requests: { cpu: "100m", memory: "384Mi", "ephemeral-storage": "32Mi" },
      limits: { memory: "1Gi", "ephemeral-storage": "2Gi" },
    });
  });

  it("hands out a Service that leads to its pod", () => {
    const { construct, container, objects, pod, statefulSet } = render();
    const { serviceName, port } = construct.endpoint;
    expect(construct.endpoint).toEqual({ serviceName: "open-webui", port: 80 });
    const { spec } = findObject(objects, "Service", serviceName);
    expect(spec.selector).toEqual(pod.metadata.labels);
    expect(spec.ports).toEqual([{ name: "http", port, targetPort: "http" }]);
    expect(container.ports).toEqual([{ name: "http", containerPort: 8080 }]);
    expect(statefulSet.spec).toMatchObject({ serviceName, selector: { matchLabels: pod.metadata.labels } });
  });
});

describe("a new revision of OpenWebUi", () => {
  const before = render().pod;

  it("isn't made when nothing changes, or only the volume grows", () => {
    expect(render().pod).toEqual(before);
    expect(render({ storage: { ...storage, size: "10Gi" } }).pod).toEqual(before);
  });

  it("is made when the Secret's version is raised, and nothing else of the pod changes", () => {
    const after = render({ secretsVersion: 2 }).pod;
    expect(before.metadata.annotations).toMatchObject({ [podAnnotations.secretsVersion]: "1" });
    expect(after.metadata.annotations).toEqual({
      ...before.metadata.annotations,
      [podAnnotations.secretsVersion]: "2",
    });
    expect(after.spec).toEqual(before.spec);
  });
});
