import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type BrowserContext, type Browser as Chromium, chromium, type Locator, type Page } from "playwright-core";
import { askIngress, type IngressAnswer, type IngressRequest, ingress } from "./ingress";

/** Generous: a test machine is slower than a person's. */
const timeout = 60_000;

/** Chromium without a screen, which reaches this machine alone. */
export const chromiumFlags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * 127.0.0.1",
];

/** Chromium, in which every host is the ingress: it reaches nothing else. Needs root, `unshare` and `ip`. */
export class Browser {
  private readonly chromium: Chromium;
  private readonly relay: Server;
  private readonly folder: string;

  private constructor(chromium: Chromium, relay: Server, folder: string) {
    this.chromium = chromium;
    this.relay = relay;
    this.folder = folder;
  }

  static async launch(): Promise<Browser> {
    const folder = mkdtempSync(path.join(tmpdir(), "browser-"));
    const socket = path.join(folder, "ingress");
    const relay = createServer((browser) => {
      const controller = connect(ingress);
      browser.pipe(controller).on("error", () => browser.destroy());
      controller.pipe(browser).on("error", () => controller.destroy());
    });
    await new Promise<void>((resolve) => relay.listen(socket, resolve));
    const browser = await chromium.launch({
      executablePath: path.join(__dirname, "chromium.sh"),
      args: chromiumFlags,
      env: { ...process.env, INGRESS_SOCKET: socket },
    });
    return new Browser(browser, relay, folder);
  }

  /**
   * Someone at a browser of their own.
   * @param user - the e-mail address of their session at the sign-in in front; without one they have none
   */
  async visit(host: string, user?: string): Promise<Visitor> {
    const context = await this.chromium.newContext({
      baseURL: `https://${host}`,
      ignoreHTTPSErrors: true,
      viewport: { width: 1280, height: 800 },
    });
    context.setDefaultTimeout(timeout);
    if (user !== undefined)
      await context.addCookies([{ name: "test_user", value: user, domain: host, path: "/", secure: true }]);
    return new Visitor(host, context, await context.newPage());
  }

  async close(): Promise<void> {
    await this.chromium.close();
    this.relay.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** A person who uses the chat. Methods wait until the page shows what they return. */
export class Visitor {
  readonly page: Page;
  private readonly host: string;
  private readonly context: BrowserContext;

  constructor(host: string, context: BrowserContext, page: Page) {
    this.host = host;
    this.context = context;
    this.page = page;
  }

  /** Opens a new chat, or the page at an address, as someone who is signed in. */
  async open(address = "/"): Promise<void> {
    await this.load(address, this.page.getByRole("button", { name: "Selected model: " }));
  }

  /** Opens a page until it shows something. Again when it doesn't come: one script that fails to load is enough. */
  async load(address: string, shown: Locator): Promise<void> {
    const whatsNew = this.page.getByRole("button", { name: "Okay, Let's Go!" });
    await this.page.addLocatorHandler(whatsNew, () => whatsNew.click());
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.page.goto(address);
        await shown.waitFor({ timeout: timeout / 2 });
        // A message that is sent while the page still sets up its new chat is lost.
        await this.page.waitForLoadState("networkidle");
        return;
      } catch (error) {
        if (attempt === 4) throw error;
      }
    }
  }

  /** What the menu offers. */
  async models(): Promise<readonly string[]> {
    await this.page.locator("#model-selector-model-button").click();
    await this.page.getByRole("option").first().waitFor();
    const names = await this.page.getByRole("option").allInnerTexts();
    await this.page.keyboard.press("Escape");
    return names;
  }

  /** Picks a model for a new chat. */
  async pick(model: string): Promise<void> {
    await this.page.locator("#model-selector-model-button").click();
    await this.page.getByRole("option", { name: `Select ${model} model`, exact: true }).click();
    await this.page.getByRole("button", { name: `Selected model: ${model}` }).waitFor();
  }

  /** Attaches a file to the next message. */
  async attach(name: string, mimeType: string, buffer: Buffer): Promise<void> {
    const uploaded = this.page.waitForResponse(
      (response) => response.request().method() === "POST" && response.url().includes("/api/v1/files/"),
    );
    await this.page.locator('input[type="file"][multiple]').setInputFiles({ name, mimeType, buffer });
    await uploaded;
  }

  /** Sends a message, without waiting for its answer. */
  async send(text: string): Promise<void> {
    const before = await this.answers.count();
    await this.page.locator("#chat-input").fill(text);
    await this.page.locator("#send-message-button").click();
    await this.answers.nth(before).waitFor({ state: "attached" });
  }

  /** Sends a message and waits until its answer is complete, or has failed. */
  async ask(text: string): Promise<string> {
    await this.send(text);
    return this.finishedAnswer();
  }

  async finishedAnswer(): Promise<string> {
    await this.orAnew(timeout, (wait) => this.stopButton.waitFor({ state: "detached", timeout: wait }));
    return this.shownAnswer();
  }

  async isAnswering(): Promise<boolean> {
    return (await this.stopButton.count()) > 0;
  }

  /** What is there of the last answer, complete or not. */
  async shownAnswer(): Promise<string> {
    return (await this.answers.last().innerText()).trim();
  }

  /** Waits for a sentence under the last message. The stop button may stay when an answer fails within milliseconds. */
  async waitForSentence(text: string): Promise<void> {
    await this.orAnew(timeout / 2, (wait) => this.answers.last().getByText(text).waitFor({ timeout: wait }));
  }

  /** Presses the stop button in the middle of an answer. */
  async stop(): Promise<void> {
    await this.stopButton.click();
    await this.stopButton.waitFor({ state: "detached" });
  }

  /** Waits until the browser shows the chat's title, of which Open WebUI shortens what is above 30 characters. */
  async waitForTitle(start: string): Promise<void> {
    const shown = `document.title.startsWith(${JSON.stringify(start)})`;
    const waiting = { polling: 200, timeout: timeout / 4 };
    // The title may be announced before the page knows the new chat's id: then it is there when the page is opened anew.
    await this.page.waitForFunction(shown, undefined, waiting).catch(async () => {
      await this.page.reload();
      await this.page.waitForFunction(shown, undefined, { polling: 200 });
    });
  }

  /** Calls the chat's API as this person's page does: with its cookies and its token. */
  async call(address: string, request: IngressRequest = {}): Promise<IngressAnswer> {
    const token = String(await this.page.evaluate("localStorage.token"));
    const cookies = (await this.context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
    const headers = { authorization: `Bearer ${token}`, cookie: cookies, ...request.headers };
    return askIngress(this.host, address, { ...request, headers });
  }

  async leave(): Promise<void> {
    await this.context.close();
  }

  /**
   * While the machine is busy, the page now and then misses the event that ends an answer. Then the answer is there once
   * the page is opened anew, as a person would do.
   */
  private async orAnew(wait: number, shown: (wait: number) => Promise<void>): Promise<void> {
    await shown(wait).catch(async () => {
      await this.load(this.page.url(), this.answers.last());
      await shown(timeout);
    });
  }

  private get answers() {
    return this.page.locator("#messages-container .chat-assistant");
  }

  private get stopButton() {
    return this.page.getByRole("button", { name: "Stop", exact: true });
  }
}
