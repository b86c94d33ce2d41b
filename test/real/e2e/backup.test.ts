/**
 * Needs what bedrock.test.ts needs. Backs a stack up while four people chat, loses its volume, restores it, and takes all
 * of it down, by the commands. Works in the Namespace `backup-test`, which is deleted.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sealBackup, textEntry } from "../../../backup/backup";
import { podScripts } from "../../../backup/pod/scripts";
import { FolderStore } from "../../../backup/stores/folder";
import { parseConfig, type StackConfigInput } from "../../../lib/config";
import { ownerLabel, partOf } from "../../../lib/naming";
import { images } from "../../../lib/versions";
import { bundleSimulator } from "../../../simulator/bundle";
import { makeAgeKey } from "../support/age-key";
import { Commands } from "../support/commands";
import { expectAnswer } from "../support/expect-answer";
import { kubectl } from "../support/kubectl";
import { Person, type Sent } from "../support/person";
import { TestStack } from "../support/test-stack";
import { until } from "../support/until";

const { key, recipient } = makeAgeKey();

const input: StackConfigInput = {
  host: "backup.example.com",
  namespace: "backup",
  models: { micro: { model: "amazon.nova-micro-v1:0" } },
  openWebUi: {
    auth: { kind: "proxy", unauthenticated: { reason: "Reached by a port-forward only." } },
    storage: { storageClass: "longhorn", size: "1Gi" },
  },
  backup: { recipient, storage: { storageClass: "longhorn", size: "1Gi" } },
  redis: { storage: { storageClass: "longhorn" } },
};

/** A later version, whose database has more revisions. */
const newerOpenWebUi = "ghcr.io/open-webui/open-webui:v0.12.4-slim";

const stack = new TestStack(parseConfig(input, "this test"));
const deployment = { simulatedBedrock: { image: images.node, program: bundleSimulator() } };
const folder = mkdtempSync(path.join(tmpdir(), "backup-test-"));
const configFile = path.join(folder, "stack.config.ts");
const backups = `${folder}/backups/`;
const fetched = `${folder}/fetched/`;
const passphrase = "seven black swans over a quiet lake";
const kills = readFileSync(path.join(__dirname, "..", "support", "killed-restore.py"), "utf8");
const upload = "/app/backend/data/uploads/upload.txt";

let person: Person;

beforeAll(async () => {
  writeFileSync(configFile, `export default ${JSON.stringify({ ...input, namespace: stack.config.namespace })};`);
  stack.deploy(deployment);
  person = await Person.signIn(stack);
  stack.python("open-webui-0", `open("${upload}", "w").write("uploaded")`);
});

afterAll(async () => {
  await person?.leave();
  stack.remove();
  rmSync(folder, { recursive: true });
});

const environment = { STACK_CONFIG: configFile, BACKUP_PASSPHRASE: passphrase };
const commands = new Commands(process.cwd(), environment);
const ops = (...args: readonly string[]) => commands.run(...args);

/** A message that was acknowledged, and when. */
type Acknowledged = readonly [Date, Sent];

/** Chats until it is told to stop. */
async function chat(writer: number, acknowledged: Acknowledged[], isOver: () => boolean): Promise<void> {
  for (let count = 0; !isOver(); count += 1) {
    const sent = await person.send("micro", `message ${count} of ${writer}`);
    if (sent.status === 200) acknowledged.push([new Date(), sent]);
    // As many chats as a fast machine could write, nobody could read afterwards.
    await sleep(300);
  }
}

const integrity = () =>
  stack.python(
    "open-webui-0",
    `
import sqlite3
print(sqlite3.connect("/app/backend/data/webui.db").execute("PRAGMA integrity_check").fetchall())`,
  );

const ours = `${ownerLabel}=${partOf}`;

/** In alphabetical order. */
function namesOf(kind: string, selector = ""): readonly string[] {
  const names = stack.kubectl(["get", kind, "-l", selector, "-o", "jsonpath={.items[*].metadata.name}"]);
  return names.split(" ").filter((name) => name !== "");
}

