/** Needs what pods.test.ts needs. Works in the Namespace `postgres-test`, which is deleted. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { podScripts } from "../../../backup/pod/scripts";
import { parseConfig, type StackConfigInput } from "../../../lib/config";
import { postgres } from "../../../lib/naming";
import { images } from "../../../lib/versions";
import { bundleSimulator } from "../../../simulator/bundle";
import { codeBlocks, readPage } from "../../docs/markdown";
import { temporaryFolder } from "../../support/temporary-folder";
import { makeAgeKey } from "../support/age-key";
import { type CommandResult, Commands } from "../support/commands";
import { expectAnswer } from "../support/expect-answer";
import { Person, type Sent } from "../support/person";
import { run } from "../support/run";
import { TestStack } from "../support/test-stack";
import { until } from "../support/until";

const { key, recipient } = makeAgeKey();

const input: StackConfigInput = {
  namespace: "postgres",
  host: "postgres.example.com",
  models: { micro: { model: "amazon.nova-micro-v1:0" } },
  openWebUi: { auth: { kind: "accounts", owner: "you@example.com" }, storage: { storageClass: "longhorn" } },
  database: { kind: "postgres", storage: { storageClass: "longhorn" } },
  backup: { recipient, storage: { storageClass: "longhorn", size: "1Gi" } },
  redis: { storage: { storageClass: "longhorn" } },
};
const stack = new TestStack(parseConfig(input, "this test"));
const simulated = { simulatedBedrock: { image: images.node, program: bundleSimulator() } };
const pod = `${postgres}-0`;
const folder = temporaryFolder();
const configFile = path.join(folder, "stack.config.ts");
const backups = `${folder}/backups/`;
const fetched = `${folder}/fetched/`;
const environment = { STACK_CONFIG: configFile, BACKUP_PASSPHRASE: "seven black swans over a quiet lake" };
const commands = new Commands(process.cwd(), environment);
const upload = "/app/backend/data/uploads/upload.txt";

let person: Person;
let first: Sent;

beforeAll(async () => {
  writeFileSync(configFile, `export default ${JSON.stringify({ ...input, namespace: stack.config.namespace })};`);
  stack.deploy(simulated);
  person = await Person.signIn(stack);
});

afterAll(async () => {
  await person?.leave();
  stack.remove();
});

async function signInAgain(): Promise<void> {
  await person.leave();
  person = await Person.signIn(stack);
}

function query(sql: string): string {
  const psql = ["psql", "--host=/var/run/postgresql", "--username=open_webui", "--dbname=open_webui"];
  return stack
    .kubectl(["exec", pod, "-c", "postgres", "--", ...psql, "--tuples-only", "--no-align", `--command=${sql}`])
    .trim();
}

/** @returns what an attempt to connect ends with, from Open WebUI's pod */
function connect(workload: string, password: string): string {
  return stack.python(
    workload,
    `
import socket
try: socket.create_connection(("open-webui-postgres", 5432), timeout=3)
except Exception as error: print("no connection"); raise SystemExit
try:
    import psycopg
    psycopg.connect(host="open-webui-postgres", user="open_webui", dbname="open_webui", password=${JSON.stringify(password)}, connect_timeout=3)
    print("let in")
except Exception as error: print("refused:", error)`,
  );
}

it("keeps the chats, and Open WebUI's volume has no database", async () => {
  first = await expectAnswer(person, "micro", "the first question");
  expect(query(`select count(*) from chat where id = '${first.chatId}'`)).toBe("1");
  expect(stack.python("open-webui-0", 'import os; print(os.path.exists("/app/backend/data/webui.db"))')).toBe("False");
});

it("lets Open WebUI in with the password, and nobody else", () => {
  const password = stack.values["postgres_password"] ?? "";
  expect(connect("open-webui-0", password)).toBe("let in");
  expect(connect("open-webui-0", "wrong")).toContain("password authentication failed");
  expect(connect("deployment/litellm", password)).toBe("no connection");
});

it("comes back after its pod is gone, and the chats are there", async () => {
  stack.kubectl(["delete", "pod", pod, "--wait"]);
  stack.kubectl(["wait", "--for=create", `pod/${pod}`, "--timeout=60s"]);
  stack.kubectl(["wait", "--for=condition=Ready", `pod/${pod}`, "--timeout=120s"]);
  expect(await until("the chat", 60, () => person.read(first))).toMatchObject({ done: true });
  await expectAnswer(person, "micro", "after a restart");
});

