import { findContainer, findObject, type KubernetesObject } from "./kubernetes";

const objects: readonly KubernetesObject[] = [
  { apiVersion: "v1", kind: "Service", metadata: { name: "redis" } },
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "litellm" } },
];

describe("findObject", () => {
  it("finds by kind and name together", () => {
    expect(findObject(objects, "ConfigMap", "litellm")).toBe(objects[1]);
  });

  it("lists what exists when there is no such object", () => {
    expect(() => findObject(objects, "Service", "litellm")).toThrow(
      new Error("no Service litellm; there are: Service redis, ConfigMap litellm"),
    );
  });

  it("says so when nothing was rendered", () => {
    expect(() => findObject([], "Service", "litellm")).toThrow(
      new Error("no Service litellm; there are: no objects at all"),
    );
  });
});

describe("findContainer", () => {
  it("lists what exists when there is no such container", () => {
    const pod = { metadata: { labels: {}, annotations: {} }, spec: { containers: [], volumes: [] } };
    expect(() => findContainer(pod, "litellm")).toThrow(new Error("no container litellm; there are: "));
  });
});
