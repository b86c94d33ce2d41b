/**
 * Needs what pods.test.ts needs, and an Open WebUI with pgvector: see support/pgvector-wheel.ts. LiteLLM talks to a
 * simulated Bedrock in the Namespace: no AWS, no internet.
 */
import { rmSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseConfig, type StackConfig, type StackConfigInput } from "../../../lib/config";
import { passages } from "../../../lib/retrieval";
import { images } from "../../../lib/versions";
import { bundleSimulator } from "../../../simulator/bundle";
import { project, runProgram } from "../../support/command-line";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";
import { Person } from "../support/person";
import { run } from "../support/run";
import { TestStack } from "../support/test-stack";
import { until } from "../support/until";

const simulated = { simulatedBedrock: { image: images.node, program: bundleSimulator() } };
const folder = temporaryFolder();
const titan = "amazon.titan-embed-text-v2:0";
const huge = Buffer.alloc(50 * 1024 * 1024, "a");

interface Given extends Pick<StackConfigInput, "assistants" | "knowledge"> {
  readonly embeddings?: StackConfigInput["models"];
}

function inputOf({
  embeddings = { "titan-embed": { model: titan } },
  assistants = { sage: { baseModel: "lite", knowledge: ["docs"] } },
  knowledge = { docs: { path: folder } },
}: Given = {}): StackConfigInput {
  return {
    namespace: "retrieval",
    host: "chat.example.com",
    models: { lite: { model: "amazon.nova-lite-v1:0" }, ...embeddings },
    assistants,
    knowledge,
    openWebUi: { auth: { kind: "accounts", owner: "you@example.com" }, storage: { storageClass: "longhorn" } },
    database: { kind: "postgres", storage: { storageClass: "longhorn" } },
    redis: { storage: { storageClass: "longhorn" } },
  };
}

const configOf = (given?: Given) => parseConfig(inputOf(given), "this test");

/** Documents that share no word with the others. */
function writeDocuments(): void {
  writeFile(folder, "traefik.md", "# Traefik\n\nPull the purple lever, and Traefik restarts.");
  writeFile(folder, "backup.md", "# Backup\n\nCopies leave our cellar at midnight.");
  for (let number = 0; number < 8; number += 1)
    writeFile(
      folder,
      `others/${number}.md`,
      Array.from({ length: 20 }, (_, word) => `word${number}x${word}`).join(" "),
    );
}

writeDocuments();
const stack = new TestStack(configOf());
let person: Person;

const declare = (config: StackConfig) => stack.apply({ ...config, namespace: stack.config.namespace }, simulated);

/** Whose requests Bedrock got since they were last forgotten. */
function requestsOf(modelId: RegExp) {
  return stack.bedrockRequests().filter((request) => modelId.test(request.modelId));
}

/** What Bedrock got for a question to the assistant. */
async function asked(question: string, model = "sage"): Promise<string> {
  stack.forgetBedrockRequests();
  await person.request("GET", "/api/models");
  expect(await person.readEnd(await person.send(model, question))).toMatchObject({ error: undefined });
  const [request] = requestsOf(/nova-lite/);
  return JSON.stringify(request?.body);
}

/** Declares what was declared within the last minutes, whose Job is still there. @returns what the new one says */
async function again(config = configOf()): Promise<string> {
  declare(config);
  stack.kubectl(["delete", `job/${stack.provisionerJob()}`, "--wait"]);
  declare(config);
  return stack.provisioned();
}

function vectorIndex(): string {
  const sql = "select indexdef from pg_indexes where indexname = 'idx_document_chunk_vector'";
  const psql = ["psql", "--host=/var/run/postgresql", "--username=open_webui", "--dbname=open_webui", "-tAc", sql];
  return stack.kubectl(["exec", "open-webui-postgres-0", "-c", "postgres", "--", ...psql]);
}

/** A pod that doesn't run yet has none. */
function logOf(pod: string): readonly string[] {
  const { stdout } = run("kubectl", ["-n", stack.config.namespace, "logs", pod, "--ignore-errors"], { accept: [0, 1] });
  return stdout.split("\n");
}

/** As a person does after a change: its StatefulSet waits for that. */
async function replaceOpenWebUi(): Promise<void> {
  stack.kubectl(["delete", "pod", "open-webui-0", "--wait"]);
  stack.waitUntilReady();
  // The port-forward to the old one ends with the first request.
  await until("the chat", 60, () => person.request("GET", "/api/models").catch(() => undefined));
}

/** What a run said, whatever the order of those that go together. */
const linesOf = (log: string) => log.split("\n").sort();

