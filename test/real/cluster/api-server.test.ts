/**
 * Needs a kube context whose cluster has the CRDs of Traefik, the Prometheus operator and the External Secrets
 * Operator. Works in Namespaces `open-webui-test` and `chat-test`, which are deleted. No pod needs to run.
 */
import { parseAllDocuments } from "yaml";
import { createKubernetesApp } from "../../../k8s/app";
import { images } from "../../../lib/versions";
import { loadExample } from "../../support/examples";
import { allConfigs } from "../../support/variants";
import { deleteNamespace, inTestNamespace, kubectl } from "../support/kubectl";
import { run } from "../support/run";

const dryRun = ["apply", "--server-side", "--dry-run=server", "-f", "-"];

const configs = allConfigs.map(([name, config]) => [name, inTestNamespace(config)] as const);
const namespaces = new Set(configs.map(([, { namespace }]) => namespace));

afterEach(() => namespaces.forEach(deleteNamespace));

describe.each(configs)("a real API server, with %s", (_, config) => {
  const manifests = createKubernetesApp(config, images).synthYaml();
  const [namespaceManifest = ""] = manifests.split("\n---\n");

  it("accepts every object without a warning, and has nothing to change after an apply", () => {
    expect(namespaceManifest).toContain("kind: Namespace");
    kubectl(["apply", "--server-side", "-f", "-"], namespaceManifest);

    const accepted = kubectl(dryRun, manifests).trim().split("\n");
    expect(accepted).toHaveLength(parseAllDocuments(manifests).length);

    kubectl(["apply", "--server-side", "-f", "-"], manifests);
    const diff = run("kubectl", ["diff", "--server-side", "-f", "-"], { input: manifests, accept: [0, 1] });
    expect(diff.stdout).toBe("");
  });
});

describe("the checks above", () => {
  it("refuse what the restricted standard forbids, an unknown field, and a field of a wrong type", () => {
    const manifests = createKubernetesApp(inTestNamespace(loadExample("homelab")), images).synthYaml();
    const [namespaceManifest = ""] = manifests.split("\n---\n");
    kubectl(["apply", "--server-side", "-f", "-"], namespaceManifest);
    const apply = (from: string, to: string) => () => {
      expect(manifests).toContain(from);
      kubectl(dryRun, manifests.replace(from, to));
    };

    expect(apply("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true")).toThrow(
      /would violate PodSecurity/,
    );
    expect(apply("enableServiceLinks: false", "enableServiceLink: false")).toThrow(/field not declared in schema/);
    expect(apply("interval: 30s", "interval: thirty")).toThrow(/interval/);
  });

  it("see a difference to what was applied", () => {
    const manifests = createKubernetesApp(inTestNamespace(loadExample("minimal")), images).synthYaml();
    kubectl(["apply", "--server-side", "-f", "-"], manifests);
    const changed = manifests.replace("replicas: 1", "replicas: 2");
    const diff = run("kubectl", ["diff", "--server-side", "-f", "-"], { input: changed, accept: [0, 1] });
    expect(diff.code).toBe(1);
    expect(diff.stdout).toContain("replicas: 2");
  });
});
