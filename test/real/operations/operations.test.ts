/**
 * Needs what the suites of both beds need: a kube context whose cluster runs pods and takes in what comes from this
 * machine, Traefik with its CRDs, a storage class `longhorn`, a middleware `public-ingress/google-oauth`, Terraform, a
 * stand-in for AWS in AWS_ENDPOINT_URL, and `nextOpenWebUi` among the cluster's images. From nothing to a chat that answers,
 * and every change after that, by the commands alone, while somebody keeps asking. Works in the Namespace
 * `operations-test`, which is deleted.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { defineConfig, type StackConfigInput } from "../../../lib/config";
import { components, ownerLabel } from "../../../lib/naming";
import { images } from "../../../lib/versions";
import { codeBlocks, readPage } from "../../docs/markdown";
import { AwsStandIn } from "../../support/aws-stand-in";
import { writeFile } from "../../support/temporary-folder";
import { makeAgeKey } from "../support/age-key";
import { bedrockRequests } from "../support/bedrock-requests";
import { Commands } from "../support/commands";
import { behindSignIn } from "../support/ingress";
import { deleteNamespace, kubectl } from "../support/kubectl";
import { ProjectCopy } from "../support/project";
import { createBucket, listAccessKeys } from "../support/stand-in";
import { SteadyClient } from "../support/steady-client";
import { until } from "../support/until";

/** Another reference than the pinned one, of the same program. */
const nextOpenWebUi = "ghcr.io/open-webui/open-webui:v0.11.4-slim";

const namespace = "operations-test";
const userName = "operations-test";

/** Each change builds on the one before. */
let config: StackConfigInput = defineConfig({
  host: "chat.example.com",
  namespace,
  models: { micro: { model: "amazon.nova-micro-v1:0" } },
  aws: { userName, allowDestroy: { reason: "A test's own." } },
  liteLlm: { replicas: 2 },
  openWebUi: { auth: { kind: "proxy" }, storage: { storageClass: "longhorn" } },
  redis: { storage: { storageClass: "longhorn" } },
  ingress: behindSignIn,
});

const { key, recipient } = makeAgeKey();

const project = new ProjectCopy();
const commands = new Commands(project.folder, { BACKUP_PASSPHRASE: "seven black swans over a quiet lake" });
const rows: (readonly string[])[] = [];
let client: SteadyClient | undefined;
/** What the doctor asks about the models. */
let bedrock: AwsStandIn | undefined;

/** @throws before the chat is there */
function asking(): SteadyClient {
  if (client === undefined) throw new Error("nobody keeps asking: the first deployment has failed");
  return client;
}

function declare(changes: Partial<StackConfigInput>): void {
  config = { ...config, ...changes };
  writeFile(project.folder, "stack.config.ts", `export default ${JSON.stringify(config)};\n`);
}

/** Does something, and notes how long it took. @returns what it returned */
async function timed(what: string, act: () => Promise<string>): Promise<string> {
  const { printed, seconds } = await clocked(act);
  rows.push([what, `${seconds} s`, "—"]);
  return printed;
}

/** Does something while the client keeps asking. @returns what it returned, and why questions got no answer */
async function measure(what: string, act: () => Promise<string>): Promise<{ printed: string; failures: string[] }> {
  await asking().count();
  const { printed, seconds } = await clocked(act);
  const { asked, failures } = await asking().count();
  rows.push([what, `${seconds} s`, `${failures.length} of ${asked}`]);
  expect(asked).toBeGreaterThan(seconds / 5);
  return { printed, failures: [...failures] };
}

async function clocked(act: () => Promise<string>): Promise<{ printed: string; seconds: number }> {
  const start = Date.now();
  const printed = await act();
  return { printed, seconds: Math.round((Date.now() - start) / 1000) };
}

async function deploy(): Promise<string> {
  return commands.succeed("deploy", "--yes");
}

function inStack(args: readonly string[]): string {
  return kubectl(["-n", namespace, ...args]);
}

/** Another id is another pod. */
function podIds(component: string): readonly string[] {
  const path = "jsonpath={.items[*].metadata.uid}";
  return inStack(["get", "pods", "-l", `app=${component}`, "-o", path]).split(" ");
}

const allPodIds = () => Object.values(components).map(podIds);

const lastRequest = () => bedrockRequests(namespace).at(-1);

beforeAll(async () => {
  // What stands in for the rest of AWS has no Bedrock.
  bedrock = await AwsStandIn.start();
  process.env["AWS_ENDPOINT_URL_BEDROCK"] = bedrock.url;
  deleteNamespace(namespace);
  writeFile(
    project.folder,
    "cdk8s.yaml",
    readFileSync(path.join(project.folder, "cdk8s.yaml"), "utf8").replace(
      "k8s/main.ts",
      "test/real/support/with-simulated-bedrock.ts",
    ),
  );
  declare({});
});

