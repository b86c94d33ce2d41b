import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { App as KubernetesApp } from "cdk8s";
import { App as TerraformApp } from "cdktf";
import { parseAllDocuments } from "yaml";
import { renderStack } from "../../synth/render";
import { accept, minimal, minimalWith } from "../support/config-input";
import { testImages } from "../support/images";
import { readTree, temporaryFolder, writeFile } from "../support/temporary-folder";

const config = accept(minimal);

/** A folder with what an earlier run and Terraform left in it. */
function usedFolder(): string {
  const folder = temporaryFolder();
  const stack = path.join(folder, "cdktf.out", "stacks", "open-webui-bedrock");
  mkdirSync(path.join(folder, "dist"));
  mkdirSync(path.join(stack, ".terraform", "providers"), { recursive: true });
  writeFile(path.join(folder, "dist"), "0009-gone.k8s.yaml", "kind: Gone\n");
  writeFile(stack, "cdk.tf.json", "an earlier stack");
  writeFile(stack, ".terraform.lock.hcl", "a lock file");
  writeFile(path.join(stack, ".terraform", "providers"), "aws", "a download");
  writeFile(folder, "stack.config.ts", "export default {};\n");
  return folder;
}

afterEach(() => jest.restoreAllMocks());

describe("renderStack", () => {
  it("writes both sides into an empty folder, and nothing else", () => {
    const folder = temporaryFolder();
    renderStack(config, testImages, folder);
    expect(Object.keys(readTree(folder))).toEqual([
      "cdktf.out/manifest.json",
      "cdktf.out/stacks/open-webui-bedrock/cdk.tf.json",
      "dist/app.k8s.yaml",
    ]);
  });

  it("names the kinds of the objects in the file, in their order, and the type of every resource", () => {
    const folder = temporaryFolder();
    const { objectKinds, resourceTypes } = renderStack(config, testImages, folder);
    const files = Object.entries(readTree(folder));
    const written = files
      .filter(([name]) => name.startsWith("dist/"))
      .flatMap(([, yaml]) => parseAllDocuments(yaml).map((document) => document.get("kind")));
    const stack: { resource: Record<string, object> } = JSON.parse(
      files.find(([name]) => name.endsWith("cdk.tf.json"))?.[1] ?? "",
    );
    const types = Object.entries(stack.resource).flatMap(([type, byId]) => Object.keys(byId).map(() => type));
    expect(written.length).toBeGreaterThan(0);
    expect(objectKinds).toEqual(written);
    expect(types.length).toBeGreaterThan(0);
    expect([...resourceTypes].sort()).toEqual(types.sort());
  });

  it("replaces dist/ as a whole, and keeps in cdktf.out/ what Terraform downloaded", () => {
    const [empty, used] = [temporaryFolder(), usedFolder()];
    renderStack(config, testImages, empty);
    renderStack(config, testImages, used);
    expect(readTree(path.join(used, "dist"))).toEqual(readTree(path.join(empty, "dist")));
    expect(readTree(path.join(used, "cdktf.out"))).toEqual({
      ...readTree(path.join(empty, "cdktf.out")),
      "stacks/open-webui-bedrock/.terraform.lock.hcl": "a lock file",
      "stacks/open-webui-bedrock/.terraform/providers/aws": "a download",
    });
  });

  it("keeps the folder of another stack, whose state may still be needed", () => {
    const folder = temporaryFolder();
    renderStack(config, testImages, folder);
    renderStack(accept(minimalWith({ "aws.userName": "second" })), testImages, folder);
    expect(readdirSync(path.join(folder, "cdktf.out", "stacks")).sort()).toEqual(["open-webui-bedrock", "second"]);
  });

  it("writes the same bytes again", () => {
    const folder = temporaryFolder();
    renderStack(config, testImages, folder);
    const first = readTree(folder);
    renderStack(config, testImages, folder);
    expect(readTree(folder)).toEqual(first);
  });

  it.each([
    ["Kubernetes", KubernetesApp],
    ["Terraform", TerraformApp],
  ])("leaves everything as it was, and nothing aside, when the %s side fails", (_, app) => {
    const folder = usedFolder();
    const before = readTree(folder);
    jest.spyOn(app.prototype, "synth").mockImplementation(() => {
      throw new Error("out of disk space");
    });
    expect(() => renderStack(config, testImages, folder)).toThrow(new Error("out of disk space"));
    expect(readTree(folder)).toEqual(before);
    expect(readdirSync(folder).sort()).toEqual(["cdktf.out", "dist", "stack.config.ts"]);
  });

  it("leaves everything as it was, and nothing aside, when a construct fails", () => {
    const folder = usedFolder();
    const before = readTree(folder);
    const images = {
      ...testImages,
      get redis(): string {
        throw new Error("no such image");
      },
    };
    expect(() => renderStack(config, images, folder)).toThrow(new Error("no such image"));
    expect(readTree(folder)).toEqual(before);
    expect(readdirSync(folder).sort()).toEqual(["cdktf.out", "dist", "stack.config.ts"]);
  });
});
