import { parseAllDocuments } from "yaml";
import { runProgram } from "../support/command-line";
import { minimal } from "../support/config-input";
import { type KubernetesObject, listObjects } from "../support/kubernetes";
import { readTree, temporaryFolder, writeFile } from "../support/temporary-folder";

describe("k8s/main.ts, which cdk8s runs", () => {
  it("renders the configuration of the folder into dist, as one file", async () => {
    const folder = temporaryFolder();
    writeFile(folder, "stack.config.ts", `export default ${JSON.stringify({ ...minimal, namespace: "chat" })};`);
    expect(await runProgram("k8s/main.ts", folder, {})).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    const { "stack.config.ts": _, ...rendered } = readTree(folder);
    expect(Object.keys(rendered)).toEqual([expect.stringMatching(/^dist\/[\w.-]+\.yaml$/)]);
    const objects = parseAllDocuments(Object.values(rendered).join("")).map(
      (document) => document.toJSON() as KubernetesObject,
    );
    expect(listObjects(objects)).toEqual(expect.arrayContaining(["Namespace chat", "StatefulSet open-webui"]));
    expect(objects.map(({ kind }) => kind)).not.toContain("Secret");
  });

  it("tells a wrong configuration in its own words, and writes nothing", async () => {
    const folder = temporaryFolder();
    writeFile(folder, "stack.config.ts", `export default ${JSON.stringify({ ...minimal, namespace: "Chat" })};`);
    const { exitCode, stdout, stderr } = await runProgram("k8s/main.ts", folder, {});
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^stack\.config\.ts: 1 problem; nothing was written\.\n {2}- namespace: [^\n]+\n$/);
    expect(Object.keys(readTree(folder))).toEqual(["stack.config.ts"]);
  });
});