beforeAll(async () => {
  stack.deploy(simulated);
  person = await Person.signIn(stack);
});

afterAll(async () => {
  await person?.leave();
  stack.remove();
});

it("documents are indexed through LiteLLM by Titan, in floats", async () => {
  expect(linesOf(await stack.provisioned())).toEqual(
    [
      "create docs",
      "create sage",
      "12 written",
      ...["backup.md", "traefik.md", ...Array.from({ length: 8 }, (_, number) => `others/${number}.md`)].map(
        (file) => `index docs/${file}`,
      ),
    ].sort(),
  );
  // The default one can't be made once there are many vectors.
  expect(vectorIndex()).toContain("USING hnsw");
  const embedded = requestsOf(/titan/);
  expect(embedded.map(({ modelId }) => modelId)).toContain(titan);
  expect(embedded.map(({ body }) => body)).not.toContainEqual(expect.objectContaining({ embeddingTypes: ["binary"] }));
});

it("a question brings the passages that are near to it, and not all", async () => {
  const question = await asked("Which lever restarts Traefik?");
  expect(question).toContain("purple lever");
  const others = question.match(/word\dx0/g) ?? [];
  expect(others.length).toBeLessThan(5);
  expect(requestsOf(/titan/).map(({ body }) => body)).toContainEqual(
    expect.objectContaining({ inputText: "Which lever restarts Traefik?" }),
  );
});

it("documents are cut as the estimates take them to be", async () => {
  const sentences = Array.from({ length: 60 }, (_, number) => `Sentence ${number}x is about nothing in particular.`);
  writeFile(folder, "cut/long.md", sentences.join(" "));
  writeFile(
    folder,
    "cut/short.md",
    sentences
      .map((line, number) => `## Section ${number}y\n\n${line}`)
      .slice(0, 6)
      .join("\n\n"),
  );
  stack.forgetBedrockRequests();
  declare(configOf());
  await stack.provisioned();
  const texts = requestsOf(/titan/).map(({ body }) => (body as { readonly inputText: string }).inputText);
  const long = texts.filter((text) => text.includes("nothing") && !text.includes("Section"));
  // Each document twice: by itself, and in its collection.
  expect(long.length).toBe(2 * new Set(long).size);
  expect(long.length).toBeGreaterThanOrEqual(6);
  expect(Math.max(...long.map(({ length }) => length))).toBeLessThanOrEqual(passages.size);
  const numbers = [...new Set(long)].flatMap((text) => text.match(/\d+(?=x)/g) ?? []);
  expect(numbers.length).toBeGreaterThan(60);
  expect(texts.filter((text) => text.includes("Section 0y") && text.includes("Section 5y"))).toHaveLength(2);
  const answer = await person.request("GET", "/api/v1/retrieval/embedding");
  expect(await answer.json()).toMatchObject({ RAG_EMBEDDING_BATCH_SIZE: 16, RAG_EMBEDDING_CONCURRENT_REQUESTS: 4 });
  rmSync(path.join(folder, "cut"), { recursive: true });
  expect(await again()).toBe("remove docs/cut/long.md\nremove docs/cut/short.md\n2 written");
});

it("the model for embeddings isn't in the menu", async () => {
  const { data } = (await (await person.request("GET", "/api/models")).json()) as { data: readonly { id: string }[] };
  expect(data.map(({ id }) => id).sort()).toEqual(["lite", "sage"]);
});

it("a second run writes nothing", async () => {
  stack.forgetBedrockRequests();
  expect(await again()).toBe("no change");
  expect(requestsOf(/./)).toEqual([]);
});

it("an edit, another name and a removal are followed, and what people made stays", async () => {
  const file = await person.upload("mine.txt", "Mine.");
  const collection = await person.request("POST", "/api/v1/knowledge/create", { name: "docs", description: "Mine" });
  const { id } = (await collection.json()) as { readonly id: string };
  writeFile(folder, "traefik.md", "# Traefik\n\nPull the green lever, and Traefik restarts.");
  writeFile(folder, "copies.md", "# Backup\n\nCopies leave our cellar at midnight.");
  unlinkSync(path.join(folder, "backup.md"));
  unlinkSync(path.join(folder, "others/7.md"));
  declare(configOf());
  expect(linesOf(await stack.provisioned())).toEqual([
    "5 written",
    "index docs/copies.md",
    "index docs/traefik.md",
    "remove docs/backup.md",
    "remove docs/others/7.md",
    "remove docs/traefik.md",
  ]);
  const question = await asked("Which lever restarts Traefik?");
  expect(question).toContain("green lever");
  expect(question).not.toContain("purple");
  expect(await asked("When do copies leave our cellar?")).toContain("midnight");
  expect((await person.request("GET", `/api/v1/files/${file}`)).status).toBe(200);
  expect((await person.request("GET", `/api/v1/knowledge/${id}`)).status).toBe(200);
});

