import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { type AccessKeys, formatAccessKeys } from "../../lib/access-keys";
import { type AccessKey, type AwsAnswers, AwsStandIn } from "./aws-stand-in";
import { type Run, runProgram } from "./command-line";
import { minimal } from "./config-input";
import { Ending, FakePrograms } from "./fake-programs";
import { temporaryFolder, writeFile } from "./temporary-folder";

/** A deployed stack with an access key. The programs' answers stay the same whatever the command does. */
export interface KeyScenario {
  /** What the file says. */
  readonly keys?: AccessKeys;
  /** Id of the key that Terraform puts out as the one in use. */
  readonly deployed?: string;
  /** Id of the key that LiteLLM's Secret has. @default the deployed one */
  readonly inSecret?: string;
  /** Id of the key in the environment of every pod. @default the deployed one */
  readonly inPods?: string;
  /** @default 2 */
  readonly pods?: number;
  /** What Terraform would change. @default nothing */
  readonly plan?: readonly object[];
  /** HTTP status of every model's answer. @default 200 */
  readonly answers?: number;
  readonly accessKeys?: readonly AccessKey[];
  readonly refuse?: AwsAnswers["refuse"];
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface KeyRun extends Run {
  /** What the file says afterwards. */
  readonly keys: unknown;
  readonly calls: readonly string[];
  /** Those that change something. */
  readonly changes: readonly string[];
  /** Ids of the keys that AWS has afterwards. */
  readonly accessKeys: readonly string[];
  /** How many questions LiteLLM got. */
  readonly asked: number;
}

/** One of Terraform's changes. */
export function changeOf(address: string, ...actions: readonly string[]): object {
  return { address, change: { actions } };
}

/** The lines with a time, without it. */
export function told(stdout: string): readonly string[] {
  return [...stdout.matchAll(/^ +\d+ s {2}(.*)$/gm)].map(([, text = ""]) => text);
}

const keysFile = "access-keys/test-chat.json";

export async function runKeyCommand(args: readonly string[], scenario: KeyScenario): Promise<KeyRun> {
  const { keys, accessKeys = [], refuse = {}, settings = {} } = scenario;
  const folder = temporaryFolder();
  const config = { ...minimal, namespace: "chat", aws: { userName: "test-chat" }, ...settings };
  writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(config)};`);
  mkdirSync(path.join(folder, "access-keys"));
  mkdirSync(path.join(folder, "cdktf.out", "stacks", "test-chat", ".terraform"), { recursive: true });
  if (keys !== undefined) writeFile(folder, keysFile, formatAccessKeys(keys));

  const proxy = await startProxy(scenario.answers ?? 200);
  const aws = await AwsStandIn.start({ accessKeys, refuse });
  const programs = new FakePrograms(programAnswers(scenario, proxy.port));
  try {
    const run = await runProgram("ops/main.ts", folder, { ...aws.env(), PATH: programs.path() }, args);
    const file = path.join(folder, keysFile);
    const written = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
    return {
      ...run,
      keys: written,
      calls: programs.calls(),
      changes: programs.changes(),
      accessKeys: aws.accessKeys(),
      asked: proxy.asked(),
    };
  } finally {
    proxy.stop();
    aws.stop();
  }
}

async function startProxy(status: number) {
  let count = 0;
  const body = `data: ${JSON.stringify({ choices: [{ delta: { content: "Hello" } }] })}\n\n`;
  const server = createServer((_, response) => {
    count += 1;
    response.writeHead(status).end(status === 200 ? body : JSON.stringify({ error: { message: "refused" } }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port: (server.address() as AddressInfo).port, asked: () => count, stop };
}

function programAnswers({ deployed = "", inSecret, inPods, pods = 2, plan = [] }: KeyScenario, port: number) {
  const outputs = {
    access_key_slot: { value: "b" },
    access_keys: { value: "a Active, b Active" },
    aws_access_key_id: { value: deployed },
    aws_secret_access_key: { value: "of-the-key" },
  };
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const pod = (index: number) => ({ metadata: { name: `litellm-${index}` }, status: { phase: "Running" } });
  return {
    npx: {},
    npm: {},
    terraform: {
      "output ": outputs,
      "plan ": new Ending({ code: plan.length === 0 ? 0 : 2 }),
      "show -json": { resource_changes: plan },
    },
    kubectl: {
      "config current-context": "k3s",
      "config view": "https://192.0.2.7:6443",
      "{.data.AWS_ACCESS_KEY_ID}": base64(inSecret ?? deployed),
      "{.data.CONSUMER_KEY_VERIFY}": base64("sk-verify"),
      "get pods": { items: Array.from({ length: pods }, (_, index) => pod(index)) },
      " exec ": inPods ?? deployed,
      "port-forward": `Forwarding from 127.0.0.1:${port} -> 4000\n`,
    },
  };
}
