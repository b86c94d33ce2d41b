import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { createKubernetesApp, createSecretsApp, type KubernetesAppOptions } from "../../../k8s/app";
import type { SecretValues } from "../../../k8s/constructs/secrets/stack-secrets";
import type { StackConfig } from "../../../lib/config";
import { components, provisioner, provisionerAnnotations, secretOutputs } from "../../../lib/naming";
import { retrievalModel } from "../../../lib/retrieval";
import { type Images, images } from "../../../lib/versions";
import type { LoggedRequest } from "../../../simulator/requests-log";
import { bedrockRequests, forgetBedrockRequests } from "./bedrock-requests";
import { deleteNamespace, inTestNamespace, kubectl } from "./kubectl";
import { withPgvector } from "./pgvector-wheel";
import { run } from "./run";
import { until } from "./until";

/** Longer than Open WebUI's startup probe allows, whose first start on a machine reads its whole image from the disk. */
const readySeconds = 360;

/** A stack in a Namespace of the tests' own, with random secrets. */
export class TestStack {
  readonly config: StackConfig;
  /** The secrets, by the name of their Terraform output. */
  readonly values: Readonly<Record<string, string>>;
  private readonly inNamespace: readonly string[];

  constructor(config: StackConfig) {
    this.config = inTestNamespace(config);
    this.inNamespace = ["-n", this.config.namespace];
    const random = () => randomBytes(24).toString("hex");
    this.values = Object.fromEntries(Object.values(secretOutputs).map((output) => [output, random()]));
  }

  /**
   * Deploys as a person would, and waits until all pods are ready.
   * @param change - what is done to the manifests first
   */
  deploy(options: KubernetesAppOptions = {}, change = (manifests: string) => manifests): void {
    this.remove();
    this.applySecrets(this.values);
    applyManifests(change(render(this.config, options)));
    this.waitUntilReady();
  }

  /** Applies Secrets with other values than this stack's own, or with those. Pods read them at their start only. */
  applySecrets(values: SecretValues): void {
    applyManifests(createSecretsApp(this.config, values).synthYaml());
  }

  /**
   * Applies a configuration, such as this stack's own with another setting, without waiting.
   * @param used - in place of the pinned images
   */
  apply(config: StackConfig, options: KubernetesAppOptions = {}, used: Images = images): void {
    applyManifests(render(config, options, used));
  }

  /** @throws when a pod doesn't get ready, with what its events and its containers' last lines say */
  waitUntilReady(): void {
    const timeout = `--timeout=${readySeconds}s`;
    try {
      const deployments = this.kubectl(["get", "deployments", "-o", "name"]).trim().split("\n");
      for (const deployment of deployments) this.kubectl(["rollout", "status", deployment, timeout]);
      // A StatefulSet with OnDelete has no rollout to wait for.
      for (const state of ["create", "condition=Ready"])
        this.kubectl(["wait", `--for=${state}`, "pod/open-webui-0", timeout]);
    } catch (error) {
      throw new Error(`Not all pods got ready. ${this.whatPodsSay()}`, { cause: error });
    }
  }

  /**
   * Waits until the newest Job that brings assistants has ended.
   * @returns its last pod's log
   * @throws when it ends otherwise or takes too long, with what the pods say
   */
  async provisioned(end: "Complete" | "Failed" = "Complete"): Promise<string> {
    const job = `job/${this.provisionerJob()}`;
    const types = 'jsonpath={.status.conditions[?(@.status=="True")].type}';
    const ended = until(job, readySeconds, async () =>
      this.kubectl(["get", job, "-o", types])
        .split(" ")
        .find((type) => type === "Complete" || type === "Failed"),
    );
    const actual = await ended.catch((error: Error) => error.message);
    if (actual !== end) throw new Error(`${job}: ${actual}. ${this.whatPodsSay()}`);
    return this.kubectl(["logs", this.provisionerPod()]).trim();
  }

  /** Name of the newest Job that brings assistants. */
  provisionerJob(): string {
    const path = `jsonpath={.metadata.annotations.${provisionerAnnotations.job.replaceAll(".", "\\.")}}`;
    return this.kubectl(["get", "configmap", provisioner, "-o", path]);
  }

  /** The newest pod of that Job, as `pod/NAME`: of several kubectl logs would take any. Empty while there is none. */
  provisionerPod(): string {
    const pods = ["get", "pods", "-l", `job-name=${this.provisionerJob()}`, "-o", "name"];
    return (
      this.kubectl([...pods, "--sort-by=.metadata.creationTimestamp"])
        .trim()
        .split("\n")
        .at(-1) ?? ""
    );
  }

  private whatPodsSay(): string {
    const asked = [
      ["get", "pods", "-o", "wide"],
      ["get", "events", "--sort-by=.lastTimestamp"],
      [
        "logs",
        `--selector=app in (${[...Object.values(components), provisioner].join(",")})`,
        "--all-containers",
        "--prefix",
        "--tail=20",
      ],
    ];
    const said = asked.map((args) => run("kubectl", [...this.inNamespace, ...args], { accept: [0, 1] }));
    return said.flatMap(({ stdout, stderr }) => [stdout, stderr]).join("\n");
  }

  remove(): void {
    deleteNamespace(this.config.namespace);
  }

  /** kubectl in the stack's Namespace. */
  kubectl(args: readonly string[], input?: string): string {
    return kubectl([...this.inNamespace, ...args], input);
  }

  /** The same without blocking: what takes long can be watched meanwhile. */
  async kubectlInBackground(args: readonly string[], input: string): Promise<string> {
    const child = spawn("kubectl", [...this.inNamespace, ...args], { stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.end(input);
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${code}\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** Runs Python in a workload's pod: in its environment, and on its side of the network policies. */
  python(workload: string, script: string): string {
    return this.kubectl(["exec", workload, "--", "python", "-c", script]).trim();
  }

  logs(workload: string): string {
    return this.kubectl(["logs", workload, "--tail=-1"]);
  }

  /** What the simulated Bedrock was asked since it was last forgotten, oldest first. */
  bedrockRequests(): readonly LoggedRequest[] {
    return bedrockRequests(this.config.namespace);
  }

  forgetBedrockRequests(): void {
    forgetBedrockRequests(this.config.namespace);
  }
}

function render(config: StackConfig, options: KubernetesAppOptions, used: Images = images): string {
  const manifests = createKubernetesApp(config, used, options).synthYaml();
  return retrievalModel(config) === undefined ? manifests : withPgvector(manifests);
}

function applyManifests(manifests: string): void {
  kubectl(["apply", "--server-side", "-f", "-"], manifests);
}
