/**
 * Needs a kube context whose cluster runs pods, has the storage class `longhorn`, enforces network policies, and can
 * pull the images of lib/versions.ts. Works in the Namespace `open-webui-test`, which is deleted.
 */
import { hardenedPod } from "../../../k8s/constructs/hardened-pod";
import { secretOutputs } from "../../../lib/naming";
import { loadExample } from "../../support/examples";
import { TestStack } from "../support/test-stack";

const stack = new TestStack(loadExample("homelab"));
const { config, values } = stack;

interface Pod {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly status: {
    readonly containerStatuses: readonly { readonly restartCount: number; readonly ready: boolean }[];
  };
}

const inOpenWebUi = (script: string) => stack.python("open-webui-0", script);

beforeAll(() => stack.deploy());

afterAll(() => stack.remove());

const workloads = ["deployment/litellm", "statefulset/open-webui", "deployment/open-webui-redis"] as const;

/** Warnings of a healthy start, by workload, and why each may stay. */
const knownWarnings: Readonly<Record<(typeof workloads)[number], readonly (readonly [RegExp, string])[]>> = {
  "deployment/litellm": [
    [/trusted_proxy_ranges is not set/, "limits sign-ins to the administration, which is switched off"],
    [/custom_auth_run_common_checks/, "of budgets in a database, which isn't there; the provider budget is another"],
  ],
  "statefulset/open-webui": [[/SAWarning: Table '_alembic_tmp_tag'/, "a migration of Open WebUI's own, done once"]],
  "deployment/open-webui-redis": [],
};

describe("a healthy start", () => {
  it.each(workloads)("of %s logs no error, and no warning but the known ones", (workload) => {
    const lines = stack.logs(workload).split("\n");
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => /\b(error|critical|fatal)\b|traceback/i.test(line))).toEqual([]);
    const known = knownWarnings[workload].map(([pattern]) => pattern);
    const warnings = lines.filter((line) => /warn/i.test(line));
    expect(warnings.filter((line) => !known.some((pattern) => pattern.test(line)))).toEqual([]);
    expect(known.filter((pattern) => !warnings.some((line) => pattern.test(line)))).toEqual([]);
  });
});

describe("what a pod may do", () => {
  const inPod = (workload: string, script: string) => stack.kubectl(["exec", workload, "--", "sh", "-c", script]);

  it.each(
    workloads,
  )("of %s: every process has a user that isn't root, no capability, and a seccomp filter", (workload) => {
    const processes = inPod(workload, "cat /proc/[0-9]*/status").split(/^(?=Name:)/m);
    // The pod's program and cat, at least.
    expect(processes.length).toBeGreaterThanOrEqual(2);
    const { runAsUser } = hardenedPod.securityContext ?? {};
    for (const status of processes) {
      const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1]?.split(/\s+/);
      expect(field("Uid")).toEqual(Array(4).fill(String(runAsUser)));
      // Kubernetes' own process keeps a bound, which NoNewPrivs makes worthless. It is seen where processes are shared.
      const bound = field("Name")?.[0] === "pause" ? [] : ["CapBnd"];
      for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb", ...bound])
        expect(field(set)).toEqual(["0".repeat(16)]);
      expect(field("NoNewPrivs")).toEqual(["1"]);
      expect(field("Seccomp")).toEqual(["2"]);
    }
  });

  it.each(workloads)("of %s: its root is read-only, and there is no token", (workload) => {
    expect(inPod(workload, "touch /written 2>&1 || true")).toContain("Read-only file system");
    expect(inPod(workload, "ls /var/run/secrets/kubernetes.io 2>&1 || true")).toContain("No such file or directory");
  });
});

