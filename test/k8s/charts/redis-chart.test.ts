import { Testing } from "cdk8s";
import { RedisChart } from "../../../k8s/charts/redis-chart";
import { accept, minimalWith } from "../../support/config-input";
import { testImages } from "../../support/images";
import { findObject } from "../../support/kubernetes";

describe("RedisChart", () => {
  const config = accept(minimalWith({ namespace: "chat", secrets: { kind: "existing", redis: "redis-users" } }));
  const chart = new RedisChart(Testing.app(), "redis", config, testImages);

  it("reads the ACL file from the configured Secret, in the configured Namespace", () => {
    const deployment = findObject(chart.toJson(), "Deployment", "open-webui-redis");
    expect(deployment.metadata.namespace).toBe("chat");
    expect(deployment.spec.template.spec.volumes).toContainEqual({
      name: "acl",
      secret: { secretName: "redis-users" },
    });
  });

  it("hands out Redis' address", () => {
    expect(chart.endpoint).toEqual({ host: "open-webui-redis", port: 6379 });
  });
});
