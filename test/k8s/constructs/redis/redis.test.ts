import { hardenedContainer, hardenedPod } from "../../../../k8s/constructs/hardened-pod";
import { Redis, type RedisProps } from "../../../../k8s/constructs/redis/redis";
import { podAnnotations } from "../../../../lib/naming";
import { testImages } from "../../../support/images";
import { findContainer, findObject, listObjects, renderConstruct } from "../../../support/kubernetes";

const storage: Required<RedisProps["storage"]> = { size: "1Gi", storageClass: "longhorn" };
const all: Required<RedisProps> = {
  image: testImages.redis,
  secretName: "redis-users",
  secretsVersion: 1,
  storage,
  resources: { cpuRequest: "20m", memoryRequest: "32Mi", memoryLimit: "128Mi" },
};

function render(changes: Partial<RedisProps> = {}) {
  const { construct, objects } = renderConstruct((scope) => new Redis(scope, "redis", { ...all, ...changes }));
  const deployment = findObject(objects, "Deployment", "open-webui-redis");
  const pod = deployment.spec.template;
  return { construct, objects, deployment, pod, container: findContainer(pod, "redis") };
}

/** The configuration's directives, which Redis reads by name. */
function directives(changes: Partial<RedisProps> = {}): Readonly<Record<string, string>> {
  const text = findObject(render(changes).objects, "ConfigMap", "open-webui-redis").data["redis.conf"] ?? "";
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(lines.map((line) => [line.split(" ")[0], line.split(" ").slice(1).join(" ")]));
}

