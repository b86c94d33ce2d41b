/** Needs what proxy.test.ts needs. The middleware names the user in `X-Auth-Request-Email`, and `X-Forwarded-Email`. */
import { parseConfig } from "../../../../lib/config";
import { secretOutputs } from "../../../../lib/naming";
import { images } from "../../../../lib/versions";
import { bundleSimulator } from "../../../../simulator/bundle";
import { Browser, type Visitor } from "../../support/browser";
import { askIngress, behindSignIn } from "../../support/ingress";
import { TestStack } from "../../support/test-stack";

const owner = "owner@example.com";

const stack = new TestStack(
  parseConfig(
    {
      host: "chat-header.example.com",
      namespace: "chat-header",
      models: { micro: { model: "amazon.nova-micro-v1:0" }, lite: { model: "amazon.nova-lite-v1:0" } },
      openWebUi: { auth: { kind: "trusted-header", owner }, storage: { storageClass: "longhorn" } },
      redis: { storage: { storageClass: "longhorn" } },
      ingress: behindSignIn,
    },
    "this test",
  ),
);
const { host } = stack.config;

// While the machine is busy, Open WebUI's page now and then misses the event that ends an answer, and waits for ever.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

let browser: Browser;
let alice: Visitor;
let bob: Visitor;

beforeAll(async () => {
  stack.deploy({ simulatedBedrock: { image: images.node, program: bundleSimulator() } });
  browser = await Browser.launch();
  alice = await browser.visit(host, "alice@example.com");
  bob = await browser.visit(host, "bob@example.com");
  await alice.open();
  await bob.open();
});

afterAll(async () => {
  await browser?.close();
  stack.remove();
});

interface Account {
  readonly email: string;
  readonly role: string;
}

async function accountOf(visitor: Visitor): Promise<Account> {
  const { email, role } = JSON.parse((await visitor.call("/api/v1/auths/")).body) as Account;
  return { email, role };
}

describe("two people", () => {
  it("who are new may chat, with every model, and aren't the administrator", async () => {
    expect(await alice.models()).toEqual(["micro", "lite"]);
    expect(await alice.ask("What does Alice ask?")).toContain("You wrote: What does Alice ask?");
    expect(await bob.ask("What does Bob ask?")).toContain("You wrote: What does Bob ask?");
    expect(await accountOf(alice)).toEqual({ email: "alice@example.com", role: "user" });
    expect(await accountOf(bob)).toEqual({ email: "bob@example.com", role: "user" });
  });

  it("don't see each other's chats, not even by their ids", async () => {
    await alice.page.waitForURL("**/c/*");
    const id = new URL(alice.page.url()).pathname.replace("/c/", "");
    expect((await alice.call(`/api/v1/chats/${id}`)).body).toContain("What does Alice ask?");
    expect(JSON.parse((await alice.call("/api/v1/chats/?page=1")).body)).toEqual([expect.objectContaining({ id })]);
    expect(JSON.parse((await bob.call("/api/v1/chats/?page=1")).body)).toEqual([
      expect.objectContaining({ id: expect.not.stringMatching(id) }),
    ]);
    const chat = await bob.call(`/api/v1/chats/${id}`);
    expect(chat.status).toBe(401);
    expect(chat.body).not.toContain("Alice");
    await bob.open(`/c/${id}`);
    await bob.page.waitForTimeout(2000);
    expect(await bob.page.locator("body").innerText()).not.toContain("What does Alice ask?");
  });
});

describe("the owner", () => {
  it("is the administrator", async () => {
    const visitor = await browser.visit(host, owner);
    await visitor.open();
    expect(await accountOf(visitor)).toEqual({ email: owner, role: "admin" });
    await visitor.leave();
  });
});

describe("headers that a browser sends itself", () => {
  const forged = [
    ["the address of the owner in the header that is trusted", { "X-Auth-Request-Email": owner }],
    ["the same in other spellings", { "x-auth-request-email": owner, X_Auth_Request_Email: owner }],
    ["the owner in other programs' headers", { "X-Forwarded-Email": owner, "X-Forwarded-User": owner }],
    ["a role", { "X-Auth-Request-Role": "admin", "X-Forwarded-Role": "admin", "X-User-Role": "admin" }],
    ["groups", { "X-Auth-Request-Groups": "admin", "X-Forwarded-Groups": "admin" }],
  ] as const;

  it.each(forged)("change nothing for someone with a session: %s", async (_, headers) => {
    const { status, body } = await askIngress(host, "/api/v1/auths/signin", {
      method: "POST",
      headers: { ...headers, cookie: "test_user=carol@example.com" },
      json: { email: owner, password: "anything" },
    });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ email: "carol@example.com", role: "user" });
  });

  it("are all there is: a password opens nothing", async () => {
    const password = stack.values[secretOutputs.openWebUiAdminPassword];
    const answer = JSON.parse(
      stack.python(
        "open-webui-0",
        `
import json, urllib.request, urllib.error
body = json.dumps({"email": "${owner}", "password": "${password}"}).encode()
request = urllib.request.Request("http://127.0.0.1:8080/api/v1/auths/signin", body, {"Content-Type": "application/json"})
try: print(urllib.request.urlopen(request, timeout=60).status)
except urllib.error.HTTPError as error: print(error.code)`,
      ),
    ) as number;
    expect(answer).toBe(400);
  });

  it.each(forged)("open nothing without a session: %s", async (_, headers) => {
    expect((await askIngress(host, "/api/config", { headers })).status).toBe(302);
  });
});
