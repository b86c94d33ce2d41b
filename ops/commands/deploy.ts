import { Command, InvalidArgumentError } from "commander";
import { loadConfig, type StackConfig } from "../../lib/config";
import { provisioner } from "../../lib/naming";
import { Cluster } from "../cluster";
import { conflictNext, findOrphans, planCluster, removeOrphans } from "../cluster-plan";
import { askConsent, requireConsent } from "../consent";
import { describeExaminations, examine, problemsOf } from "../doctor";
import { Failure } from "../failure";
import { type KubernetesObject, parseManifests, renderManifests, renderSecrets } from "../manifests";
import { yesOption } from "../options";
import { namesOfWorkloads } from "../pod-template";
import { showProgress } from "../progress";
import { forgetEndedJob, waitForProvisioning } from "../provisioning";
import { findOutdatedPods, type OutdatedPod } from "../replacement";
import { say, tell } from "../result";
import { waitForRollout } from "../rollout";
import { applying, planAws } from "../terraform";
import { verify } from "../verification";
import { describeChanges } from "./diff";
import { resultOf } from "./verify";

interface DeployOptions {
  readonly yes: boolean;
  readonly doctor: boolean;
  readonly timeout: number;
}

/** What is brought where. */
interface Deployment {
  readonly config: StackConfig;
  readonly cluster: Cluster;
  readonly manifests: string;
  readonly objects: readonly KubernetesObject[];
  readonly options: DeployOptions;
}

/** `deploy`: from a configuration to a chat that answers. */
export function deployCommand(): Command {
  return new Command("deploy")
    .description("Bring the configuration to AWS and into the cluster, wait until all is ready, and verify it.")
    .addOption(yesOption())
    .option("--no-doctor", "don't look first for what would keep it from working")
    .option(
      "--timeout <seconds>",
      "how long pods may take to get ready; image downloads are most of it",
      parseSeconds,
      900,
    )
    .addHelpText("after", "\nRun again after a failure or Ctrl-C it goes on; run again after that, it changes nothing.")
    .action(async (options: DeployOptions) => {
      const config = loadConfig();
      if (options.doctor) await requireHealth(config);
      const cluster = await Cluster.current();
      const manifests = await renderManifests();
      await deploy({ config, cluster, manifests, objects: parseManifests(manifests), options });
    });
}

function parseSeconds(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError("Allowed: seconds, 1 to 99999.");
  return Number(text);
}

async function requireHealth(config: StackConfig): Promise<void> {
  const wrong = (await examine(config, false)).map(({ part, findings }) => ({
    part,
    findings: findings.filter(({ level }) => level !== "ok"),
  }));
  for (const line of describeExaminations(wrong.filter(({ findings }) => findings.length > 0))) say(line);
  if (problemsOf(wrong).length === 0) return;
  throw new Failure(
    "Nothing was changed.",
    "mend what is a problem above, and run npm run deploy again (or with --no-doctor)",
  );
}

async function deploy(deployment: Deployment): Promise<void> {
  const { config, cluster, manifests, objects, options } = deployment;
  await bringChanges(deployment);
  await removeWhatIsLeftOver(deployment);
  // One that can't get ready as it was described before would be waited for in vain.
  await replacePods(deployment, ({ isReady }) => !isReady);
  say("");
  const rollout = {
    namespace: config.namespace,
    workloads: namesOfWorkloads(objects),
    timeoutSeconds: options.timeout,
  };
  await waitForRollout(cluster, rollout);
  if (await replacePods(deployment)) await waitForRollout(cluster, rollout);
  await waitForProvisioning(cluster, objects, {
    namespace: config.namespace,
    timeoutSeconds: options.timeout,
    apply: () => apply(cluster, manifests),
  });
  say("");
  const verified = resultOf(await verify(cluster, config));
  tell(verified.failed ? verified : { ...verified, next: pushOf(config) ?? verified.next });
}

/** What a deployment leaves to another command. */
function pushOf({ knowledge }: StackConfig): string | undefined {
  const pushed = knowledge.filter(({ delivery }) => delivery === "push").map(({ id }) => id);
  return pushed.length === 0 ? undefined : `npm run push-knowledge brings the documents of ${pushed.join(", ")}`;
}

