import { setTimeout as sleep } from "node:timers/promises";
import { components } from "../lib/naming";
import type { LoadGenerator } from "../test/real/load/load-generator";
import type { TestStack } from "../test/real/support/test-stack";
import { readResident, readUsage, sumWorkingSets, type UsageByApp } from "../test/real/support/usage";
import { publish } from "./page";
import { withStack } from "./stack";
import { withoutLevers } from "./without-levers";

/**
 * Measures the memory of the homelab example in a cluster and writes its section of docs/benchmarks.md; fails above
 * the limits, in decimal megabytes of the three pods together.
 */
const limits = { idle: 650, after200: 720 };

const apps = Object.values(components);
const workloads = ["deployment/litellm", "open-webui-0", "deployment/open-webui-redis"] as const;
const chats = { concurrency: 4, model: "claude-sonnet", question: "What does a kubelet do?" };
/** Stages by the number of chats so far. */
const stages = [0, 1, 200, 1000] as const;

interface Sample {
  readonly chats: number;
  readonly usage: UsageByApp;
  /** Of the three programs together, in decimal megabytes. */
  readonly resident: number;
}

async function measure(stack: TestStack, load: LoadGenerator): Promise<Sample[]> {
  const samples: Sample[] = [];
  let made = 0;
  for (const stage of stages) {
    if (stage > made) await load.makeChats({ ...chats, count: stage - made });
    made = stage;
    // What a start and an answer leave to be tidied up.
    await sleep(20_000);
    const resident = workloads.reduce((total, workload) => total + readResident(stack, workload), 0);
    samples.push({ chats: stage, usage: await readUsage(stack), resident });
  }
  return samples;
}

/** The largest working set of each component while long answers run, in decimal megabytes. */
async function measurePeak(stack: TestStack, load: LoadGenerator): Promise<number[]> {
  let peak = apps.map(() => 0);
  let running = true;
  const answers = load.makeChats({ ...chats, count: 16, concurrency: 16, question: "simulate:long=4000" });
  const finished = answers.finally(() => {
    running = false;
  });
  while (running) {
    const usage = await readUsage(stack);
    peak = apps.map((app, index) => Math.max(peak[index] ?? 0, sumWorkingSets(usage, [app])));
    await sleep(1000);
  }
  await finished;
  return peak;
}

function describe(ours: readonly Sample[], upstream: readonly Sample[], peak: readonly number[]): string {
  const rows = ours.map(({ chats, usage, resident }, index) => {
    const defaults = sumWorkingSets(upstream[index]?.usage ?? {}, apps);
    return [chats, ...apps.map((app) => sumWorkingSets(usage, [app])), sumWorkingSets(usage, apps), resident, defaults];
  });
  const cells = (numbers: readonly number[]) => numbers.map((number) => number.toFixed(0)).join(" | ");
  return `
The homelab example with a simulated Bedrock, in decimal MB. A chat is what the page makes of one question: stored, with
a title, four at once. Working sets are the kubelet's, as \`kubectl top pods\` shows them. Pages of files that several
pods share are charged to one of them; "resident" counts them in each, as on a node that runs nothing else. "By default"
is the sum of the working sets without what this program sets to save memory.

| Chats so far | LiteLLM | Open WebUI | Redis | Sum | Resident | By default |
|---|---|---|---|---|---|---|
${rows.map((row) => `| ${cells(row)} |`).join("\n")}

Peaks while 16 answers of 4,000 words stream at once: ${apps.map((app, index) => `${app} ${peak[index]?.toFixed(0)} MB`).join(", ")}.
Limits: ${limits.idle} MB before the first chat, ${limits.after200} MB after 200.
`;
}

function findProblems(samples: readonly Sample[]): string[] {
  const allowed = new Map<number, number>([
    [0, limits.idle],
    [200, limits.after200],
  ]);
  return samples.flatMap(({ chats, usage }) => {
    const [used, limit] = [sumWorkingSets(usage, apps), allowed.get(chats) ?? Number.POSITIVE_INFINITY];
    return used <= limit ? [] : [`${used.toFixed(0)} MB after ${chats} chats; allowed: ${limit}.`];
  });
}

async function main(): Promise<void> {
  const upstream = await withStack("bench-upstream", withoutLevers, measure);
  const { ours, peak } = await withStack(
    "bench",
    (manifests) => manifests,
    async (stack, load) => ({
      ours: await measure(stack, load),
      peak: await measurePeak(stack, load),
    }),
  );
  publish({ Memory: describe(ours, upstream, peak) }, !process.argv.includes("--check"));
  const problems = findProblems(ours);
  for (const problem of problems) process.stderr.write(`bench:memory: ${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}

void main();
