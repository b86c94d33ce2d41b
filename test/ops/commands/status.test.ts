import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { statusCommand } from "../../../ops/commands/status";
import { describeAge } from "../../../ops/status/describe";
import { type AwsAnswers, AwsStandIn } from "../../support/aws-stand-in";
import { project, runProgram } from "../../support/command-line";
import { minimal } from "../../support/config-input";
import { type Answers, FakePrograms, fails } from "../../support/fake-programs";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";

const labels = { "app.kubernetes.io/part-of": "open-webui-bedrock" };
const workload = {
  kind: "StatefulSet",
  metadata: { name: "open-webui", labels },
  spec: {
    replicas: 1,
    updateStrategy: { type: "OnDelete" },
    template: { metadata: { labels: { app: "open-webui" } }, spec: { containers: [{ name: "x", image: "x:2" }] } },
  },
  status: { updateRevision: "new" },
};
const pod = {
  kind: "Pod",
  metadata: { name: "open-webui-0", labels: { app: "open-webui", "controller-revision-hash": "new" } },
  spec: { nodeName: "one", containers: [{ name: "x", image: "x:1", resources: { limits: { memory: "1Gi" } } }] },
  status: { containerStatuses: [{ ready: true, restartCount: 2, state: {} }] },
};
const podRef = { name: "open-webui-0", namespace: "open-webui" };
const memory = { workingSetBytes: 256 * 2 ** 20 };
const kubectl: Answers = {
  "config current-context": "k3s",
  "config view": "https://192.0.2.7:6443",
  "deployments,statefulsets,pods": { items: [workload, pod] },
  "/apis/metrics.k8s.io": fails("not found"),
  "/proxy/stats/summary": { pods: [{ podRef, containers: [{ memory, cpu: { usageNanoCores: 3e6 } }] }] },
  "get pods": { items: [] },
  "get pvc open-webui": { metadata: { annotations: { "open-webui-bedrock/last-backup": "2026-11-20T03:00:00Z" } } },
};

interface Scenario {
  readonly kubectl?: Answers;
  readonly aws?: AwsAnswers;
  readonly args?: readonly string[];
}

async function status({ kubectl: changed = {}, aws = {}, args = [] }: Scenario) {
  const folder = temporaryFolder();
  writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(minimal)};`);
  const programs = new FakePrograms({ kubectl: { ...changed, ...kubectl, ...changed } });
  const standIn = await AwsStandIn.start({
    accessKeys: [{ id: "AKIAIOSFODNN7EXAMPLE", status: "Active", created: new Date().toISOString() }],
    ...aws,
  });
  try {
    const env = { ...standIn.env(), PATH: programs.path() };
    const run = await runProgram("ops/main.ts", folder, env, ["status", ...args]);
    return { ...run, changes: programs.changes() };
  } finally {
    standIn.stop();
  }
}

jest.setTimeout(180_000);

describe("status", () => {
  it("tells what it can read, why it can't read the rest, and changes nothing", async () => {
    const { exitCode, stdout, stderr, changes } = await status({});
    expect({ exitCode, stderr, changes }).toEqual({ exitCode: 0, stderr: "", changes: [] });
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, Namespace open-webui on k3s \(https:/);
    expect(stdout).toMatch(/│ open-webui-0 │ ready │ 2 +│ 256Mi of 1024Mi, 25 % │ 0\.003 +│/);
    expect(stdout).toContain("\nmodels: can't be read: No pod of LiteLLM is ready.\n");
    expect(stdout).toContain("\naccess key: …MPLE, 0 days old, active\n");
    expect(stdout).toMatch(/\nlast backup: 2026-11-20T03:00:00Z, \d+ \w+ ago\n/);
    expect(stdout).toMatch(/\nnext: npm run verify asks every model a question\n$/);
  });

  it("fails where a pod isn't ready, and says what to do", async () => {
    const starting = { ...pod, status: { containerStatuses: [{ ready: false, state: {} }] } };
    const { exitCode, stdout } = await status({
      kubectl: { "deployments,statefulsets,pods": { items: [workload, starting] } },
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain("\nproblem: open-webui-0: starting\n  mend: npm run logs -- open-webui, or kubectl");
    expect(stdout).toMatch(/\nnext: npm run logs -- open-webui, or kubectl [^\n]+\n$/);
  });

  it("hints at a pod that is behind its StatefulSet, which is no failure", async () => {
    const metadata = { ...pod.metadata, labels: { ...pod.metadata.labels, "controller-revision-hash": "old" } };
    const { exitCode, stdout } = await status({
      kubectl: { "deployments,statefulsets,pods": { items: [workload, { ...pod, metadata }] } },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("\nwarning: open-webui-0 runs an older revision than open-webui describes: ");
  });

  it("prints data alone with --json", async () => {
    const { stdout } = await status({ args: ["--json"] });
    expect(JSON.parse(stdout)).toMatchObject({
      namespace: "open-webui",
      pods: { value: { pods: [{ name: "open-webui-0", restarts: 2, memory: 256 * 2 ** 20 }] } },
      use: { unreadable: "No pod of LiteLLM is ready." },
      lastBackup: { value: "2026-11-20T03:00:00Z" },
      hints: [],
    });
  });

  it("counts a scheduled backup, where it is the last one", async () => {
    const cronJob = { kind: "CronJob", status: { lastSuccessfulTime: "2026-11-21T03:15:07Z" } };
    const { stdout } = await status({ kubectl: { "get cronjob": { items: [cronJob] } } });
    expect(stdout).toMatch(/\nlast backup: 2026-11-21T03:15:07Z, \d+ \w+ ago\n/);
  });

  it.each(["1", "3601", "x"])("refuses an interval of %s", async (seconds) => {
    const command = statusCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    const parsed = command.parseAsync(["--interval", seconds], { from: "user" });
    await expect(parsed).rejects.toThrow("Allowed: seconds, 2 to 3600.");
  });
});

describe("status --watch", () => {
  it("tells it again and again without a terminal, with --json a line each, and ends well by Ctrl-C", async () => {
    const folder = temporaryFolder();
    writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(minimal)};`);
    const standIn = await AwsStandIn.start();
    const env = { ...standIn.env(), PATH: new FakePrograms({ kubectl }).path() };
    const args = ["-r", require.resolve("tsx/cjs"), `${project}/ops/main.ts`, "status", "--watch", "--json"];
    const child = spawn(process.execPath, [...args, "--interval=2"], { cwd: folder, env });
    const ended = once(child, "exit");
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (lines.length === 2) child.kill("SIGINT");
    }
    standIn.stop();
    expect(await ended).toEqual([0, null]);
    const [first, second] = lines.map((line) => JSON.parse(line) as { readonly at: string });
    expect(Date.parse(second?.at ?? "") - Date.parse(first?.at ?? "")).toBeGreaterThan(1900);
  });
});

describe("the age of something", () => {
  it.each([
    ["2026-11-26T07:59:30Z", "0 minutes"],
    ["2026-11-26T07:59:00Z", "1 minute"],
    ["2026-11-26T05:30:00Z", "2 hours"],
    ["2026-11-23T08:00:00Z", "3 days"],
    ["2026-11-26T08:00:05Z", "0 minutes"],
  ])("is told in its largest unit: %s", (from, age) => {
    expect(describeAge(from, "2026-11-26T08:00:00Z")).toBe(age);
  });
});
