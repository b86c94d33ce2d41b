import path from "node:path";
import { parseAllDocuments } from "yaml";
import { previewNamespace } from "../../lib/preview";
import { project, runProgram } from "../support/command-line";
import { temporaryFolder } from "../support/temporary-folder";

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

async function render(...args: string[]): Promise<string> {
  const env = { STACK_CONFIG: path.join(project, "examples", "homelab.ts") };
  const { exitCode, stdout, stderr } = await runProgram("synth/preview.ts", temporaryFolder(), env, args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout;
}

describe("the manifests of a preview", () => {
  let texts: readonly string[];
  let manifests: readonly Manifest[];

  beforeAll(async () => {
    const args = ["--port=9090", "--storage-class=local-path"];
    texts = await Promise.all([render(...args), render(...args)]);
    manifests = parseAllDocuments(texts[0] ?? "").map((document) => document.toJS() as Manifest);
  }, 30_000);

  it("need nothing but Kubernetes: no custom resource, and the Bedrock is one of ours", () => {
    expect([...new Set(manifests.map(({ kind }) => kind))].sort()).toEqual([
      "ConfigMap",
      "Deployment",
      "Namespace",
      "NetworkPolicy",
      "PersistentVolumeClaim",
      "Secret",
      "Service",
      "StatefulSet",
    ]);
    const deployments = manifests.filter(({ kind }) => kind === "Deployment").map(({ metadata }) => metadata.name);
    expect(deployments.sort()).toEqual(["litellm", "open-webui-redis", "simulated-bedrock"]);
  });

  it("are all in the preview's Namespace", () => {
    const { name } = manifests.find(({ kind }) => kind === "Namespace")?.metadata ?? {};
    expect(name).toBe(previewNamespace);
    const namespaced = manifests.filter(({ kind }) => kind !== "Namespace");
    expect(new Set(namespaced.map(({ metadata }) => metadata.namespace))).toEqual(new Set([previewNamespace]));
  });

  it("carry the address of the port-forward and the storage class", () => {
    expect(texts[0]).toContain("http://localhost:9090");
    expect(texts[0]?.match(/storageClassName: .*/g)).toEqual(Array(2).fill("storageClassName: local-path"));
  });

  it("have new secrets at each run, and are alike otherwise", () => {
    const withoutSecrets = (text = "") => text.split(/^---$/m).filter((part) => !part.includes("kind: Secret\n"));
    expect(texts[0]).not.toBe(texts[1]);
    expect(withoutSecrets(texts[0])).toEqual(withoutSecrets(texts[1]));
  });
});
