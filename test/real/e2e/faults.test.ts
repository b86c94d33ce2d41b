/**
 * Needs what bedrock.test.ts needs. Parts of a running stack are taken away while somebody chats. Works in the
 * Namespace `faults-test`, which is deleted.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { parseConfig } from "../../../lib/config";
import { components } from "../../../lib/naming";
import { images } from "../../../lib/versions";
import { bundleSimulator } from "../../../simulator/bundle";
import { type Answer, Person, type Sent } from "../support/person";
import { TestStack } from "../support/test-stack";
import { until } from "../support/until";

const model = "micro";
const stack = new TestStack(
  parseConfig(
    {
      host: "faults.example.com",
      namespace: "faults",
      models: { [model]: { model: "amazon.nova-micro-v1:0" } },
      liteLlm: { budget: { kind: "limited", limitUsd: 100 } },
      openWebUi: {
        auth: { kind: "proxy", unauthenticated: { reason: "Reached by a port-forward only." } },
        storage: { storageClass: "longhorn" },
      },
      redis: { storage: { storageClass: "longhorn" } },
    },
    "this test",
  ),
);

let person: Person;

beforeAll(async () => {
  stack.deploy({ simulatedBedrock: { image: images.node, program: bundleSimulator() } });
  person = await Person.signIn(stack);
});

afterAll(async () => {
  await person?.leave();
  stack.remove();
});

/** kubectl beside what the test does meanwhile. */
async function kubectlMeanwhile(...args: readonly string[]): Promise<void> {
  await once(spawn("kubectl", ["-n", stack.config.namespace, ...args], { stdio: "ignore" }), "close");
}

/** Sends a new message and waits for the end of its answer. */
async function ask(text: string): Promise<Answer> {
  const sent = await person.send(model, text);
  expect(sent.status).toBe(200);
  return person.readEnd(sent);
}

const answered = (text: string) => ({ done: true, error: undefined, content: expect.stringContaining(text) });

/** Takes 15 s: the simulated Bedrock sends some 4 words in 15 ms. */
const longAnswerWords = 4000;
const longAnswer = `simulate:long=${longAnswerWords}`;

describe("while Redis is away", () => {
  const scale = (replicas: number) =>
    stack.kubectl(["scale", `deployment/${components.redis}`, `--replicas=${replicas}`]);

  afterAll(() => {
    scale(1);
    stack.waitUntilReady();
  });

  it("chats go on as if nothing had happened, and so do pages", async () => {
    scale(0);
    stack.kubectl(["wait", "--for=delete", "pod", "-l", `app=${components.redis}`, "--timeout=60s"]);
    const start = Date.now();
    for (const text of ["one", "two", "three"]) expect(await ask(text)).toMatchObject(answered(text));
    for (const page of ["/", "/api/v1/auths/", "/api/models"])
      expect((await person.request("GET", page)).status).toBe(200);
    expect(Date.now() - start).toBeLessThan(15_000);
  });
});

describe("when LiteLLM goes in the middle of an answer", () => {
  async function startLongAnswer(topic: string): Promise<Sent> {
    stack.forgetBedrockRequests();
    const sent = await person.send(model, `${topic} ${longAnswer}`);
    expect(sent.status).toBe(200);
    await until("the request to Bedrock", 60, async () => stack.bedrockRequests().at(0));
    await sleep(2000);
    expect(await person.read(sent)).toMatchObject({ done: false });
    return sent;
  }

  /** Until the new pod is ready each message is answered with the same error. */
  async function waitForAnAnswer(): Promise<void> {
    await until("an answer by the new pod", 180, async () => {
      const answer = await ask("next");
      if (answer.error === undefined) return answer;
      expect(answer.error).toBe("Open WebUI: Server Connection Error");
      return undefined;
    });
  }

  it("and may stop in its own time: the answer is finished, and the new pod goes on", async () => {
    const sent = await startLongAnswer("deleted");
    await kubectlMeanwhile("delete", "pod", "-l", `app=${components.liteLlm}`, "--wait=false");
    const answer = await person.readEnd(sent);
    expect(answer.error).toBeUndefined();
    expect(answer.content.split(/\s+/)).toHaveLength(longAnswerWords);
    await waitForAnAnswer();
  });

  it("killed: the chat says so in place of the answer, and the new pod goes on", async () => {
    const sent = await startLongAnswer("killed");
    await kubectlMeanwhile("delete", "pod", "-l", `app=${components.liteLlm}`, "--grace-period=0", "--force");
    expect(await person.readEnd(sent)).toMatchObject({
      content: "",
      error: expect.stringContaining("Response payload is not completed"),
    });
    await waitForAnAnswer();
  });
});

