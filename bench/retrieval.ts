import { setTimeout as sleep } from "node:timers/promises";
import type { StackConfig } from "../lib/config";
import { components, postgres } from "../lib/naming";
import { retrievalOf } from "../lib/provisioning";
import { passages } from "../lib/retrieval";
import { images } from "../lib/versions";
import { Cluster } from "../ops/cluster";
import { pushKnowledge } from "../ops/knowledge-push";
import { bundleSimulator } from "../simulator/bundle";
import { Person } from "../test/real/support/person";
import { TestStack } from "../test/real/support/test-stack";
import { readUsage, sumWorkingSets } from "../test/real/support/usage";
import { loadExample } from "../test/support/examples";
import { describeMachine, publish } from "./page";

/**
 * Measures the stack's own Postgres and how fast documents are indexed there, with the example `postgres`, and writes its
 * section of docs/benchmarks.md; fails above the limits.
 */
const limits = {
  /** For Open WebUI's default memory limit is 1 GiB. Decimal megabytes. */
  openWebUiPeak: 700,
  /** Likewise of 512 MiB. */
  postgresPeak: 400,
};
const count = 1000;
const bytesEach = 5000;
const knowledgeId = "docs";

const apps = [components.openWebUi, postgres, components.liteLlm] as const;

/** Sections of some 700 characters under headings, of words that differ from document to document. */
function writeDocument(number: number): string {
  let text = `# Document ${number}\n`;
  for (let section = 0; text.length < bytesEach; section += 1) {
    const words = Array.from({ length: 90 }, (_, word) => `w${(number * 7919 + section * 104_729 + word * 31) % 9973}`);
    text += `\n## Section ${section}\n\n${words.join(" ")}.\n`;
  }
  return text.slice(0, bytesEach);
}

const documents = Array.from({ length: count }, (_, number) => ({
  path: `${number % 20}/${number}.md`,
  text: writeDocument(number),
}));

function configOf(): StackConfig {
  const config = loadExample("postgres");
  const assistant = { baseModel: "nova-lite", suggestions: [], parameters: {}, knowledge: [knowledgeId] };
  return {
    ...config,
    namespace: "bench-retrieval",
    liteLlm: { ...config.liteLlm, replicas: 1 },
    assistants: { guide: { ...assistant, knowledgeLimit: { tokensPerQuestion: 1, usdPerQuestion: 1 } } },
    knowledge: [{ id: knowledgeId, delivery: "push", documents, skipped: [] }],
  };
}

type Memory = readonly number[];

async function readMemory(stack: TestStack): Promise<Memory> {
  const usage = await readUsage(stack);
  return apps.map((app) => sumWorkingSets(usage, [app]));
}

interface Timed<Result> {
  readonly result: Result;
  readonly seconds: number;
}

async function time<Result>(work: () => Promise<Result>): Promise<Timed<Result>> {
  const started = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - started) / 1000 };
}

/** The largest working sets while something goes on. */
async function peakDuring<Result>(stack: TestStack, work: Promise<Result>): Promise<{ result: Result; peak: Memory }> {
  let peak: Memory = apps.map(() => 0);
  let running = true;
  const ended = work.finally(() => {
    running = false;
  });
  // Whoever fails is told below.
  ended.catch(() => undefined);
  while (running) {
    const now = await readMemory(stack);
    peak = peak.map((most, index) => Math.max(most, now[index] ?? 0));
    await sleep(1000);
  }
  return { result: await ended, peak };
}

/** From the pod's deletion until its successor is ready. */
async function restartPostgres(stack: TestStack): Promise<number> {
  const pod = `pod/${postgres}-0`;
  const { seconds } = await time(async () => {
    stack.kubectl(["delete", pod, "--wait"]);
    stack.kubectl(["wait", "--for=create", pod, "--timeout=60s"]);
    stack.kubectl(["wait", "--for=condition=Ready", pod, "--timeout=120s"]);
  });
  return seconds;
}

/** From its making until it was ready, in whole seconds. */
function firstStart(stack: TestStack): number {
  const path = '{.metadata.creationTimestamp} {.status.conditions[?(@.type=="Ready")].lastTransitionTime}';
  const [made = "", ready = ""] = stack.kubectl(["get", `pod/${postgres}-0`, "-o", `jsonpath=${path}`]).split(" ");
  return (Date.parse(ready) - Date.parse(made)) / 1000;
}

