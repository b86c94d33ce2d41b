import { setTimeout as sleep } from "node:timers/promises";
import type { StackConfig } from "../lib/config";
import { switchKeyCommands } from "../lib/deploy-commands";
import { components, matchLabels, secretKeys } from "../lib/naming";
import { shortId } from "./access-keys";
import type { Cluster } from "./cluster";
import { Failure } from "./failure";
import { interruption } from "./interruption";
import { renderManifests, renderSecrets } from "./manifests";
import { readSecretValue, secretNameOf } from "./secret-value";

/** Image downloads aside, a pod is ready in less than a minute. */
const rolloutSeconds = 600;

interface LiteLlmPod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: { readonly phase: string };
}

/** The access key that LiteLLM works with: a Secret's, which its pods read when they start. */
export class LiteLlmKey {
  private readonly cluster: Cluster;
  private readonly config: StackConfig;

  constructor(cluster: Cluster, config: StackConfig) {
    this.cluster = cluster;
    this.config = config;
  }

  /** Whether the Secret has it, and every pod, those too that still finish answers. */
  async isBrought(id: string): Promise<boolean> {
    return (await this.idInSecret()) === id && (await this.isInPods(id));
  }

  /**
   * Brings the deployed key into the Secret, through a pipe.
   * @param id - the deployed key's
   * @throws Failure when the Secret's values come from elsewhere, and aren't there yet
   */
  async bringToSecret(id: string): Promise<void> {
    if ((await this.idInSecret()) === id) return;
    const { secrets } = this.config;
    if (secrets.kind === "terraform") await this.cluster.apply(await renderSecrets());
    if ((await this.idInSecret()) === id) return;
    const [, carryOver = ""] = switchKeyCommands(this.config);
    throw new Failure(
      `The Secret ${secretNameOf(this.config, "liteLlm")} has another key than ${shortId(id)}, which is deployed.`,
      `${carryOver}, and run the command again`,
    );
  }

  /**
   * Replaces LiteLLM's pods, and waits until all have the key.
   * @throws Failure when they don't get it
   */
  async bringToPods(id: string): Promise<void> {
    await this.cluster.apply(await renderManifests());
    await this.waitForRollout();
    if (await this.isInPods(id)) return;
    // They had started before the Secret had the key.
    await this.cluster.kubectl(this.inNamespace("rollout", "restart", deployment));
    await this.waitForRollout();
    if (await this.isInPods(id)) return;
    throw new Failure(`LiteLLM's pods don't start with the key ${shortId(id)}.`);
  }

  private idInSecret(): Promise<string> {
    const { awsAccessKeyId } = secretKeys.liteLlm;
    return readSecretValue(this.cluster, this.config.namespace, secretNameOf(this.config, "liteLlm"), awsAccessKeyId);
  }

  private async isInPods(id: string): Promise<boolean> {
    const pods = await this.pods();
    for (const { metadata } of pods) if ((await this.idInPod(metadata.name)) !== id) return false;
    return pods.length > 0;
  }

  private async pods(): Promise<readonly LiteLlmPod[]> {
    const selector = `app=${matchLabels(components.liteLlm).app}`;
    const pods = await this.cluster.list<LiteLlmPod>(["pods", "-n", this.config.namespace, "-l", selector]);
    return pods.filter(({ status }) => status.phase === "Running" || status.phase === "Pending");
  }

  /** @returns nothing when the pod doesn't run yet, or no longer */
  private async idInPod(pod: string): Promise<string> {
    const print = ["sh", "-c", `printf %s "$${secretKeys.liteLlm.awsAccessKeyId}"`];
    return (await this.cluster.try(this.inNamespace("exec", pod, "--", ...print))).stdout.trim();
  }

  /** Until the new pods are ready, and the old ones have ended the answers that they had begun. */
  private async waitForRollout(): Promise<void> {
    const timeout = `--timeout=${rolloutSeconds}s`;
    await this.cluster.kubectl(this.inNamespace("rollout", "status", deployment, timeout));
    const deadline = Date.now() + rolloutSeconds * 1000;
    while ((await this.pods()).some(({ metadata }) => metadata.deletionTimestamp !== undefined)) {
      if (Date.now() > deadline) throw new Failure(`LiteLLM's old pods aren't gone after ${rolloutSeconds} s.`);
      await sleep(1000, undefined, { signal: interruption }).catch(() => interruption.throwIfAborted());
    }
  }

  private inNamespace(...args: readonly string[]): readonly string[] {
    return ["-n", this.config.namespace, ...args];
  }
}

const deployment = `deployment/${components.liteLlm}`;
