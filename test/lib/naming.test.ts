import {
  components,
  keySlots,
  matchLabels,
  plainOutputs,
  redisPrefixes,
  redisUsers,
  secretKeys,
  secretNames,
  secretOutputs,
  serviceHost,
} from "../../lib/naming";

describe("names that both sides agree on", () => {
  it("give a Service's address for any pod of the cluster", () => {
    expect(serviceHost("litellm", "chat", "cluster.local")).toBe("litellm.chat.svc.cluster.local");
    expect(serviceHost(components.redis, "open-webui", "k8s.internal")).toBe(
      "open-webui-redis.open-webui.svc.k8s.internal",
    );
  });

  it("select a component by one fixed label", () => {
    expect(matchLabels("open-webui")).toEqual({ app: "open-webui" });
  });

  it("tell components, Secrets and Redis users apart", () => {
    for (const names of [components, secretNames, redisUsers, redisPrefixes]) {
      expect(new Set(Object.values(names)).size).toBe(Object.keys(names).length);
    }
  });

  it("are DNS labels where Kubernetes asks for one", () => {
    for (const name of [...Object.values(components), ...Object.values(secretNames)])
      expect(name).toMatch(/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/);
  });

  it("are distinct Terraform identifiers, each output either secret or not", () => {
    const outputs = [...Object.values(secretOutputs), ...Object.values(plainOutputs)];
    expect(new Set(outputs).size).toBe(outputs.length);
    for (const output of outputs) expect(output).toMatch(/^[a-z][a-z0-9_]*$/);
  });

  it("are keys that a Secret may have", () => {
    for (const keys of Object.values(secretKeys)) {
      for (const key of Object.values(keys)) expect(key).toMatch(/^[A-Za-z0-9._-]+$/);
    }
  });

  it("are the components' names for the Secrets of the components", () => {
    expect(secretNames).toMatchObject(components);
  });

  it("tell the keys of a Secret apart", () => {
    for (const keys of Object.values(secretKeys)) {
      expect(new Set(Object.values(keys)).size).toBe(Object.keys(keys).length);
    }
  });

  it("tell the two key slots apart", () => {
    expect(keySlots).toEqual(["a", "b"]);
  });
});