async function countLost(sent: readonly Sent[]): Promise<number> {
  const found = await Promise.all(sent.map((one) => person.read(one)));
  return found.filter((answer) => answer === undefined).length;
}

/** As after the loss of a disk. */
function loseVolume(): void {
  stack.kubectl(["scale", "statefulset/open-webui", "--replicas=0"]);
  stack.kubectl(["wait", "--for=delete", "pod/open-webui-0", "--timeout=120s"]);
  stack.kubectl(["delete", "pvc", "open-webui", "--wait"]);
  stack.apply(stack.config, deployment);
  stack.waitUntilReady();
}

/** By hand, so that what its data need is seen. */
function replaceOpenWebUi(openWebUi: string): void {
  stack.apply(stack.config, deployment, { ...images, openWebUi });
  stack.kubectl(["delete", "pod", "open-webui-0", "--wait"]);
}

async function signInAgain(): Promise<void> {
  await person.leave();
  person = await Person.signIn(stack);
}

describe("backup and restore", () => {
  let acknowledged: readonly Sent[] = [];
  let made: { readonly place: string; readonly created: string };

  it("copies while four people write, and the chat goes on", async () => {
    let isOver = false;
    const all: Acknowledged[] = [];
    const writers = [1, 2, 3, 4].map((writer) => chat(writer, all, () => isOver));
    await until("a dozen chats", 120, async () => all.length > 12 || undefined);
    const { code, stdout, stderr } = await ops("backup", backups, "--json");
    isOver = true;
    await Promise.all(writers);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    made = JSON.parse(stdout);
    const copied = new Date(made.created);
    acknowledged = all.filter(([time]) => time < copied).map(([, sent]) => sent);
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(all.length).toBeGreaterThan(acknowledged.length);
    expect(await countLost(all.map(([, sent]) => sent))).toBe(0);
    expect(readdirSync(backups)).toEqual([path.basename(made.place)]);
    expect(stack.kubectl(["get", "pods", "-o", "name"])).not.toContain("open-webui-data");
  });

  it("makes one on the schedule, whose key isn't in the cluster", async () => {
    stack.kubectl(["create", "job", "scheduled", "--from=cronjob/open-webui-backup"]);
    stack.kubectl(["wait", "--for=condition=complete", "job/scheduled", "--timeout=120s"]);
    const { code, stdout } = await ops("backup", fetched, "--fetch", "--json");
    const [name = ""] = (JSON.parse(stdout) as { readonly fetched: readonly string[] }).fetched;
    expect({ code, files: readdirSync(fetched) }).toEqual({ code: 0, files: [name] });
    const withKey = await new Commands(process.cwd(), { ...environment, BACKUP_PASSPHRASE: key }).run(
      "restore",
      fetched,
      "--check",
    );
    expect(withKey).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(/: the database of \S+ at \S+ and [1-9]\d* other files/),
    });
    const withPassphrase = await ops("restore", fetched, "--check");
    expect(withPassphrase).toMatchObject({ code: 1, stderr: expect.stringContaining("doesn't open the backup") });
    const again = await ops("backup", fetched, "--fetch");
    expect(again.stdout).toContain("0 backups copied to");
    // A finished pod, too, keeps its volumes from being deleted.
    stack.kubectl(["delete", "job", "scheduled", "--wait"]);
  });

  it("brings every conversation back after the volume was lost, also when it is killed and run again", async () => {
    loseVolume();
    await signInAgain();
    expect(await countLost(acknowledged)).toBe(acknowledged.length);
    await commands.killAt("exchanging the data", "restore", made.place, "--yes");
    const { stdout } = await until("a restore", 120, async () => {
      const run = await ops("restore", backups, "--yes");
      // The killed one may still work in the pod.
      return run.stderr.startsWith("Another backup or restore is at work") ? undefined : run;
    });
    expect(stdout).toMatch(/\nnext: npm run verify\n$/);
    await signInAgain();
    expect(await countLost(acknowledged)).toBe(0);
    expect(integrity()).toBe("[('ok',)]");
    expect(stack.python("open-webui-0", `print(open("${upload}").read())`)).toBe("uploaded");
    expect(stack.python("open-webui-0", 'import os; print(os.path.exists("/app/backend/data/.restore"))')).toBe(
      "False",
    );
    const after = await person.send("micro", "after");
    expect(await person.readEnd(after)).toMatchObject({ error: undefined, content: expect.stringContaining("after") });
  });

  it("exchanges the data whole or not at all, wherever on the disk it is killed", () => {
    const killed = stack.kubectl(["exec", "-i", "open-webui-0", "--", "python", "-", podScripts.restore], kills);
    expect(Number(killed)).toBeGreaterThan(50);
  });

  it("refuses a database that is newer than the image, and changes nothing", async () => {
    const newer = {
      format: 1,
      id: "3c0f6d5e-8d3c-4a52-9d10-0a4b6d3f7c11",
      created: "2026-11-26T00:00:00Z",
      namespace: stack.config.namespace,
      image: "open-webui:v9",
      database: { kind: "sqlite", revision: "0123456789ab" },
      hasSecrets: false,
    } as const;
    async function* entries() {
      yield textEntry("database.sqlite", "of the future");
    }
    await new FolderStore(folder).write(
      "newer.age",
      await sealBackup({ manifest: newer, entries: entries() }, passphrase),
    );
    const { code, stderr } = await ops("restore", path.join(folder, "newer.age"), "--yes");
    expect(code).toBe(1);
    expect(stderr).toContain(
      `it is of open-webui:v9, and its revision 0123456789ab isn't known to ${images.openWebUi}`,
    );
    expect(await countLost(acknowledged)).toBe(0);
  });

  it("brings everything back from before an upgrade, whose data the older version refuses", async () => {
    const before = await expectAnswer(person, "micro", "before the upgrade");
    const { code, stdout } = await ops("backup", `${folder}/upgrade/`, "--json");
    expect(code).toBe(0);
    const { place } = JSON.parse(stdout) as { readonly place: string };

    replaceOpenWebUi(newerOpenWebUi);
    stack.waitUntilReady();
    await signInAgain();
    expect(await person.read(before)).toMatchObject({ done: true });
    const after = await expectAnswer(person, "micro", "after the upgrade");

    replaceOpenWebUi(images.openWebUi);
    const restarts = "jsonpath={.status.containerStatuses[0].restartCount}";
    await until("the older version's refusal", 120, async () =>
      Number(stack.kubectl(["get", "pod", "open-webui-0", "-o", restarts])) > 0 ? true : undefined,
    );
    expect(stack.kubectl(["logs", "open-webui-0", "--previous"])).toContain("Can't locate revision");
    const restored = await ops("restore", place, "--yes");
    expect(restored).toMatchObject({ code: 0, stderr: "" });
    await signInAgain();
    expect(integrity()).toBe("[('ok',)]");
    expect(await countLost([...acknowledged, before])).toBe(0);
    expect(await person.read(after)).toBeUndefined();
  });

  it("is taken down with its volumes kept, and deleted when told to", async () => {
    await person.leave();
    const volumes = namesOf("pvc", ours);
    const secrets = namesOf("secrets", ours);
    expect(volumes).toEqual(["open-webui", "open-webui-backup", "open-webui-redis"]);
    expect(secrets.length).toBeGreaterThanOrEqual(3);

    const kept = await ops("destroy", "--yes");
    expect(kept).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(/\nThe stack is taken down\.\nnext: npm run deploy brings the chat back/),
    });
    for (const kind of ["deployments", "statefulsets", "cronjobs", "jobs", "services", "networkpolicies", "configmaps"])
      expect([kind, namesOf(kind, ours)]).toEqual([kind, []]);
    expect(namesOf("pods")).toEqual([]);
    expect({ volumes: namesOf("pvc"), secrets: namesOf("secrets", ours) }).toEqual({ volumes, secrets });

    const again = await ops("destroy", "--yes");
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("\nNothing is left to take down.\n") });

    const deleted = await ops("destroy", "--yes", "--delete-data");
    expect(deleted).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringContaining("and with 3 volume claims all data on them."),
    });
    expect(kubectl(["get", "namespace", stack.config.namespace, "--ignore-not-found"])).toBe("");
  });
});
