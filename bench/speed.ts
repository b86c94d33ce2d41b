import { setTimeout as sleep } from "node:timers/promises";
import { components, ports, secretOutputs, simulatedBedrock } from "../lib/naming";
import type { LoadGenerator } from "../test/real/load/load-generator";
import type { CallsOptions, CallTimes } from "../test/real/load/program";
import type { TestStack } from "../test/real/support/test-stack";
import { readUsage } from "../test/real/support/usage";
import { describeMachine, publish } from "./page";
import { withStack } from "./stack";

/**
 * Measures how fast the homelab example starts and answers, and writes its section of docs/benchmarks.md; with
 * `--short` it makes a tenth of the calls and only prints.
 */
const short = process.argv.includes("--short");
const counts = short ? { rounds: 3, perRound: 10, many: 60 } : { rounds: 5, perRound: 60, many: 600 };
const concurrency = 16;

const alias = "nova-micro";
const modelId = "us.amazon.nova-micro-v1:0";
const question = "What does a kubelet do?";

type Target = Pick<CallsOptions, "url" | "credentials" | "body" | "firstText">;

type Side = "direct" | "proxied";

/** A call of LiteLLM, and the one that it makes of it. */
interface Way extends Record<Side, Target> {
  readonly streams: boolean;
}

function waysOf({ values }: TestStack): readonly Way[] {
  const bedrock = `http://${simulatedBedrock.name}:${simulatedBedrock.port}/model/${encodeURIComponent(modelId)}`;
  // The simulator reads a signature, and can't check it.
  const scope = "Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/bedrock/aws4_request";
  const signed = {
    authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=${"0".repeat(64)}`,
  };
  const direct = { credentials: signed, body: { messages: [{ role: "user", content: [{ text: question }] }] } };
  const url = `http://${components.liteLlm}:${ports.liteLlm}/v1/chat/completions`;
  const credentials = { authorization: `Bearer ${values[secretOutputs.liteLlmKeyOpenWebUi]}` };
  const body = { model: alias, messages: [{ role: "user", content: question }] };
  return [
    {
      streams: false,
      direct: { ...direct, url: `${bedrock}/converse`, firstText: "toolUse|text" },
      proxied: { url, credentials, body, firstText: '"content":' },
    },
    {
      streams: true,
      direct: { ...direct, url: `${bedrock}/converse-stream`, firstText: "contentBlockDelta" },
      proxied: { url, credentials, body: { ...body, stream: true }, firstText: '"content":\\s*"[^"]' },
    },
  ];
}

/** The calls of both ends of a way, one at a time and in turn, so that the machine's drift meets both alike. */
async function compare(load: LoadGenerator, { direct, proxied }: Way): Promise<Record<Side, CallTimes[]>> {
  const calls: Record<Side, CallTimes[]> = { direct: [], proxied: [] };
  // The first round warms up.
  for (let round = 0; round <= counts.rounds; round++) {
    const one = { count: counts.perRound, concurrency: 1 };
    const results = {
      direct: await load.makeCalls({ ...direct, ...one }),
      proxied: await load.makeCalls({ ...proxied, ...one }),
    };
    if (round === 0) continue;
    calls.direct.push(...results.direct.calls);
    calls.proxied.push(...results.proxied.calls);
  }
  return calls;
}

interface Throughput {
  readonly perSecond: number;
  /** CPU of all LiteLLM pods per call, in milliseconds. */
  readonly cpuMilliseconds: number;
}

async function measureThroughput(stack: TestStack, load: LoadGenerator, target: Target): Promise<Throughput> {
  // A new pod's first calls import modules.
  await load.makeCalls({ ...target, count: 4 * concurrency, concurrency });
  const cpuSeconds = async () => (await readUsage(stack))[components.liteLlm]?.cpuSeconds ?? Number.NaN;
  const before = await cpuSeconds();
  const { seconds, calls } = await load.makeCalls({ ...target, count: counts.many, concurrency });
  const used = (await cpuSeconds()) - before;
  return { perSecond: calls.length / seconds, cpuMilliseconds: (used / calls.length) * 1000 };
}

/**
 * Runs kubectl for LiteLLM's Deployment, and waits until the new pods are ready and the old ones gone.
 * @returns the seconds until the new ones were ready
 */
async function change(stack: TestStack, replicas: number, ...command: readonly string[]): Promise<number> {
  const deployment = `deployment/${components.liteLlm}`;
  const started = performance.now();
  stack.kubectl([...command, deployment]);
  stack.kubectl(["rollout", "status", deployment, "--timeout=240s"]);
  const seconds = (performance.now() - started) / 1000;
  const pods = () =>
    stack
      .kubectl(["get", "pods", "-l", `app=${components.liteLlm}`, "-o", "name"])
      .trim()
      .split("\n");
  while (pods().length > replicas) await sleep(1000);
  return seconds;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

interface Speed {
  /** From rendering until all pods are ready. */
  readonly deploySeconds: number;
  readonly firstChatSeconds: number;
  readonly restartSeconds: number;
  readonly ways: readonly {
    readonly streams: boolean;
    readonly calls: Record<Side, readonly CallTimes[]>;
    /** Of the simulator alone. */
    readonly ceiling: Throughput;
    /** With one replica of LiteLLM, with two … */
    readonly byReplicas: readonly Throughput[];
  }[];
}

async function measure(stack: TestStack, load: LoadGenerator, deploySeconds: number): Promise<Speed> {
  const { seconds: firstChatSeconds } = await load.makeChats({ count: 1, concurrency: 1, model: alias, question });
  const restartSeconds = await change(stack, 1, "rollout", "restart");
  const ways = [];
  for (const way of waysOf(stack)) {
    const calls = await compare(load, way);
    const ceiling = await measureThroughput(stack, load, way.direct);
    const byReplicas = [];
    for (const replicas of [1, 2]) {
      await change(stack, replicas, "scale", `--replicas=${replicas}`);
      byReplicas.push(await measureThroughput(stack, load, way.proxied));
    }
    ways.push({ streams: way.streams, calls, ceiling, byReplicas });
  }
  return { deploySeconds, firstChatSeconds, restartSeconds, ways };
}

function describe({ deploySeconds, firstChatSeconds, restartSeconds, ways }: Speed): string {
  const latency = (label: string, calls: Record<Side, readonly CallTimes[]>, time: (call: CallTimes) => number) => {
    const [direct, proxied] = [calls.direct.map(time), calls.proxied.map(time)];
    const cells = [direct, proxied].flatMap((times) => [percentile(times, 0.5), percentile(times, 0.95)]);
    const added = percentile(proxied, 0.5) - percentile(direct, 0.5);
    return `| ${label} | ${[...cells, added].map((time) => time.toFixed(0)).join(" | ")} |`;
  };
  const latencies = ways.flatMap(({ streams, calls }) =>
    streams
      ? [
          latency("stream, first text", calls, ({ firstText }) => firstText),
          latency("stream, end", calls, ({ end }) => end),
        ]
      : [latency("no stream", calls, ({ end }) => end)],
  );
  const throughputs = ways.map(({ streams, ceiling, byReplicas }) => {
    const cells = [ceiling, ...byReplicas].map(({ perSecond }) => perSecond.toFixed(0));
    const cpu = byReplicas[0]?.cpuMilliseconds.toFixed(0);
    return `| ${streams ? "stream" : "no stream"} | ${cells.join(" | ")} | ${cpu} |`;
  });
  return `
${describeMachine()} Pods, API server and the load are all on it.
Bedrock is simulated: an answer of some 40 tokens, 15 ms before each piece.

| | Seconds |
|---|---|
| rendered, applied, all pods ready; the images were there | ${deploySeconds.toFixed(1)} |
| then the first chat, with its title | ${firstChatSeconds.toFixed(1)} |
| a new LiteLLM pod takes over (\`kubectl rollout restart\`) | ${restartSeconds.toFixed(1)} |

What LiteLLM adds to a call, in milliseconds; one call at a time, directly and through LiteLLM in turn:

| | Direct, median | p95 | LiteLLM, median | p95 | Added |
|---|---|---|---|---|---|
${latencies.join("\n")}

Calls per second, ${concurrency} at once. Without LiteLLM the same load shows what load and simulator can do at most:

| Answers | Without LiteLLM | One replica | Two replicas | LiteLLM's CPU per call, ms |
|---|---|---|---|---|
${throughputs.join("\n")}

A replica is one process and uses one core at most. Here the second one shares the cores with the load, the simulator
and the cluster itself.
`;
}

async function main(): Promise<void> {
  const speed = await withStack("bench-speed", (manifests) => manifests, measure);
  publish({ Speed: describe(speed) }, !short);
}

void main();