it("a Job that is killed goes on", async () => {
  for (let number = 0; number < 40; number += 1) writeFile(folder, `more/${number}.md`, `more${number} `.repeat(60));
  declare(configOf());
  const killed = await until("the first documents", 60, async () => {
    const pod = stack.provisionerPod();
    return logOf(pod).filter((line) => line.startsWith("index")).length > 3 ? pod : undefined;
  });
  stack.kubectl(["delete", killed, "--grace-period=0", "--wait"]);
  const log = await stack.provisioned();
  const resumed = log.split("\n").filter((line) => line.startsWith("index"));
  expect(resumed.length).toBeGreaterThan(0);
  expect(resumed.length).toBeLessThan(37);
  expect(await again()).toBe("no change");
});

it("more documents than the manifests hold are pushed, bad files are named, and the Job leaves them alone", async () => {
  const much = temporaryFolder();
  for (let number = 0; number < 30; number += 1) writeFile(much, `${number}.md`, `pushed${number} `.repeat(60));
  writeFile(much, "gate.md", "# Gate\n\nThe gate opens with the silver key.");
  const bad = { "empty.md": "", "binary.md": Buffer.from([65, 0]), "latin1.md": Buffer.from([0xe4]), "huge.md": huge };
  for (const [name, content] of Object.entries(bad)) writeFileSync(path.join(much, name), content);
  const given: Given = {
    assistants: { sage: { baseModel: "lite", knowledge: ["docs", "much"] } },
    knowledge: { docs: { path: folder }, much: { path: much, delivery: "push" } },
  };
  const deployed = { ...inputOf(given), namespace: stack.config.namespace };
  const file = writeFile(temporaryFolder(), "stack.config.ts", `export default ${JSON.stringify(deployed)};`);
  const env = { STACK_CONFIG: file, KUBECONFIG: process.env["KUBECONFIG"] ?? "", HOME: process.env["HOME"] ?? "" };
  const push = () => runProgram("ops/main.ts", project, env, ["push-knowledge"]);
  declare(configOf(given));
  // A folder that nobody has pushed yet has a collection all the same.
  expect(await stack.provisioned()).toContain("create much\n");

  const first = await push();
  expect(first).toMatchObject({ exitCode: 1, stderr: "" });
  expect(first.stdout).toMatch(/\nmuch: 31 indexed, 0 removed, 0 as before\n/);
  for (const name of Object.keys(bad)) {
    expect(first.stdout).toMatch(new RegExp(`^much/${name}: the file .*; no assistant gets it$`, "m"));
    unlinkSync(path.join(much, name));
  }
  const second = await push();
  expect(second).toMatchObject({ exitCode: 0, stderr: "" });
  expect(second.stdout).toMatch(/\nmuch: 0 indexed, 0 removed, 31 as before\n/);
  expect(await asked("Which key opens the gate?")).toContain("silver key");

  expect(await again(configOf(given))).toBe("no change");
  // One that isn't declared any more goes as a whole.
  expect(await again()).toMatch(/\nremove much\n33 written$/);
});

it("another model indexes again, and tells what that costs, once Open WebUI's pod is replaced", async () => {
  const config = configOf({ embeddings: { "other-embed": { model: titan } } });
  declare(config);
  // Fifteen sign-ins within three minutes are too many: then it tries again later.
  await until("the Job to wait for the pod", 300, async () => {
    const waits = /pod indexes by titan-embed, and not by other-embed yet/;
    return logOf(stack.provisionerPod()).find((line) => waits.test(line));
  });
  await replaceOpenWebUi();
  const log = await stack.provisioned();
  expect(log).toMatch(/^index again by other-embed: 49 documents, about \d+ tokens, 0\.000\d\d USD\n/);
  expect(await asked("Which lever restarts Traefik?")).toContain("green lever");
});

it("without one, documents travel whole again, and the collection is gone", async () => {
  const whole = configOf({ embeddings: {}, knowledge: { docs: { path: folder, include: ["traefik.md"] } } });
  declare(whole);
  await replaceOpenWebUi();
  // The first pod of the Job may have begun before Open WebUI's was replaced.
  expect(await stack.provisioned()).toMatch(/\nremove docs\/traefik\.md\nremove docs\n\d+ written$/);
  expect(await asked("What time is it?")).toContain("green lever");
});
