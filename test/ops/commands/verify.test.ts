import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { runProgram } from "../../support/command-line";
import { minimalWith } from "../../support/config-input";
import { FakePrograms } from "../../support/fake-programs";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";

/** What LiteLLM and Open WebUI were asked, both behind one address. */
interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Readonly<Record<string, unknown>>;
}

type Behaviour = (asked: Asked) => { readonly status: number; readonly body: string };

const chunk = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
const usage = { usage: { prompt_tokens: 1000, completion_tokens: 2000 } };
const answer = `${chunk({ choices: [{ delta: { content: "Hello" } }] })}${chunk(usage)}data: [DONE]\n\n`;

const answering: Behaviour = ({ path }) => {
  if (path === "/api/v1/auths/signin") return { status: 200, body: JSON.stringify({ token: "of-the-chat" }) };
  if (path === "/v1/embeddings")
    return { status: 200, body: JSON.stringify({ data: [{}], usage: { prompt_tokens: 3 } }) };
  return { status: 200, body: answer };
};

interface Scenario {
  readonly behaviour?: Behaviour;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly args?: readonly string[];
  /** @default the keys of a deployed stack */
  readonly secrets?: Readonly<Record<string, string>>;
}

const keys = { CONSUMER_KEY_VERIFY: "sk-verify", WEBUI_ADMIN_PASSWORD: "of-the-owner" };

