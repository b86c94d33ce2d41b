import { withoutLevers } from "../../bench/without-levers";
import { createKubernetesApp } from "../../k8s/app";
import { loadExample } from "../support/examples";
import { testImages } from "../support/images";

const manifests = createKubernetesApp(loadExample("homelab"), testImages).synthYaml();

describe("the stack without what saves memory", () => {
  it("lacks every lever and nothing else", () => {
    const bare = withoutLevers(manifests);
    for (const lever of ["MALLOC_", "NO_OPENAPI", "/app/CHANGELOG.md"]) {
      expect(manifests).toContain(lever);
      expect(bare).not.toContain(lever);
    }
    for (const other of ["LITELLM_LOCAL_MODEL_COST_MAP", "/app/backend/data"]) expect(bare).toContain(other);
    expect(bare.split("\n---\n")).toHaveLength(manifests.split(/^---$/m).length);
  });

  it("is refused when a lever isn't there: there would be nothing to compare with", () => {
    const stale = manifests.replaceAll("MALLOC_ARENA_MAX", "MALLOC_ARENAS");
    expect(() => withoutLevers(stale)).toThrow(new Error("withoutLevers: MALLOC_ARENA_MAX is in no manifest."));
  });
});