/** Plan, consent, AWS, Secrets, manifests: each step only when there is something to do. */
async function bringChanges({ config, cluster, manifests, options }: Deployment): Promise<void> {
  const aws = await planAws(config);
  try {
    const plan = await planCluster(cluster, config, manifests);
    for (const line of [
      "",
      ...describeChanges(
        "AWS",
        aws.changes.map(({ address, action }) => `${action} ${address}`),
      ),
      ...describeChanges(
        `cluster ${cluster}`,
        plan.changes.map(({ object, action }) => `${action} ${object}`),
      ),
    ])
      say(line);
    const isEmpty = aws.isEmpty && plan.changes.length === 0;
    if (!isEmpty) await requireConsent(`Change this in AWS and on ${cluster}`, options.yes);
    if (!aws.isEmpty) await showProgress([applying(aws)]);
  } finally {
    aws.discard();
  }
  await applySecrets(cluster, config);
  await applyManifests(cluster, config, manifests);
}

/** The values go from one program's output into the other's input. */
async function applySecrets(cluster: Cluster, config: StackConfig): Promise<void> {
  if (config.secrets.kind !== "terraform") return say(`Secrets: of kind ${config.secrets.kind}, not brought from here`);
  const secrets = await renderSecrets();
  const { changes } = await planCluster(cluster, config, secrets);
  if (changes.length > 0) await apply(cluster, secrets);
  say(
    changes.length === 0 ? "Secrets: no change" : `Secrets: ${changes.map(({ object }) => object).join(", ")} applied`,
  );
}

async function applyManifests(cluster: Cluster, config: StackConfig, manifests: string): Promise<void> {
  const { changes } = await planCluster(cluster, config, manifests);
  if (changes.some(({ object }) => object === `ConfigMap ${provisioner}`))
    await forgetEndedJob(cluster, config.namespace, parseManifests(manifests));
  if (changes.length > 0) await apply(cluster, manifests);
  say(
    changes.length === 0
      ? "manifests: no change"
      : `manifests: ${changes.length} ${changes.length === 1 ? "object" : "objects"} applied`,
  );
}

async function apply(cluster: Cluster, manifests: string): Promise<void> {
  try {
    await cluster.apply(manifests);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.message, conflictNext(error.message) ?? error.next);
  }
}

async function removeWhatIsLeftOver({ config, cluster, objects, options }: Deployment): Promise<void> {
  const orphans = await findOrphans(cluster, config, objects);
  if (orphans.length === 0) return;
  say("Nothing describes these any more, which are ours by their label:");
  for (const { object } of orphans) say(`  ${object}`);
  if (orphans.some(({ object }) => object === `ConfigMap ${provisioner}`)) {
    say(
      "Assistants and prompts that were declared stay in Open WebUI. To remove them, too, deploy with assistants: {}.",
    );
  }
  if (await askConsent(`Remove them from ${cluster}`, options.yes)) await removeOrphans(cluster, config, orphans);
}

/** @returns whether pods were deleted, so that others take their place */
async function replacePods(
  { config, cluster, options }: Deployment,
  which = (_: OutdatedPod) => true,
): Promise<boolean> {
  let isAnyReplaced = false;
  for (const pod of (await findOutdatedPods(cluster, config.namespace)).filter(which)) {
    for (const line of explainReplacement(pod)) say(line);
    if (!(await askConsent(`Delete the pod ${pod.name} now`, options.yes))) continue;
    await cluster.kubectl(["delete", "pod", pod.name, "-n", config.namespace, "--wait", "--timeout=600s"]);
    isAnyReplaced = true;
  }
  return isAnyReplaced;
}

function explainReplacement({ name, workload, isReady, newImages }: OutdatedPod): readonly string[] {
  return [
    "",
    `${name} still runs as before: Kubernetes replaces the pods of ${workload} only when they are deleted, so that two`,
    `versions never work on one database. ${
      isReady
        ? "Nobody can chat from then on until the new one is ready, 10 s to a minute."
        : "It isn't ready, so that nobody loses a chat."
    }`,
    ...(newImages.length === 0
      ? []
      : [
          `It gets another image: ${newImages.join(", ")}. A new version changes its database at the start, and an older`,
          "one doesn't start on that: npm run backup first.",
        ]),
  ];
}