async function measure(stack: TestStack) {
  const { config } = stack;
  const retrieval = retrievalOf(config);
  if (retrieval === null) throw new Error("The example has no retrieval.");
  const started = firstStart(stack);
  await stack.provisioned();
  await sleep(20_000);
  const idle = await readMemory(stack);
  const push = async () => pushKnowledge(await Cluster.current(), config, { retrieval, knowledge: config.knowledge });
  const {
    result: { result: first, seconds: firstSeconds },
    peak,
  } = await peakDuring(stack, time(push));
  await sleep(20_000);
  const after = await readMemory(stack);
  const { result: second, seconds: secondSeconds } = await time(push);
  if (first[0]?.indexed !== count || second[0]?.indexed !== 0)
    throw new Error(`Indexed ${first[0]?.indexed}, then ${second[0]?.indexed}.`);
  const sql = "select count(*) || ' ' || pg_database_size('open_webui') / 1000000 from document_chunk";
  const psql = ["psql", "-h", "/var/run/postgresql", "-U", "open_webui", "-d", "open_webui", "-tAc", sql];
  const [chunks, megabytes] = stack
    .kubectl(["exec", `${postgres}-0`, "-c", "postgres", "--", ...psql])
    .trim()
    .split(" ");
  const question = await measureQuestion(stack);
  const restarted = await restartPostgres(stack);
  // With so many vectors a start of Open WebUI may have an index to make.
  stack.kubectl(["delete", "pod", `${components.openWebUi}-0`, "--wait"]);
  stack.waitUntilReady();
  await requirePassages(stack);
  return { started, restarted, idle, peak, after, firstSeconds, secondSeconds, chunks, megabytes, question };
}

/** Median of the seconds that a question to an assistant takes, and one to its model: without a stream. */
async function measureQuestion(stack: TestStack): Promise<readonly [assistant: number, model: number]> {
  const person = await Person.signIn(stack);
  const ask = async (model: string) => {
    const question = { model, stream: false, messages: [{ role: "user", content: "What is in section 3 of w31?" }] };
    const { result, seconds } = await time(() => person.request("POST", "/api/chat/completions", question));
    if (!result.ok) throw new Error(`A question to ${model}: status ${result.status}.`);
    return seconds;
  };
  const times: [number, number][] = [];
  for (let round = 0; round < 5; round += 1) times.push([await ask("guide"), await ask("nova-lite")]);
  await person.leave();
  const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return [median(times.map(([first]) => first)), median(times.map(([, second]) => second))];
}

/** A question is answered all the same where nothing can be searched: the search itself is asked. */
async function requirePassages(stack: TestStack): Promise<void> {
  const person = await Person.signIn(stack);
  const { items } = (await (await person.request("GET", "/api/v1/knowledge/?page=1")).json()) as {
    readonly items: readonly { readonly id: string }[];
  };
  const search = { collection_names: items.map(({ id }) => id), query: "w31", k: passages.perQuestion };
  const found = await (await person.request("POST", "/api/v1/retrieval/query/collection", search)).text();
  await person.leave();
  if (
    (JSON.parse(found) as { readonly documents?: readonly string[][] }).documents?.[0]?.length !== passages.perQuestion
  )
    throw new Error(`After Open WebUI's restart nothing is found: ${found.slice(0, 300)}`);
}

type Measured = Awaited<ReturnType<typeof measure>>;

function describe(measured: Measured): string {
  const { started, restarted, idle, peak, after, firstSeconds, secondSeconds, chunks, megabytes, question } = measured;
  const row = (name: string, memory: Memory) => `| ${name} | ${memory.map((each) => each.toFixed(0)).join(" | ")} |`;
  return `
${describeMachine()} The example \`postgres\` with one replica of LiteLLM; Bedrock is
simulated and answers at once, so that the times are the stack's own. ${count} Markdown files of ${bytesEach} bytes, by
\`npm run push-knowledge\`. Working sets in decimal MB.

| | Open WebUI | Postgres | LiteLLM |
|---|---|---|---|
${row("before the first document", idle)}
${row("peak while they are indexed", peak)}
${row("afterwards", after)}

| | |
|---|---|
| Postgres' first start, with a new database | ${started.toFixed(0)} s |
| its pod deleted, until the next one is ready | ${restarted.toFixed(1)} s |
| ${count} documents indexed | ${firstSeconds.toFixed(0)} s, ${((firstSeconds / count) * 1000).toFixed(0)} ms each |
| again, without a change | ${secondSeconds.toFixed(1)} s |
| vectors in the database: two of each passage, one of the collection | ${chunks} |
| size of the database | ${megabytes} MB |
| a question to an assistant with these documents; to its model alone | ${question.map((seconds) => `${(seconds * 1000).toFixed(0)} ms`).join("; ")} |

Limits: ${limits.openWebUiPeak} MB of Open WebUI, ${limits.postgresPeak} of Postgres.
`;
}

async function main(): Promise<void> {
  const stack = new TestStack(configOf());
  try {
    stack.deploy({ simulatedBedrock: { image: images.node, program: bundleSimulator() } });
    const measured = await measure(stack);
    publish({ Retrieval: describe(measured) }, !process.argv.includes("--check"));
    const [openWebUi = 0, database = 0] = measured.peak;
    if (openWebUi <= limits.openWebUiPeak && database <= limits.postgresPeak) return;
    process.stderr.write(`bench:retrieval: ${openWebUi.toFixed(0)} and ${database.toFixed(0)} MB at most.\n`);
    process.exitCode = 1;
  } finally {
    stack.remove();
  }
}

void main();
