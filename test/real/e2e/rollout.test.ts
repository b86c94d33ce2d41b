/** Needs what pods.test.ts needs. Works in the Namespace `net-rollout-test`, which is deleted. */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { parseConfig, type StackConfig } from "../../../lib/config";
import { components } from "../../../lib/naming";
import { images } from "../../../lib/versions";
import { bundleSimulator } from "../../../simulator/bundle";
import { TestStack } from "../support/test-stack";
import { until } from "../support/until";

const stack = new TestStack(
  parseConfig(
    {
      namespace: "net-rollout",
      host: "net-rollout.example.com",
      models: { micro: { model: "amazon.nova-micro-v1:0" } },
      openWebUi: { auth: { kind: "accounts", owner: "you@example.com" }, storage: { storageClass: "longhorn" } },
      redis: { storage: { storageClass: "longhorn" } },
    },
    "this test",
  ),
);

const options = { simulatedBedrock: { image: images.node, program: bundleSimulator() } };
const apply = (config: StackConfig) => stack.apply(config, options);

/** Each change builds on the one before. */
let config = stack.config;

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly status: { readonly containerStatuses?: readonly { readonly state: { readonly running?: unknown } }[] };
}

function podsOf(component: string): readonly Pod[] {
  const { items } = JSON.parse(stack.kubectl(["get", "pods", "-l", `app=${component}`, "-o", "json"])) as {
    readonly items: readonly Pod[];
  };
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** The pods' ids, by component: another id is another pod. */
function podIds(): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.values(components).map((component) => [component, podsOf(component).map(({ metadata }) => metadata.uid)]),
  );
}

/** Which components have other pods than before. */
function replacedSince(before: ReturnType<typeof podIds>): readonly string[] {
  return Object.entries(podIds()).flatMap(([component, ids]) =>
    JSON.stringify(ids) === JSON.stringify(before[component]) ? [] : [component],
  );
}

/** Whether Open WebUI's pod waits for somebody to delete it. */
function openWebUiIsBehind(): boolean {
  const revision = stack.kubectl(["get", "statefulset/open-webui", "-o", "jsonpath={.status.updateRevision}"]);
  return podsOf(components.openWebUi)[0]?.metadata.labels["controller-revision-hash"] !== revision;
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Watched {
  readonly lists: number;
  readonly chats: number;
  readonly failures: readonly string[];
}

/**
 * Uses the proxy from Open WebUI's pod, through the Service: lists models every 200 ms, and has answers on their way
 * that take longer than a pod drains. Ends when the file is there.
 */
const useProxy = `
import json, os, threading, time, urllib.request
stop, counts, failures = "/tmp/stop", {"lists": 0, "chats": 0}, []
def use(kind, path, body, seconds):
    while not os.path.exists(stop):
        headers = {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
        try:
            urllib.request.urlopen(urllib.request.Request(os.environ["OPENAI_API_BASE_URL"] + path, body, headers), timeout=30).read()
            counts[kind] += 1
        except Exception as error: failures.append(f"{kind} {time.strftime('%T')}: {error}")
        time.sleep(seconds)
chat = json.dumps({"model": "micro", "messages": [{"role": "user", "content": "simulate:slow=8"}]}).encode()
threads = [threading.Thread(target=use, args=("lists", "/models", None, 0.2))]
threads += [threading.Thread(target=use, args=("chats", "/chat/completions", chat, wait)) for wait in (0, 0.5, 1, 1.5)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps({**counts, "failures": failures}))`;

/** @returns what ends it, and tells what it saw */
function watchProxy(): () => Promise<Watched> {
  const exec = ["-n", stack.config.namespace, "exec", "open-webui-0", "--", "python", "-c", useProxy];
  const { stdout } = spawn("kubectl", exec, { stdio: ["ignore", "pipe", "inherit"] });
  const output = text(stdout);
  return async () => {
    stack.kubectl(["exec", "open-webui-0", "--", "touch", "/tmp/stop"]);
    return JSON.parse(await output) as Watched;
  };
}

beforeAll(() => stack.deploy(options));

afterAll(() => stack.remove());

describe("applying manifests", () => {
  it("replaces LiteLLM's pod alone for a setting of LiteLLM, and no request fails meanwhile", async () => {
    const before = podIds();
    const [old] = podsOf(components.liteLlm);
    const stopWatching = watchProxy();
    await sleep(2000);
    config = { ...config, liteLlm: { ...config.liteLlm, retries: 3 } };
    apply(config);
    stack.waitUntilReady();
    // It ends the answers that it has begun.
    stack.kubectl(["wait", "--for=delete", `pod/${old?.metadata.name}`, "--timeout=120s"]);
    const { lists, chats, failures } = await stopWatching();

    expect(failures).toEqual([]);
    expect(lists).toBeGreaterThan(50);
    expect(chats).toBeGreaterThan(8);
    expect(replacedSince(before)).toEqual([components.liteLlm]);
    expect(openWebUiIsBehind()).toBe(false);
    const running = stack.kubectl(["exec", "deployment/litellm", "--", "cat", "/etc/litellm/config.yaml"]);
    expect(running).toContain("num_retries: 3");
  });

  it("leaves Open WebUI's pod alone for a setting of Open WebUI, until somebody deletes it", async () => {
    const before = podIds();
    const signUp = () => stack.kubectl(["exec", "open-webui-0", "--", "printenv", "ENABLE_SIGNUP"]).trim();
    const { openWebUi } = config;
    config = {
      ...config,
      openWebUi: { ...openWebUi, auth: { ...openWebUi.auth, allowSignUp: true } as typeof openWebUi.auth },
    };
    apply(config);
    await sleep(3000);
    expect(replacedSince(before)).toEqual([]);
    expect(openWebUiIsBehind()).toBe(true);
    expect(signUp()).toBe("False");

    stack.kubectl(["delete", "pod", "open-webui-0"]);
    stack.waitUntilReady();
    expect(replacedSince(before)).toEqual([components.openWebUi]);
    expect(openWebUiIsBehind()).toBe(false);
    expect(signUp()).toBe("True");
  });

  it("replaces nothing when nothing has changed", async () => {
    const before = podIds();
    apply(config);
    await sleep(3000);
    expect(replacedSince(before)).toEqual([]);
    expect(openWebUiIsBehind()).toBe(false);
  });

  it("replaces every pod that reads Secrets when their version is raised, Open WebUI's when somebody deletes it", () => {
    const before = podIds();
    config = { ...config, secrets: { ...config.secrets, version: config.secrets.version + 1 } };
    apply(config);
    stack.waitUntilReady();
    expect(replacedSince(before)).toEqual([components.liteLlm, components.redis]);
    expect(openWebUiIsBehind()).toBe(true);
  });
});

describe("LiteLLM's pod", () => {
  it("is gone soon when it is deleted while it starts", async () => {
    const [old] = podsOf(components.liteLlm);
    stack.kubectl(["delete", "pod", old?.metadata.name ?? "", "--wait=false"]);
    const starting = await until("LiteLLM's next pod", 60, async () =>
      podsOf(components.liteLlm).find(
        ({ metadata, status }) =>
          metadata.uid !== old?.metadata.uid && status.containerStatuses?.[0]?.state.running !== undefined,
      ),
    );
    await sleep(1000);
    const deleted = Date.now();
    stack.kubectl(["delete", "pod", starting.metadata.name, "--timeout=60s"]);
    expect(Date.now() - deleted).toBeLessThan(30_000);
  });
});