interface Pod {
  readonly metadata: { readonly labels: { readonly app: string } };
  readonly status: {
    readonly containerStatuses: readonly {
      readonly restartCount: number;
      readonly lastState: { readonly terminated?: { readonly exitCode: number } };
    }[];
  };
}

/** Each pod's only container, by component. */
function containers(): ReadonlyMap<string, Pod["status"]["containerStatuses"][number] | undefined> {
  const { items } = JSON.parse(stack.kubectl(["get", "pods", "-o", "json"])) as { readonly items: readonly Pod[] };
  return new Map(items.map(({ metadata, status }) => [metadata.labels.app, status.containerStatuses[0]]));
}

describe("when Open WebUI is killed while eight people write", () => {
  /** Saves chats one after the other until one isn't acknowledged. Returns the ids of the others, and what they say. */
  async function write(writer: number): Promise<readonly (readonly [string, string])[]> {
    const acknowledged: (readonly [string, string])[] = [];
    for (;;) {
      const content = `message ${acknowledged.length} of writer ${writer}`;
      const message = { id: "1", role: "user", content, parentId: null, childrenIds: [] };
      const chat = { title: content, history: { currentId: "1", messages: { "1": message } } };
      const answer = await person.request("POST", "/api/v1/chats/new", { chat }).catch(() => undefined);
      const saved = answer?.ok && ((await answer.json().catch(() => undefined)) as { readonly id: string } | undefined);
      if (!saved) return acknowledged;
      acknowledged.push([saved.id, content]);
    }
  }

  it("every chat that was acknowledged is there afterwards, and the database is intact", async () => {
    const writers = Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
    await sleep(3000);
    // The first process can't be killed from inside by a signal. The kernel does it when memory is short: sixteen
    // others take it, so that the largest is Open WebUI.
    const hog = `
import os
open("/proc/1/oom_score_adj", "w").write("1000")
for _ in range(4): os.fork()
memory = bytearray()
while True: memory.extend(bytes(2 ** 22))`;
    await kubectlMeanwhile("exec", "open-webui-0", "--", "python", "-c", hog);
    const acknowledged = (await writers).flat();
    stack.waitUntilReady();
    await until("Open WebUI", 60, () => person.request("GET", "/health").catch(() => undefined));
    expect(containers().get(components.openWebUi)?.lastState.terminated?.exitCode).toBe(137);
    expect(acknowledged.length).toBeGreaterThan(8);
    const check = `
import sqlite3
database = sqlite3.connect("/app/backend/data/webui.db")
print(database.execute("PRAGMA integrity_check").fetchall())`;
    expect(stack.python("open-webui-0", check)).toBe("[('ok',)]");
    const missing = [];
    for (const [id, content] of acknowledged) {
      const answer = await person.request("GET", `/api/v1/chats/${id}`);
      if (!(await answer.text()).includes(content)) missing.push(content);
    }
    expect(missing).toEqual([]);
  });
});

describe("sixteen long answers at once", () => {
  it("are all finished, and no container restarts", async () => {
    const restarts = () => [...containers()].map(([app, container]) => [app, container?.restartCount]);
    const before = restarts();
    const sent = await Promise.all(
      Array.from({ length: 16 }, (_, number) => person.send(model, `answer ${number} ${longAnswer}`)),
    );
    expect(sent.map(({ status }) => status)).toEqual(sent.map(() => 200));
    const answers = await Promise.all(sent.map((each) => person.readEnd(each)));
    expect(answers.map(({ error }) => error)).toEqual(sent.map(() => undefined));
    expect(answers.map(({ content }) => content.split(/\s+/).length)).toEqual(sent.map(() => longAnswerWords));
    expect(restarts()).toEqual(before);
  });
});