describe("Redis", () => {
  it("renders these objects", () => {
    expect(listObjects(render().objects)).toEqual([
      "ConfigMap open-webui-redis",
      "PersistentVolumeClaim open-webui-redis",
      "Deployment open-webui-redis",
      "Service open-webui-redis",
    ]);
  });

  it("forgets no key for want of memory: what was spent is one of them", () => {
    expect(directives()).toMatchObject({ "maxmemory-policy": "noeviction" });
  });

  it("writes every second to an append-only file on the volume, and no snapshots", () => {
    const { container, pod } = render();
    expect(directives()).toMatchObject({ appendonly: "yes", appendfsync: "everysec", save: '""', dir: "/data" });
    expect(container.workingDir).toBe("/data");
    expect(container.volumeMounts).toContainEqual({ name: "data", mountPath: "/data" });
    expect(pod.spec.volumes).toContainEqual({
      name: "data",
      persistentVolumeClaim: { claimName: "open-webui-redis" },
    });
  });

  it.each([
    ["128Mi", "64mb"],
    ["65Mi", "32mb"],
    ["1Gi", "512mb"],
    ["3Gi", "1536mb"],
  ])("accepts writes up to half of %s", (memoryLimit, maxmemory) => {
    expect(directives({ resources: { ...all.resources, memoryLimit } })["maxmemory"]).toBe(maxmemory);
  });

  it.each(["1Mi", "128M", "1G", "131072Ki", "134217728", "lots"])("refuses the memory limit %s", (memoryLimit) => {
    expect(() => directives({ resources: { ...all.resources, memoryLimit } })).toThrow(
      new Error(`resources.memoryLimit: got "${memoryLimit}"; allowed: at least "2Mi", in Mi or Gi.`),
    );
  });

  it("lets in whom the ACL file of the Secret knows", () => {
    const { container, pod } = render();
    expect(directives()).toMatchObject({ aclfile: "/etc/redis-acl/users.acl", "protected-mode": "no" });
    expect(container.volumeMounts).toContainEqual({ name: "acl", mountPath: "/etc/redis-acl", readOnly: true });
    expect(pod.spec.volumes).toContainEqual({ name: "acl", secret: { secretName: "redis-users" } });
    expect(directives()).not.toHaveProperty("requirepass");
    expect(container).not.toHaveProperty("env");
  });

  it("starts the server with the mounted configuration, without the image's entry point", () => {
    const { container, pod } = render();
    expect(container.image).toBe(testImages.redis);
    expect(container.command).toEqual(["redis-server", "/etc/redis/redis.conf"]);
    expect(container).not.toHaveProperty("args");
    expect(container.volumeMounts).toContainEqual({ name: "config", mountPath: "/etc/redis", readOnly: true });
    expect(pod.spec.volumes).toContainEqual({ name: "config", configMap: { name: "open-webui-redis" } });
  });

  it("has one pod at a time: two can't share the volume", () => {
    expect(render().deployment.spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
  });

  it("is hardened", () => {
    const { container, pod } = render();
    expect(pod.spec).toMatchObject(hardenedPod);
    expect(container).toMatchObject(hardenedContainer);
  });

  it("is asked for a PONG without a password, with two minutes to read its file back", () => {
    const { startupProbe, readinessProbe } = render().container;
    const command = ["redis-cli", "-e", "ping"];
    for (const probe of [startupProbe, readinessProbe]) expect(probe.exec).toEqual({ command });
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBe(120);
  });

  it("is alive as long as its port is open, whatever it answers", () => {
    expect(render().container.livenessProbe.tcpSocket).toEqual({ port: "redis" });
  });

  it("gets the given resources, and some disk", () => {
    expect(render().container.resources).toEqual({
      requests: { cpu: "20m", memory: "32Mi", "ephemeral-storage": "32Mi" },
      limits: { memory: "128Mi", "ephemeral-storage": "64Mi" },
    });
  });

  it("asks for the given volume", () => {
    expect(findObject(render().objects, "PersistentVolumeClaim", "open-webui-redis").spec).toMatchObject({
      storageClassName: "longhorn",
      resources: { requests: { storage: "1Gi" } },
    });
  });

  it("leaves the storage class to the cluster by default", () => {
    const { objects } = render({ storage: { size: "1Gi" } });
    expect(findObject(objects, "PersistentVolumeClaim", "open-webui-redis").spec).not.toHaveProperty(
      "storageClassName",
    );
  });

  it("hands out the address of a Service that leads to its pod", () => {
    const { construct, objects, pod, container } = render();
    const { host, port } = construct.endpoint;
    const { spec } = findObject(objects, "Service", host);
    expect(construct.endpoint).toEqual({ host: "open-webui-redis", port: 6379 });
    expect(spec.selector).toEqual(pod.metadata.labels);
    expect(spec.ports).toEqual([{ name: "redis", port, targetPort: "redis" }]);
    expect(container.ports).toEqual([{ name: "redis", containerPort: 6379 }]);
  });

  it("selects its own pods", () => {
    const { deployment, pod } = render();
    expect(deployment.spec.selector.matchLabels).toEqual(pod.metadata.labels);
  });
});

describe("a rollout of Redis", () => {
  const before = render().pod;

  it("doesn't happen when nothing changes, or only the volume grows", () => {
    expect(render().pod).toEqual(before);
    expect(render({ storage: { ...storage, size: "2Gi" } }).pod).toEqual(before);
  });

  it("happens when the configuration changes", () => {
    const after = render({ resources: { ...all.resources, memoryLimit: "256Mi" } }).pod;
    expect(after.metadata.annotations[podAnnotations.configChecksum]).toMatch(/^[0-9a-f]{64}$/);
    expect(after.metadata.annotations[podAnnotations.configChecksum]).not.toBe(
      before.metadata.annotations[podAnnotations.configChecksum],
    );
  });

  it("happens when the Secret's version is raised, and nothing else of the pod changes", () => {
    const after = render({ secretsVersion: 2 }).pod;
    expect(after.metadata.annotations).toEqual({
      ...before.metadata.annotations,
      [podAnnotations.secretsVersion]: "2",
    });
    expect(after.spec).toEqual(before.spec);
  });
});
