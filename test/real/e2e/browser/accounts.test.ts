/** Needs what proxy.test.ts needs. */
import { parseConfig } from "../../../../lib/config";
import { secretOutputs } from "../../../../lib/naming";
import { images } from "../../../../lib/versions";
import { bundleSimulator } from "../../../../simulator/bundle";
import { Browser, type Visitor } from "../../support/browser";
import { askIngress, type IngressAnswer } from "../../support/ingress";
import { TestStack } from "../../support/test-stack";

const owner = "owner@example.com";
const host = "chat-accounts.example.com";

function stackWith(allowSignUp: boolean): TestStack {
  return new TestStack(
    parseConfig(
      {
        host,
        namespace: "chat-accounts",
        models: { micro: { model: "amazon.nova-micro-v1:0" } },
        openWebUi: { auth: { kind: "accounts", owner, allowSignUp }, storage: { storageClass: "longhorn" } },
        redis: { storage: { storageClass: "longhorn" } },
        ingress: { kind: "traefik", controller: { namespace: "public-ingress" } },
      },
      "this test",
    ),
  );
}

const simulated = { simulatedBedrock: { image: images.node, program: bundleSimulator() } };
// While the machine is busy, Open WebUI's page now and then misses the event that ends an answer, and waits for ever.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

let browser: Browser;

beforeAll(async () => {
  browser = await Browser.launch();
});

afterAll(() => browser?.close());

function register(email: string): Promise<IngressAnswer> {
  return askIngress(host, "/api/v1/auths/signup", {
    method: "POST",
    json: { name: "Someone", email, password: "a long enough password" },
  });
}

/** Whether the page with the sign-in offers to register. */
async function offersToRegister(): Promise<boolean> {
  const config = JSON.parse((await askIngress(host, "/api/config")).body) as {
    readonly features: { readonly enable_signup: boolean };
  };
  return config.features.enable_signup;
}

/** Traefik needs a moment until it knows that the chat is ready. */
async function untilRouted(): Promise<void> {
  while ((await askIngress(host, "/health")).status !== 200) await new Promise((resolve) => setTimeout(resolve, 500));
}

async function fillIn(visitor: Visitor, email: string, password: string): Promise<void> {
  const field = visitor.page.locator("#email");
  await visitor.load("/auth", field);
  await field.fill(email);
  await visitor.page.locator("#password").fill(password);
  await visitor.page.getByRole("button", { name: "Sign in", exact: true }).click();
}

describe("accounts", () => {
  const stack = stackWith(false);

  beforeAll(async () => {
    stack.deploy(simulated);
    await untilRouted();
  });

  afterAll(() => stack.remove());

  it("let the owner in with the password from the Secret, as the administrator, who can chat", async () => {
    const visitor = await browser.visit(host);
    await fillIn(visitor, owner, stack.values[secretOutputs.openWebUiAdminPassword] ?? "");
    await visitor.page.getByRole("button", { name: "Selected model: micro" }).waitFor();
    expect(JSON.parse((await visitor.call("/api/v1/auths/")).body)).toMatchObject({ email: owner, role: "admin" });
    expect(await visitor.ask("Hello!")).toContain("You wrote: Hello!");
    await visitor.leave();
  });

  it("refuse a wrong password, and say so", async () => {
    const visitor = await browser.visit(host);
    await fillIn(visitor, owner, "wrong");
    const refusal = visitor.page.locator("[data-sonner-toast]");
    await refusal.first().waitFor();
    expect(await refusal.first().innerText()).toMatch(/^The email or password provided is incorrect\./);
    expect(new URL(visitor.page.url()).pathname).toBe("/auth");
    await visitor.leave();
  });

  it("answer nothing without one", async () => {
    expect((await askIngress(host, "/api/models")).status).toBe(401);
    expect((await askIngress(host, "/api/v1/chats/")).status).toBe(401);
  });

  it("can't be registered, not at the second start either", async () => {
    for (const start of ["first", "second"]) {
      expect([start, await offersToRegister()]).toEqual([start, false]);
      expect([start, (await register(`${start}@example.com`)).status]).toEqual([start, 403]);
      if (start === "first") {
        stack.kubectl(["delete", "pod", "open-webui-0"]);
        stack.waitUntilReady();
        await untilRouted();
      }
    }
  });
});

describe("accounts with allowSignUp", () => {
  const stack = stackWith(true);

  beforeAll(async () => {
    stack.deploy(simulated);
    await untilRouted();
  });

  afterAll(() => stack.remove());

  it("can't be registered yet at the first start: Open WebUI closes it when it makes the owner's account", async () => {
    expect(await offersToRegister()).toBe(false);
    expect((await register("early@example.com")).status).toBe(403);
  });

  it("can be registered from the second start on, and wait for the administrator", async () => {
    stack.kubectl(["delete", "pod", "open-webui-0"]);
    stack.waitUntilReady();
    await untilRouted();
    expect(await offersToRegister()).toBe(true);
    const { status, body } = await register("new@example.com");
    expect(status).toBe(200);
    const { token, role } = JSON.parse(body) as { readonly token: string; readonly role: string };
    expect(role).toBe("pending");
    const headers = { authorization: `Bearer ${token}` };
    expect((await askIngress(host, "/api/models", { headers })).status).toBe(401);
  });
});
