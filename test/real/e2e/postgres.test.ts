/** Needs what pods.test.ts needs. Works in the Namespace `postgres-test`, which is deleted. */
import { parseConfig } from "../../../lib/config";
import { postgres } from "../../../lib/naming";
import { images } from "../../../lib/versions";
import { bundleSimulator } from "../../../simulator/bundle";
import { codeBlocks, readPage } from "../../docs/markdown";
import { temporaryFolder } from "../../support/temporary-folder";
import { expectAnswer } from "../support/expect-answer";
import { Person, type Sent } from "../support/person";
import { run } from "../support/run";
import { TestStack } from "../support/test-stack";
import { until } from "../support/until";

const stack = new TestStack(
  parseConfig(
    {
      namespace: "postgres",
      host: "postgres.example.com",
      models: { micro: { model: "amazon.nova-micro-v1:0" } },
      openWebUi: { auth: { kind: "accounts", owner: "you@example.com" }, storage: { storageClass: "longhorn" } },
      database: { kind: "postgres", storage: { storageClass: "longhorn" } },
      redis: { storage: { storageClass: "longhorn" } },
    },
    "this test",
  ),
);
const simulated = { simulatedBedrock: { image: images.node, program: bundleSimulator() } };
const pod = `${postgres}-0`;

let person: Person;
let first: Sent;

beforeAll(async () => {
  stack.deploy(simulated);
  person = await Person.signIn(stack);
});

afterAll(async () => {
  await person?.leave();
  stack.remove();
});

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

it("is dumped and read back by the commands of docs/configuration.md", async () => {
  const block = codeBlocks(readPage("docs/configuration.md"), "sh").find((code) => code.includes("pg_dump")) ?? "";
  const [dump = "", restore = ""] = block.replaceAll("-n open-webui ", `-n ${stack.config.namespace} `).split("\n");
  const cwd = temporaryFolder();
  run("bash", ["-c", dump], { cwd });
  stack.kubectl(["scale", "statefulset/open-webui", "--replicas=0"]);
  stack.kubectl(["wait", "--for=delete", "pod/open-webui-0", "--timeout=120s"]);
  query("delete from chat");
  run("bash", ["-c", restore], { cwd });
  stack.kubectl(["scale", "statefulset/open-webui", "--replicas=1"]);
  stack.waitUntilReady();
  expect(await until("the chat", 60, () => person.read(first))).toMatchObject({ done: true });
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
