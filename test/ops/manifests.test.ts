import { parseManifests } from "../../ops/manifests";

describe("parseManifests", () => {
  it("reads every object, and skips empty documents", () => {
    const text =
      "---\nkind: Service\nmetadata:\n  name: litellm\n---\n\n---\nkind: ConfigMap\nmetadata:\n  name: litellm\n";
    expect(parseManifests(text).map(({ kind }) => kind)).toEqual(["Service", "ConfigMap"]);
    expect(parseManifests("")).toEqual([]);
  });

  it("refuses what is no YAML", () => {
    expect(() => parseManifests("kind: [")).toThrow("The rendered manifests are no YAML: ");
  });
});