afterAll(async () => {
  await client?.stop();
  const table = [["What", "Time", "Questions without an answer"], ["---", "---", "---"], ...rows];
  process.stdout.write(`\n${table.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`);
  deleteNamespace(namespace);
  bedrock?.stop();
  project.remove();
});

it("deploys from nothing to a green verification, which a second run leaves as it is", async () => {
  const first = await timed("deploy, from nothing", deploy);
  expect(first).toContain("create aws_iam_user.");
  expect(first).toMatch(/^next: npm run open, and chat$/m);

  const before = allPodIds();
  const address = inStack(["get", "service", components.openWebUi, "-o", "jsonpath={.spec.clusterIP}"]);
  client = new SteadyClient(`http://${address}`, "micro");
  const { printed, failures } = await measure("deploy, with nothing to change", deploy);
  expect(printed).toMatch(/^Secrets: no change$/m);
  expect(printed).toMatch(/^manifests: no change$/m);
  expect(failures).toEqual([]);
  expect(allPodIds()).toEqual(before);
});

it("a model is added, and nobody notices", async () => {
  declare({ models: { ...config.models, lite: { model: "amazon.nova-lite-v1:0" } } });
  const { printed, failures } = await measure("add a model: deploy", deploy);
  expect(printed).toMatch(/lite .*ms/);
  expect(failures).toEqual([]);
});

it("a prompt is declared and changed, and nobody notices", async () => {
  for (const systemPrompt of ["You know this cluster.", "You know this cluster well."]) {
    declare({ models: { ...config.models, micro: { model: "amazon.nova-micro-v1:0", systemPrompt } } });
    const { failures } = await measure("change a prompt: deploy", deploy);
    expect(failures).toEqual([]);
    await asking().count();
    expect(lastRequest()?.body).toMatchObject({ system: [{ text: systemPrompt }] });
  }
});

it("the access key is rotated, killed on the way, and nobody notices", async () => {
  const [first] = await listAccessKeys(userName);
  expect(lastRequest()?.accessKeyId).toBe(first?.id);
  const { failures } = await measure("rotate the access key, killed three times: rotate-key", async () => {
    for (const step of [" s  this makes", "AWS takes the key", "the Secret has it"])
      await commands.killAt(step, "rotate-key", "--yes");
    return commands.succeed("rotate-key", "--yes");
  });
  expect(failures).toEqual([]);
  await asking().count();
  const [second] = (await listAccessKeys(userName)).filter(({ status }) => status === "Active");
  expect(second?.id).not.toBe(first?.id);
  expect(lastRequest()?.accessKeyId).toBe(second?.id);

  expect(await commands.succeed("rotate-key", "--yes")).toMatch(/^next: commit access-keys/m);
  expect(await listAccessKeys(userName)).toEqual([second]);

  const whole = await measure("rotate the access key: rotate-key", () => commands.succeed("rotate-key", "--yes"));
  expect(whole.failures).toEqual([]);
  await commands.succeed("rotate-key", "--yes");
  expect(await listAccessKeys(userName)).toHaveLength(1);
});

it("an image is raised, and Open WebUI is away as long as it starts", async () => {
  const file = path.join(project.folder, "lib", "versions.ts");
  writeFile(project.folder, "lib/versions.ts", readFileSync(file, "utf8").replace(images.openWebUi, nextOpenWebUi));
  const liteLlm = podIds(components.liteLlm);
  const { printed } = await measure("raise Open WebUI's image: deploy", deploy);
  expect(printed).toContain(nextOpenWebUi);
  const image = "jsonpath={.spec.containers[0].image}";
  expect(inStack(["get", "pod", "open-webui-0", "-o", image])).toBe(nextOpenWebUi);
  expect(podIds(components.liteLlm)).toEqual(liteLlm);
});

it("the application's secrets are rotated, and every program has the new ones", async () => {
  const before = secretValues();
  declare({ secrets: { kind: "terraform", version: 2 } });
  await measure("rotate the application's secrets: deploy", deploy);
  const after = secretValues();
  const kept = Object.keys(before).filter((key) => after[key] === before[key]);
  expect(kept.sort()).toEqual(["litellm/AWS_ACCESS_KEY_ID", "litellm/AWS_SECRET_ACCESS_KEY"]);
  // A program that had an old one would fail: who asks goes through all of them.
  await until("an answer", 60, async () => ((await asking().count()).failures.length === 0 ? true : undefined));
  await commands.succeed("status");
});

