/**
 * Needs what pods.test.ts needs. LiteLLM talks to a simulated Bedrock in the Namespace: no AWS, no internet.
 */
import { errorTexts } from "../../../k8s/constructs/litellm/readable-errors";
import { parseConfig } from "../../../lib/config";
import { images } from "../../../lib/versions";
import { bundleSimulator } from "../../../simulator/bundle";
import { ask as askProxy } from "../support/ask";
import { TestStack } from "../support/test-stack";

const stack = new TestStack(
  parseConfig(
    {
      host: "chat.example.com",
      models: {
        sonnet: { model: "anthropic.claude-sonnet-4-6", fallbacks: ["haiku"] },
        haiku: { model: "anthropic.claude-haiku-4-5-20251001-v1:0" },
        micro: { model: "amazon.nova-micro-v1:0" },
        limited: { model: "amazon.nova-lite-v1:0", rateLimit: { requestsPerMinute: 2 } },
      },
      liteLlm: { budget: { kind: "limited", limitUsd: 0.05 } },
      openWebUi: { auth: { kind: "accounts", owner: "you@example.com" }, storage: { storageClass: "longhorn" } },
      redis: { storage: { storageClass: "longhorn" } },
    },
    "this test",
  ),
);

const ask = (model: string, text: string, settings: Readonly<Record<string, unknown>> = {}) =>
  askProxy(stack, model, text, settings);

beforeAll(() => stack.deploy({ simulatedBedrock: { image: images.node, program: bundleSimulator() } }));

afterAll(() => stack.remove());

beforeEach(() => stack.forgetBedrockRequests());

const modelIds = {
  sonnet: "us.anthropic.claude-sonnet-4-6",
  haiku: "us.anthropic.claude-haiku-4-5-20251001-v1:0",
  micro: "us.amazon.nova-micro-v1:0",
} as const;

describe("a chat through LiteLLM", () => {
  it.each(Object.entries(modelIds))("is answered by %s under its profile, streamed and not", (alias, modelId) => {
    expect(ask(alias, "hello")).toMatchObject({ status: 200, body: expect.stringContaining("hello") });
    const streamed = ask(alias, "good morning", { stream: true });
    expect(streamed.status).toBe(200);
    expect(streamed.body.trim().split("\n").at(-1)).toBe("data: [DONE]");
    expect(stack.bedrockRequests().map((request) => [request.modelId, request.operation])).toEqual([
      [modelId, "converse"],
      [modelId, "converse-stream"],
    ]);
  });

  it("reaches Claude without top_p, which it refuses next to temperature", () => {
    expect(ask("haiku", "hello", { temperature: 0.5, top_p: 0.9, frequency_penalty: 0.1 }).status).toBe(200);
    expect(stack.bedrockRequests().map(({ body }) => body)).toEqual([
      expect.objectContaining({ inferenceConfig: { temperature: 0.5 } }),
    ]);
  });

  it("is tried again after a server error, on the same model", () => {
    expect(ask("haiku", "again simulate:unavailable simulate:times=1").status).toBe(200);
    expect(stack.bedrockRequests().map(({ modelId }) => modelId)).toEqual([modelIds.haiku, modelIds.haiku]);
  });

  it("falls back where declared, after the retries", () => {
    expect(ask("sonnet", "back simulate:throttling simulate:times=3").status).toBe(200);
    expect(stack.bedrockRequests().map(({ modelId }) => modelId)).toEqual([
      ...Array<string>(3).fill(modelIds.sonnet),
      modelIds.haiku,
    ]);
  });

  it("falls back to no other model where none is declared", () => {
    const answer = ask("haiku", "no way back simulate:access-denied");
    expect(answer.status).toBe(403);
    expect(new Set(stack.bedrockRequests().map(({ modelId }) => modelId))).toEqual(new Set([modelIds.haiku]));
  });

  it("is refused above the rate limit, without a call to Bedrock", () => {
    const statuses = ["one", "two", "three", "four"].map((text) => ask("limited", text).status);
    expect(statuses).toEqual([200, 200, 429, 429]);
    expect(stack.bedrockRequests()).toHaveLength(2);
  });
});

describe("the budget", () => {
  /** Longer than LiteLLM takes to write what was spent to Redis. */
  const syncMilliseconds = 3000;
  const sleep = () => new Promise((resolve) => setTimeout(resolve, syncMilliseconds));

  it("blocks every model once it is crossed, and still does after Redis and LiteLLM were killed", async () => {
    // About 0.1 USD: 4,000 words are some 6,000 tokens of 16.50 USD a million.
    expect(ask("sonnet", "spend simulate:long=4000").status).toBe(200);
    await sleep();
    stack.forgetBedrockRequests();
    const refused = { status: 429, body: expect.stringContaining(errorTexts.budgetSpent) };
    expect(ask("sonnet", "more")).toMatchObject(refused);
    expect(ask("micro", "more")).toMatchObject(refused);

    stack.kubectl(["delete", "pods", "-l", "app in (litellm, open-webui-redis)", "--grace-period=1"]);
    stack.waitUntilReady();
    await sleep();
    expect(ask("micro", "still more")).toMatchObject(refused);
    expect(stack.bedrockRequests()).toEqual([]);
  });
});