describe("backup and restore", () => {
  const probe = "[1, 2, 3]";
  let place = "";

  it("copy the chats, the vectors and the files while the chat goes on", async () => {
    query(`create extension if not exists vector;
      create table probe as select '${probe}'::vector(3) as embedding;
      create index on probe using hnsw (embedding vector_cosine_ops)`);
    stack.python("open-webui-0", `open("${upload}", "w").write("uploaded")`);
    const made = await commands.succeed("backup", backups, "--json");
    place = (JSON.parse(made) as { readonly place: string }).place;
    expect(await commands.succeed("restore", place, "--check")).toContain("other files");
  });

  it("take no dump that broke off, wherever", () => {
    const cutOff = `
import subprocess, sys
whole = b"PGDMP" + bytes(range(256)) * 9 + b'\\n{"created": "2026-11-26T03:15:00Z", "revision": "a", "size": 1}'
end = whole.rindex(b'{')
for length in [0, 1, 300, end - 1, end, end + 1, len(whole) - 1, len(whole)]:
    open("/tmp/database.dump", "wb").write(whole[:length])
    copy = subprocess.run([sys.executable, "-c", sys.argv[1], "/tmp", "copy", "/tmp"], capture_output=True, text=True)
    print(length == len(whole), copy.returncode, copy.stderr.strip())`;
    const printed = stack.kubectl(["exec", "-i", "open-webui-0", "--", "python", "-", podScripts.snapshot], cutOff);
    const refused = "False 1 The database's dump broke off on its way.";
    expect(printed.trim().split("\n")).toEqual([...Array.from({ length: 7 }, () => refused), "True 0"]);
  });

  it("bring back what was there, killed on the way and run again", async () => {
    const later = await expectAnswer(person, "micro", "after the backup");
    query("drop table probe");
    stack.python("open-webui-0", `import os; os.remove("${upload}")`);
    await commands.killAt("loading the database", "restore", place, "--yes");
    expect(await person.read(later)).toMatchObject({ done: true });
    for (const step of ["stopping the chat", "exchanging the data", "starting the chat"])
      await until(`a kill at "${step}"`, 120, () => killUnlessBusy(step));
    const { stderr } = await until("a restore", 240, () => restoreUnlessBusy());
    expect(stderr).toBe("");
    await signInAgain();
    expect(await person.read(first)).toMatchObject({ done: true });
    expect(await person.read(later)).toBeUndefined();
    expectProbes();
  });

  it("bring everything back into a new Postgres, made as docs/configuration.md says", async () => {
    const block = codeBlocks(readPage("docs/configuration.md"), "sh").find((code) => code.includes("statefulset,pvc"));
    const deletions = block?.split("\n").filter((line) => line.startsWith("kubectl")) ?? [];
    expect(deletions).toHaveLength(2);
    for (const line of deletions) run("bash", ["-c", line.replace("-n open-webui ", `-n ${stack.config.namespace} `)]);
    stack.apply(stack.config, simulated);
    stack.waitUntilReady();
    await signInAgain();
    expect(await person.read(first)).toBeUndefined();
    await commands.succeed("restore", backups, "--yes");
    await signInAgain();
    expect(await person.read(first)).toMatchObject({ done: true });
    expectProbes();
    await expectAnswer(person, "micro", "after a restore");
  });

  it("make one on the schedule, whose key isn't in the cluster", async () => {
    stack.kubectl(["create", "job", "scheduled", "--from=cronjob/open-webui-backup"]);
    stack.kubectl(["wait", "--for=condition=complete", "job/scheduled", "--timeout=120s"]);
    await commands.succeed("backup", fetched, "--fetch");
    const withKey = new Commands(process.cwd(), { ...environment, BACKUP_PASSPHRASE: key });
    await withKey.succeed("restore", fetched, "--yes");
    await signInAgain();
    expect(await person.read(first)).toMatchObject({ done: true });
    expectProbes();
  });

  /** @returns undefined while a killed one still works in the pod */
  async function restoreUnlessBusy(): Promise<CommandResult | undefined> {
    const result = await commands.run("restore", place, "--yes");
    return result.stderr.startsWith("Another backup or restore is at work") ? undefined : result;
  }

  async function killUnlessBusy(step: string): Promise<true | undefined> {
    try {
      await commands.killAt(step, "restore", place, "--yes");
      return true;
    } catch (error) {
      if (String(error).includes("Another backup or restore is at work")) return undefined;
      throw error;
    }
  }

  /** What is no chat is there, too, and nothing is left of the way. */
  function expectProbes(): void {
    expect(query("select embedding from probe")).toBe("[1,2,3]");
    expect(query("select count(*) from pg_indexes where indexdef like '%hnsw%' and tablename = 'probe'")).toBe("1");
    expect(query("select datname from pg_database where not datistemplate order by datname")).toBe(
      "open_webui\npostgres",
    );
    expect(stack.python("open-webui-0", `print(open("${upload}").read())`)).toBe("uploaded");
  }
});

it("takes a rotated password at its next start", async () => {
  const rotated = Object.fromEntries(Object.entries(stack.values).map(([name, value]) => [name, `${value}2`]));
  const { config } = stack;
  stack.applySecrets(rotated);
  stack.apply({ ...config, secrets: { ...config.secrets, version: 2 } }, simulated);
  stack.kubectl(["rollout", "status", `statefulset/${postgres}`, "--timeout=180s"]);
  stack.kubectl(["delete", "pod", "open-webui-0", "--wait"]);
  stack.waitUntilReady();
  expect(connect("open-webui-0", rotated["postgres_password"] ?? "")).toBe("let in");
  expect(connect("open-webui-0", stack.values["postgres_password"] ?? "")).toContain("password authentication failed");
  expect(query(`select count(*) from chat where id = '${first.chatId}'`)).toBe("1");
});
