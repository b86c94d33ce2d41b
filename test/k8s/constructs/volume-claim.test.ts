import { VolumeClaim, type VolumeClaimProps } from "../../../k8s/constructs/volume-claim";
import { findObject, renderConstruct } from "../../support/kubernetes";

const minimal: VolumeClaimProps = { name: "data", size: "5Gi" };

function render(props: VolumeClaimProps) {
  const { construct, objects } = renderConstruct((scope) => new VolumeClaim(scope, "claim", props));
  return { construct, spec: findObject(objects, "PersistentVolumeClaim", "data").spec };
}

describe("VolumeClaim", () => {
  it("asks for a volume of the size, for one pod at a time", () => {
    expect(render(minimal).spec).toEqual({
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "5Gi" } },
    });
  });

  it("leaves the class to the cluster by default", () => {
    expect(render(minimal).spec).not.toHaveProperty("storageClassName");
    expect(render({ ...minimal, storageClass: undefined }).spec).not.toHaveProperty("storageClassName");
  });

  it("asks for the class that is given", () => {
    const all: Required<VolumeClaimProps> = { ...minimal, storageClass: "longhorn" };
    expect(render(all).spec).toMatchObject({ storageClassName: "longhorn" });
  });

  it("hands out the claim's name for a pod's volumes", () => {
    expect(render(minimal).construct.claimName).toBe("data");
  });
});