describe("the homelab stack in a real cluster", () => {
  it("has three pods, ready under the restricted standard, none of them restarted", () => {
    const { items } = JSON.parse(stack.kubectl(["get", "pods", "-o", "json"])) as { items: readonly Pod[] };
    expect(items.map(({ metadata }) => metadata.labels["app"]).sort()).toEqual([
      "litellm",
      "open-webui",
      "open-webui-redis",
    ]);
    for (const { status } of items) {
      expect(status.containerStatuses).toEqual([expect.objectContaining({ ready: true, restartCount: 0 })]);
    }
  });

  it("shows Open WebUI the configured models, in order", () => {
    const models = inOpenWebUi(`
import json, os, urllib.request
request = urllib.request.Request(os.environ["OPENAI_API_BASE_URL"] + "/models", headers={"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]})
print(json.dumps([model["id"] for model in json.load(urllib.request.urlopen(request))["data"]]))`);
    expect(JSON.parse(models)).toEqual(config.models.map(({ alias }) => alias));
  });

  const openWebUiKey = values[secretOutputs.liteLlmKeyOpenWebUi];
  const prometheusKey = values[secretOutputs.liteLlmKeyPrometheus];
  const verifyKey = values[secretOutputs.liteLlmKeyVerify];
  const masterKey = values[secretOutputs.liteLlmMasterKey];

  it.each([
    ["Open WebUI's key lists models", openWebUiKey, "GET", "/v1/models", "200"],
    ["Open WebUI's key asks for no other model", openWebUiKey, "POST other", "/v1/chat/completions", "403"],
    ["Open WebUI's key sees no model's settings", openWebUiKey, "GET", "/model/info", "403"],
    [
      "Open WebUI's key doesn't pass through to Bedrock",
      openWebUiKey,
      "POST",
      "/bedrock/model/us.amazon.nova-lite-v1:0/converse",
      "403",
    ],
    ["Open WebUI's key makes no paid health check", openWebUiKey, "GET", "/health", "403"],
    ["Open WebUI's key reads no metrics", openWebUiKey, "GET", "/metrics/", "401"],
    ["Prometheus' key reads metrics", prometheusKey, "GET", "/metrics/", "200"],
    ["Prometheus' key asks no model", prometheusKey, "POST", "/v1/chat/completions", "403"],
    ["Prometheus' key lists no models", prometheusKey, "GET", "/v1/models", "403"],
    ["the operator's key reads metrics", verifyKey, "GET", "/metrics/", "200"],
    ["the operator's key sees no model's settings", verifyKey, "GET", "/model/info", "403"],
    ["the master key opens no chat", masterKey, "POST", "/v1/chat/completions", "401"],
    ["the master key opens no administration", masterKey, "GET", "/provider/budgets", "401"],
    ["a wrong key opens nothing", "sk-wrong", "GET", "/v1/models", "401"],
    ["an empty key opens nothing", "", "GET", "/v1/models", "401"],
    ["no key opens no models", undefined, "GET", "/v1/models", "401"],
    ["no key opens no metrics", undefined, "GET", "/metrics/", "401"],
  ])("%s", (_, key, method, route, status) => {
    const model = method === "POST other" ? "gpt-4" : "nova-lite";
    const answer = inOpenWebUi(`
import json, urllib.request, urllib.error
body = None if "${method}" == "GET" else json.dumps({"model": "${model}", "messages": [{"role": "user", "content": "hi"}]}).encode()
headers = {"Content-Type": "application/json"}
${key === undefined ? "" : `headers["Authorization"] = "Bearer ${key}"`}
try: print(urllib.request.urlopen(urllib.request.Request("http://litellm:4000${route}", body, headers), timeout=60).status)
except urllib.error.HTTPError as error: print(error.code)`);
    expect(answer).toBe(status);
  });

  it("lets Open WebUI's key ask a configured model: the answer, or the refusal, is Bedrock's", () => {
    const answer = inOpenWebUi(`
import json, os, urllib.request, urllib.error
body = json.dumps({"model": "nova-lite", "messages": [{"role": "user", "content": "hi"}]}).encode()
headers = {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
try: print(urllib.request.urlopen(urllib.request.Request("http://litellm:4000/v1/chat/completions", body, headers), timeout=60).read().decode())
except urllib.error.HTTPError as error: print(error.read().decode())`);
    expect(answer).toMatch(/bedrock/i);
    expect(answer).not.toContain("This key");
  });

  it("lets both programs use Redis within their own rights", () => {
    const ask = (program: string, command: string) => `
import os, redis
client = redis.Redis(host="open-webui-redis", username="${program}", password=os.environ["REDIS_PASSWORD"])
try: print(client.execute_command(${command}))
except redis.exceptions.NoPermissionError: print("refused")`;
    const openWebUi = (command: string) => inOpenWebUi(ask("open-webui", command));
    const liteLlm = (command: string) => stack.python("deployment/litellm", ask("litellm", command));
    expect(openWebUi('"SET", "open-webui:test", "1"')).toBe("True");
    expect(openWebUi('"GET", "litellm:provider_spend:bedrock:30d"')).toBe("refused");
    expect(openWebUi('"FLUSHALL"')).toBe("refused");
    expect(liteLlm('"SET", "litellm:test", "1"')).toBe("True");
    expect(liteLlm('"GET", "open-webui:session_pool"')).toBe("refused");
    expect(liteLlm('"CONFIG", "GET", "*"')).toBe("refused");
    expect(stack.logs("deployment/litellm") + stack.logs("open-webui-0")).not.toMatch(
      /NOPERM|no permissions|No permissions/,
    );
  });
});