async function verify({ behaviour = answering, settings = {}, args = [], secrets = keys }: Scenario) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request)) as Asked["body"];
    asked.push({ path: request.url ?? "", headers: request.headers, body });
    const { status, body: answered } = behaviour(asked.at(-1) ?? { path: "", headers: {}, body });
    response.writeHead(status).end(answered);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const base64 = Object.entries(secrets).map(([key, value]) => [
    `{.data.${key}}`,
    Buffer.from(value).toString("base64"),
  ]);
  const kubectl = {
    ...Object.fromEntries(base64),
    "config current-context": "k3s",
    "config view": "https://192.0.2.7:6443",
    "port-forward": `Forwarding from 127.0.0.1:${(server.address() as AddressInfo).port} -> 4000\n`,
  };
  const programs = new FakePrograms({ kubectl });
  const folder = temporaryFolder();
  writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(minimalWith(settings))};`);
  try {
    const run = await runProgram("ops/main.ts", folder, { PATH: programs.path() }, ["verify", ...args]);
    return { ...run, asked, changes: programs.changes(), calls: programs.calls() };
  } finally {
    server.close();
  }
}

jest.setTimeout(60_000);

describe("verify", () => {
  it("asks each model and Open WebUI, and tells time, tokens and cost", async () => {
    const models = {
      "nova-lite": { model: "amazon.nova-lite-v1:0" },
      titan: { model: "amazon.titan-embed-text-v2:0" },
    };
    const { exitCode, stdout, stderr, asked, changes } = await verify({ settings: { models } });
    expect({ exitCode, stderr, changes }).toEqual({ exitCode: 0, stderr: "", changes: [] });
    // 1,000 tokens at 0.06 and 2,000 at 0.24 USD per million.
    expect(stdout).toMatch(/│ nova-lite +│ \d+ ms +│ \d+ ms +│ 1000 \/ 2000 +│ 0\.000540 │/);
    expect(stdout).toMatch(/│ titan +│ \d+ ms +│ \d+ ms +│ 3 \/ 0 +│ 0\.000000 │/);
    expect(stdout).toMatch(/│ Open WebUI +│/);
    expect(stdout).toMatch(/\nnext: npm run open, and chat\n$/);
    expect(asked.map(({ path, headers, body }) => [path, headers.authorization, body["model"]])).toEqual([
      ["/v1/chat/completions", "Bearer sk-verify", "nova-lite"],
      ["/v1/embeddings", "Bearer sk-verify", "titan"],
      ["/api/v1/auths/signin", undefined, undefined],
      ["/api/chat/completions", "Bearer of-the-chat", "nova-lite"],
    ]);
    expect(stdout).not.toContain("sk-verify");
  });

  it("asks for a stream, of this model and no fallback", async () => {
    const { asked } = await verify({ args: ["--question", "Are you there?"] });
    expect(asked[0]?.body).toEqual({
      model: "nova-lite",
      messages: [{ role: "user", content: "Are you there?" }],
      max_tokens: 200,
      disable_fallbacks: true,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it.each([
    ["accounts: with the owner's password", {}, { email: "you@example.com", password: "of-the-owner" }, undefined],
    [
      "proxy: without any",
      { "openWebUi.auth": { kind: "proxy", unauthenticated: { reason: "It is a test only." } } },
      { email: "", password: "" },
      undefined,
    ],
    [
      "trusted-header: with the owner's address in the header",
      {
        "openWebUi.auth": {
          kind: "trusted-header",
          owner: "you@example.com",
          unauthenticated: { reason: "It is a test only." },
        },
      },
      { email: "", password: "" },
      "you@example.com",
    ],
  ])("signs in as configured: %s", async (_, settings, body, header) => {
    const { asked } = await verify({ settings });
    const signIn = asked.find(({ path }) => path.endsWith("signin"));
    expect(signIn?.body).toEqual(body);
    expect(signIn?.headers["x-auth-request-email"]).toBe(header);
  });

  it.each<[string, Behaviour, string, string]>([
    [
      "Bedrock's error, in LiteLLM's wrapping",
      () => ({
        status: 404,
        body: JSON.stringify({
          error: { message: "BedrockException: Model use case details have not been submitted" },
        }),
      }),
      "BedrockException: Model use case details have not been submitted",
      "Anthropic wants a form about the use, once per account",
    ],
    [
      "an error in mid-stream",
      () => ({
        status: 200,
        body:
          chunk({ choices: [{ delta: { content: "Hel" } }] }) + chunk({ error: { message: "ThrottlingException" } }),
      }),
      "ThrottlingException",
      "the account's quota for this model is used up; new accounts have a low one",
    ],
    ["an empty answer", () => ({ status: 200, body: "data: [DONE]\n\n" }), "The answer is empty.", "not known here"],
    [
      "the budget",
      () => ({ status: 429, body: JSON.stringify({ error: { message: "crossed budget for provider" } }) }),
      "crossed budget for provider",
      "the proxy's budget is spent",
    ],
    [
      "an old key",
      () => ({ status: 401, body: JSON.stringify({ error: { message: "This key is not known." } }) }),
      "This key is not known.",
      "LiteLLM's pod has other keys than the Secret: it reads them at its start only",
    ],
  ])("explains %s, goes on with the others, and fails", async (_, behaviour, words, cause) => {
    const models = { "nova-lite": { model: "amazon.nova-lite-v1:0" }, "nova-pro": { model: "amazon.nova-pro-v1:0" } };
    const { exitCode, stdout } = await verify({
      settings: { models },
      behaviour: (asked) => (asked.body["model"] === "nova-pro" ? behaviour(asked) : answering(asked)),
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`\nnova-pro: failed\n  words: ${words}\n  cause: ${cause}\n  mend:  `);
    expect(stdout).toMatch(/│ nova-lite +│/);
    expect(stdout).toMatch(/\nnext: mend what failed above, and run npm run verify again\n$/);
  });

  it("waits for a model that LiteLLM pauses", async () => {
    let times = 0;
    const paused = { status: 429, body: JSON.stringify({ error: { message: "No deployments available" } }) };
    const { exitCode } = await verify({ behaviour: (asked) => (times++ === 0 ? paused : answering(asked)) });
    expect(exitCode).toBe(0);
  });

  it("doesn't fail because the owner has another password by now", async () => {
    const { exitCode, stdout } = await verify({
      behaviour: (asked) => (asked.path.endsWith("signin") ? { status: 400, body: "wrong" } : answering(asked)),
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      "Open WebUI: not tried\n  words: sign-in refused: wrong\n  cause: you@example.com has another password by now than the Secret\n",
    );
  });

  it("says what to do when the Secret has no key for it", async () => {
    const { exitCode, stdout, stderr } = await verify({ secrets: {} });
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 1,
      stdout: "",
      stderr:
        "The Secret litellm in Namespace open-webui has no CONSUMER_KEY_VERIFY.\n" +
        "next: npm run -s secrets | kubectl apply --server-side -f -, then deploy (docs/configuration.md#secrets)\n",
    });
  });

  it("reads the Secret that exists", async () => {
    const secrets = { kind: "existing", liteLlm: "my-litellm", openWebUi: "my-chat" };
    const { calls } = await verify({ settings: { secrets } });
    expect(calls).toContainEqual(expect.stringMatching(/^kubectl get secret my-litellm -n open-webui /));
    expect(calls).toContainEqual(expect.stringMatching(/^kubectl get secret my-chat -n open-webui /));
  });

  it("prints data alone with --json", async () => {
    const { stdout } = await verify({ args: ["--json"] });
    expect(JSON.parse(stdout)).toMatchObject({
      answers: [
        { name: "nova-lite", outcome: "answered", answer: { inputTokens: 1000, outputTokens: 2000 } },
        { name: "Open WebUI", outcome: "answered" },
      ],
      next: "npm run open, and chat",
    });
  });
});
