import path from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { loadConfig } from "../../lib/config";
import { components, ports, secretKeys, secretNames } from "../../lib/naming";
import { listSubstitutions, type PreviewOptions, previewNamespace } from "../../lib/preview";
import { Cluster } from "../cluster";
import { requireConsent } from "../consent";
import { Failure } from "../failure";
import { forwardChat, requireFreePort } from "../forward";
import { isOwn, type KubernetesObject, parseManifests } from "../manifests";
import { parsePort, yesOption } from "../options";
import { namesOfWorkloads } from "../pod-template";
import { runProcess } from "../processes";
import { say } from "../result";
import { waitForRollout } from "../rollout";

interface Options {
  readonly down: boolean;
  readonly yes: boolean;
  readonly port: number;
}

/** Image downloads are most of it: about 1.5 GB. */
const timeoutSeconds = 900;
const removal = "npm run preview -- --down";

/** `npm run preview`: the whole stack on any cluster, without AWS. */
export function previewCommand(): Command {
  return new Command("preview")
    .description(
      "Puts the stack on the cluster of kubectl's current context, with a simulated Bedrock: no AWS, no cost.",
    )
    .usage("-- [options]")
    .option("--down", "remove the preview and everything in it", false)
    .addOption(yesOption())
    .option("--port <number>", "port of this machine for the chat", parsePort, ports.openWebUi)
    .action(async (options: Options) => {
      const cluster = await Cluster.current();
      await (options.down ? takeDown(cluster, options) : putUp(cluster, options));
    });
}

async function putUp(cluster: Cluster, { yes, port }: Options): Promise<void> {
  const config = loadConfig();
  await requireFreePort(port, "npm run preview --");
  const options = { port, storageClass: await findStorageClass(cluster) };
  const table = new Table({
    head: ["Setting", "In the preview", "Why"],
    style: { head: [], border: [], compact: true },
  });
  table.push(...listSubstitutions(config, options).map(({ setting, instead, why }) => [setting, instead, why]));
  say(`Your configuration, but for:\n${table}`);
  const exists = await findPreview(cluster);
  const what = exists ? "replace the preview that is there, and its chats" : "put a preview";
  await requireConsent(`On ${cluster}: ${what}`, yes);

  const manifests = await renderManifests(options);
  if (exists) await remove(cluster);
  await cluster.apply(manifests);
  const workloads = namesOfWorkloads(parseManifests(manifests));
  await waitForRollout(cluster, { namespace: previewNamespace, workloads, timeoutSeconds });

  if (config.openWebUi.auth.kind === "accounts") say(explainPassword(config.openWebUi.auth.owner));
  say('Ask the models anything; "simulate:help" tells how to see slow, refused and broken answers.');
  await forwardChat(cluster, {
    namespace: previewNamespace,
    port,
    onReady: () =>
      say(`\nhttp://localhost:${port}\n\nCtrl-C ends the connection; the preview runs on. Remove it: ${removal}`),
    next: `the preview runs on: reach it with ${forwarding(port)}, or remove it with ${removal}`,
  });
}

async function takeDown(cluster: Cluster, { yes }: Options): Promise<void> {
  if (!(await findPreview(cluster))) return say(`There is no preview on ${cluster.context}.`);
  await requireConsent(`On ${cluster}: remove the preview and its chats`, yes);
  await remove(cluster);
  say("Removed.");
}

/** Whether a preview is there. @throws Failure when somebody else has a Namespace of that name */
async function findPreview(cluster: Cluster): Promise<boolean> {
  const [namespace] = await cluster.list<KubernetesObject>(["namespace", previewNamespace]);
  if (namespace === undefined) return false;
  if (isOwn(namespace)) return true;
  throw new Failure(
    `Namespace ${previewNamespace} on ${cluster.context}: got one that isn't a preview's; rename or remove it first.`,
  );
}

/** Prefers the cluster's default class, then any. */
async function findStorageClass(cluster: Cluster): Promise<string | undefined> {
  const classes = await cluster.list<{
    readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  }>(["storageclasses"]);
  const isDefault = "storageclass.kubernetes.io/is-default-class";
  if (classes.some(({ metadata }) => metadata.annotations?.[isDefault] === "true")) return undefined;
  const [first] = classes;
  if (first === undefined) {
    throw new Failure(
      `${cluster.context} has no storage class; install one, such as Rancher's local-path-provisioner.`,
    );
  }
  return first.metadata.name;
}

/** Runs the synthesis as a process of its own, and hands over its message when the configuration is wrong. */
async function renderManifests({ port, storageClass }: PreviewOptions): Promise<string> {
  const program = path.join(__dirname, "..", "..", "synth", "preview.ts");
  const args = ["-r", require.resolve("tsx/cjs"), program, `--port=${port}`];
  if (storageClass !== undefined) args.push(`--storage-class=${storageClass}`);
  return (await runProcess(process.execPath, args)).stdout;
}

/** Pods first: a Namespace is looked at again only after half of the longest time that a pod may take to stop. */
async function remove(cluster: Cluster): Promise<void> {
  const workloads = ["deployments,statefulsets", "--all", "--cascade=foreground"];
  await cluster.kubectl(["-n", previewNamespace, "delete", ...workloads, "--wait", "--timeout=120s"]);
  await cluster.kubectl(["delete", "namespace", previewNamespace, "--wait", "--timeout=120s"]);
}

function explainPassword(owner: string): string {
  const jsonPath = `jsonpath={.data.${secretKeys.openWebUi.adminPassword}}`;
  return `Sign in as ${owner}; the password: kubectl -n ${previewNamespace} get secret ${secretNames.openWebUi} -o ${jsonPath} | base64 -d`;
}

function forwarding(port: number): string {
  return `kubectl -n ${previewNamespace} port-forward service/${components.openWebUi} ${port}:${ports.openWebUiService}`;
}