function secretValues(): Readonly<Record<string, string>> {
  const { items } = JSON.parse(inStack(["get", "secrets", "-l", ownerLabel, "-o", "json"])) as {
    readonly items: readonly { readonly metadata: { readonly name: string }; readonly data: Record<string, string> }[];
  };
  return Object.fromEntries(
    items.flatMap(({ metadata, data }) =>
      Object.entries(data).map(([key, value]) => [`${metadata.name}/${key}`, value] as const),
    ),
  );
}

it("a deployment that is killed between AWS and the cluster goes on", async () => {
  declare({ models: { ...config.models, pro: { model: "amazon.nova-pro-v1:0" } } });
  const { printed, failures } = await measure("add a model, killed: deploy, twice", async () => {
    await commands.killAt("\nSecrets:", "deploy", "--yes");
    return deploy();
  });
  expect(printed).toMatch(/pro .*ms/);
  expect(failures).toEqual([]);
});

/** What of docs/operations.md isn't run here. */
const notRun: readonly RegExp[] = [
  // Programs that the project doesn't need.
  /^(?:aws|age|sha256sum) /,
  // Above and below, with what they change and leave.
  /^npm run (?:rotate-key|destroy)/,
  // This stack has no Postgres: test/real/e2e/ has.
  /open-webui-postgres|^npm run push-knowledge/,
];

/** What asks has nobody to ask. */
const asks = /^(?:BACKUP_PASSPHRASE=.* )?npm run (?:restore|revoke-key) *(?:-- .*)?$/;

/** Each line of the page's commands, with this stack's names. */
function documentedCommands(): readonly string[] {
  return (
    codeBlocks(readPage("docs/operations.md"), "sh")
      .flatMap((block) => block.replaceAll("\\\n", " ").split("\n"))
      .filter((line) => line.trim() !== "" && !notRun.some((pattern) => pattern.test(line)))
      .map((line) => line.replace("-n open-webui ", `-n ${namespace} `))
      .map((line) => (asks.test(line) && !line.includes("--check") ? withConsent(line) : line))
      .map((line) => (line.includes("--follow") ? `timeout 8 ${line} || [ $? = 124 ]` : line))
      // A log without such a line, and a container that was never started again.
      .map((line) => (/\| grep |--previous/.test(line) ? `${line} || [ $? = 1 ]` : line))
  );
}

function withConsent(line: string): string {
  return line.includes(" -- ") ? `${line} --yes` : `${line} -- --yes`;
}

/** As the schedule does it. */
function backUpNow(): void {
  inStack(["create", "job", "scheduled", "--from=cronjob/open-webui-backup"]);
  inStack(["wait", "--for=condition=Complete", "job/scheduled", "--timeout=180s"]);
}

// Some twenty commands, of which three replace pods.
it("every command of docs/operations.md does what it says", async () => {
  declare({ backup: { recipient, storage: { storageClass: "longhorn" } } });
  await deploy();
  await createBucket("my-backups");
  writeFile(project.folder, "backup-key.txt", `# public key: ${recipient}\n${key}\n`, 0o600);
  const listed = documentedCommands();
  expect(listed.length).toBeGreaterThan(20);
  const backups = path.join(project.folder, "backups");
  for (const line of listed) {
    if (line.includes("--fetch")) backUpNow();
    const current = (await listAccessKeys(userName)).find(({ status }) => status === "Active");
    const [oldest = ""] = existsSync(backups) ? readdirSync(backups).sort() : [];
    const command = line
      .replace(/AKIA0{16}/, current?.id ?? "")
      .replace(/open-webui-\d{8}T\d{6}Z\.tar\.gz\.age/, oldest);
    const { code, stdout, stderr } = await commands.shell(command);
    if (code !== 0) throw new Error(`${command} ended with ${code}\n${stdout}\n${stderr}`);
  }
}, 1_200_000);

it("is taken down with its volumes kept, and goes for good when told to", async () => {
  const names = (kinds: string) => inStack(["get", kinds, "-o", "name"]).trim().split("\n").sort();
  const workloads = "deployments,statefulsets,cronjobs,jobs,pods,services,networkpolicies";
  const claims = names("pvc");
  expect(claims).toContain("persistentvolumeclaim/open-webui");
  await asking().stop();
  client = undefined;
  await timed("destroy", () => commands.succeed("destroy", "--yes"));
  expect(names(workloads)).toEqual([""]);
  expect(names("pvc")).toEqual(claims);
  await expect(listAccessKeys(userName)).rejects.toThrow("NoSuchEntity");

  expect(await commands.succeed("destroy", "--yes", "--delete-data")).toMatch(/^next: nothing: all of it is gone$/m);
  expect(kubectl(["get", "namespace", namespace, "--ignore-not-found"])).toBe("");
});
