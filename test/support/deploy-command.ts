import { mkdirSync } from "node:fs";
import path from "node:path";
import { startAnsweringChat } from "./answering-chat";
import { type AwsAnswers, AwsStandIn } from "./aws-stand-in";
import { type Run, runProgram } from "./command-line";
import { minimal } from "./config-input";
import { type Answers, Ending, FakePrograms } from "./fake-programs";
import { livePod, liveWorkload } from "./live-objects";
import { temporaryFolder, writeFile } from "./temporary-folder";

/** What the programs say. Their answers stay the same whatever the command does. */
export interface DeployScenario {
  /** In place of a cluster where all is deployed, ready and as it is described. */
  readonly kubectl?: Answers;
  /** Manifests besides LiteLLM's and Open WebUI's. */
  readonly described?: string;
  /** What Terraform would change. @default nothing */
  readonly plan?: readonly object[];
  /** In place of that. */
  readonly terraform?: Answers;
  readonly aws?: AwsAnswers;
  /** HTTP status of every model's answer. @default 200 */
  readonly answers?: number;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether nothing but the fake programs is found, and of them no kubectl. */
  readonly withoutKubectl?: true;
}

export interface DeployRun extends Run {
  readonly calls: readonly string[];
  /** Those that change something, Terraform's too. */
  readonly changes: readonly string[];
  /** All that was piped into kubectl. */
  readonly input: string;
}

/** What cdk8s renders here. */
const describedManifests = `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: open-webui
spec: {}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: litellm
spec:
  template: { metadata: { labels: { app: litellm } }, spec: { containers: [] } }
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: open-webui
spec:
  template: { metadata: { labels: { app: open-webui } }, spec: { containers: [] } }
`;

const secretManifests = "kind: Secret\nmetadata:\n  name: litellm\nstringData:\n  KEY: of-the-secret\n";

export const workloadsQuery = "get deployments,statefulsets,pods";

/** A kubectl diff of one object that is there already. */
export function differenceOf(file: string): Ending {
  const lines = [`--- /tmp/LIVE-1/${file}`, `+++ /tmp/MERGED-1/${file}`, "@@ -1,1 +1,1 @@", "-a: 1", "+a: 2", ""];
  return new Ending({ stdout: [`diff -u -N ${file}`, ...lines].join("\n"), code: 1 });
}

export async function runDeployCommand(args: readonly string[], scenario: DeployScenario = {}): Promise<DeployRun> {
  const folder = temporaryFolder();
  const config = { ...minimal, namespace: "chat", aws: { userName: "test-chat" }, ...scenario.settings };
  writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(config)};`);
  mkdirSync(path.join(folder, "cdktf.out", "stacks", "test-chat", ".terraform"), { recursive: true });

  const chat = await startAnsweringChat(scenario.answers);
  const aws = await AwsStandIn.start(scenario.aws ?? {});
  const { kubectl, ...others } = programAnswers(scenario, chat.port);
  const isWithout = scenario.withoutKubectl === true;
  const programs = new FakePrograms(isWithout ? others : { kubectl, ...others });
  try {
    const env = { ...aws.env(), PATH: programs.path({ only: isWithout }) };
    const run = await runProgram("ops/main.ts", folder, env, args);
    return { ...run, calls: programs.calls(), changes: programs.changes(), input: programs.input() };
  } finally {
    chat.stop();
    aws.stop();
  }
}

function programAnswers({ kubectl = {}, described = "", plan = [], terraform = {} }: DeployScenario, port: number) {
  return {
    npx: { "cdk8s synth": `${describedManifests}${described}` },
    npm: { "run -s secrets": secretManifests },
    terraform: {
      ...terraform,
      "version -json": { terraform_version: "1.11.4" },
      "plan ": new Ending({ code: plan.length === 0 ? 0 : 2 }),
      "show -json": { resource_changes: plan },
      "show -no-color": "Plan: some to change.\n",
      ...terraform,
    },
    kubectl: { ...kubectl, ...deployedCluster(port), ...kubectl },
  };
}

function deployedCluster(port: number): Answers {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return {
    "config current-context": "k3s",
    "config view": "https://192.0.2.7:6443",
    "{.data.CONSUMER_KEY_VERIFY}": base64("sk-verify"),
    "{.data.WEBUI_ADMIN_PASSWORD}": base64("of-the-owner"),
    "port-forward": `Forwarding from 127.0.0.1:${port} -> 4000\n`,
    // What the doctor asks.
    "version --client": { clientVersion: { gitVersion: "v1.33.1" } },
    version: { clientVersion: { minor: "33" }, serverVersion: { gitVersion: "v1.33.4", minor: "33" } },
    "/apis/apps/v1": { resources: [{ kind: "Deployment" }, { kind: "StatefulSet" }] },
    "/api/v1": { resources: [{ kind: "PersistentVolumeClaim" }] },
    "get nodes": { items: [] },
    "get namespace": { metadata: { name: "chat" } },
    "api-resources": "deployments.apps\nservices\n",
    "part-of=": { items: [] },
    [workloadsQuery]: {
      items: [
        liveWorkload("Deployment", "litellm"),
        livePod("litellm"),
        liveWorkload("StatefulSet", "open-webui"),
        livePod("open-webui"),
      ],
    },
  };
}
