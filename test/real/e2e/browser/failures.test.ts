/** Needs what proxy.test.ts needs. */
import { setTimeout as sleep } from "node:timers/promises";
import { errorTexts } from "../../../../k8s/constructs/litellm/readable-errors";
import { parseConfig } from "../../../../lib/config";
import { images } from "../../../../lib/versions";
import { bundleSimulator } from "../../../../simulator/bundle";
import { ask } from "../../support/ask";
import { Browser, type Visitor } from "../../support/browser";
import { behindSignIn } from "../../support/ingress";
import { TestStack } from "../../support/test-stack";
import { until } from "../../support/until";

const stack = new TestStack(
  parseConfig(
    {
      host: "chat-failures.example.com",
      namespace: "chat-failures",
      models: {
        haiku: { model: "anthropic.claude-haiku-4-5-20251001-v1:0" },
        limited: { model: "amazon.nova-lite-v1:0", rateLimit: { requestsPerMinute: 1 } },
        micro: { model: "amazon.nova-micro-v1:0" },
      },
      liteLlm: { budget: { kind: "limited", limitUsd: 0.02 }, retries: 0, requestTimeoutSeconds: 10 },
      openWebUi: { auth: { kind: "proxy" }, storage: { storageClass: "longhorn" } },
      redis: { storage: { storageClass: "longhorn" } },
      ingress: behindSignIn,
      monitoring: { kind: "prometheus-operator" },
    },
    "this test",
  ),
);

// While the machine is busy, Open WebUI's page now and then misses the event that ends an answer, and waits for ever.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

let browser: Browser;
let visitor: Visitor;

beforeAll(async () => {
  stack.deploy({ simulatedBedrock: { image: images.node, program: bundleSimulator() } });
  browser = await Browser.launch();
  visitor = await browser.visit(stack.config.host, "alice@example.com");
});

afterAll(async () => {
  await browser?.close();
  stack.remove();
});

beforeEach(() => visitor.open());

describe("what a person reads instead of an answer", () => {
  it.each([
    ["too many requests", "simulate:throttling", errorTexts.throttled],
    ["a right is missing", "simulate:access-denied", errorTexts.refused],
    ["the access key is gone", "simulate:invalid-key", errorTexts.refused],
    ["a message that the model doesn't take", "simulate:validation", errorTexts.notAccepted],
    ["too long a chat", "simulate:too-long", errorTexts.tooLong],
    ["no answer in time", "simulate:slow=60", errorTexts.tooSlow],
    ["an error of AWS", "simulate:unavailable", errorTexts.unavailable],
    ["a failing model", "simulate:model-error", errorTexts.unavailable],
    // Last of these: LiteLLM then leaves the model alone for five seconds.
    ["a form that wasn't filed", "simulate:use-case-form", errorTexts.refused],
  ])("says it in one sentence: %s", async (_, word, text) => {
    await visitor.pick("haiku");
    await visitor.send(`Hello! ${word}`);
    await visitor.waitForSentence(text);
    expect(await visitor.shownAnswer()).toBe(text);
  });

  it("leaves AWS's own words, with the account's id, to LiteLLM's log", () => {
    const log = stack.logs("deployment/litellm");
    expect(log).toContain("is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: arn:aws:");
    expect(log).toContain("Too many requests, please wait before trying again.");
  });

  it("counts the failures by their class all the same", () => {
    const metrics = stack.python(
      "deployment/litellm",
      `
import os, urllib.request
headers = {"Authorization": "Bearer " + os.environ["CONSUMER_KEY_PROMETHEUS"]}
print(urllib.request.urlopen(urllib.request.Request("http://127.0.0.1:4000/metrics/", headers=headers)).read().decode())`,
    );
    const failures = metrics
      .split("\n")
      .filter((line) => line.startsWith("litellm_proxy_failed_requests_metric_total{"));
    expect(failures.join("\n")).toMatch(/exception_class="[\w.]*PermissionDeniedError",exception_status="403"/);
  });
});

describe("what a person reads after half of an answer", () => {
  it.each([
    ["the connection is cut", "simulate:cut"],
    ["the model fails", "simulate:stream-error"],
    ["nothing more comes", "simulate:stall"],
  ])("stays, with a sentence below: %s", async (_, word) => {
    await sleep(6000);
    await visitor.pick("haiku");
    await visitor.send(`Hello! ${word}`);
    await visitor.waitForSentence(errorTexts.brokenOff);
    const answer = await visitor.shownAnswer();
    expect(answer).toContain("Simulated answer of");
    expect(answer).not.toMatch(/litellm|Exception/);
  });
});

describe("what a person reads at a limit", () => {
  it("says that the model's minute is full", async () => {
    await visitor.pick("limited");
    expect(await visitor.ask("One")).toContain("You wrote: One");
    await visitor.send("Two");
    await visitor.waitForSentence(errorTexts.rateLimited);
    expect(await visitor.shownAnswer()).toBe(errorTexts.rateLimited);
  });

  it("says that the budget is spent", async () => {
    // 0.03 USD: 4,000 words are some 6,000 tokens of 5.50 USD a million.
    ask(stack, "haiku", "Spend it. simulate:long=4000");
    // LiteLLM writes to Redis what was spent, now and then.
    await until("a refusal", 60, async () => ask(stack, "micro", "Enough?").status === 429 || undefined);
    await visitor.pick("micro");
    await visitor.send("More");
    await visitor.waitForSentence(errorTexts.budgetSpent);
    expect(await visitor.shownAnswer()).toBe(errorTexts.budgetSpent);
  });
});
