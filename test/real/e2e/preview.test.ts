/** Needs a kube context whose cluster runs pods and has a storage class, kubectl, and Chromium. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type Browser, chromium } from "playwright-core";
import { previewNamespace } from "../../../lib/preview";
import { chromiumFlags, Visitor } from "../support/browser";
import { kubectl } from "../support/kubectl";
import { run } from "../support/run";

const url = "http://localhost:18080";
const limitSeconds = 180;

let preview: ChildProcess | undefined;
let browser: Browser | undefined;

afterAll(async () => {
  await browser?.close();
  preview?.kill();
  run("npm", ["run", "-s", "preview", "--", "--down", "--yes"]);
});

/** Starts a preview, and waits until it tells its address. @returns what it printed until then */
async function startPreview(): Promise<readonly string[]> {
  const args = ["-r", "tsx/cjs", "ops/main.ts", "preview", "--yes", "--port=18080"];
  preview = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: preview.stdout ?? process.stdin })) {
    lines.push(line);
    if (line === url) return lines;
  }
  throw new Error(`the preview ended without an address:\n${lines.join("\n")}`);
}

it("answers in the browser within three minutes, ends its connection, and leaves nothing behind", async () => {
  const start = Date.now();
  const printed = await startPreview();
  for (const app of ["litellm", "open-webui", "open-webui-redis", "simulated-bedrock"])
    expect(printed).toContainEqual(expect.stringMatching(new RegExp(`^ +\\d+ s {2}${app}: ready$`)));

  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: chromiumFlags });
  const context = await browser.newContext({ baseURL: url });
  const visitor = new Visitor("localhost", context, await context.newPage());
  await visitor.open();
  expect(await visitor.ask("good morning")).toContain("good morning");
  expect((Date.now() - start) / 1000).toBeLessThan(limitSeconds);

  preview?.kill("SIGINT");
  const [code] = preview === undefined ? [] : await once(preview, "exit");
  expect(code).toBe(0);
  expect(kubectl(["get", "namespace", previewNamespace, "--ignore-not-found"])).not.toBe("");
  expect(run("npm", ["run", "-s", "preview", "--", "--down", "--yes"]).stdout).toContain("Removed.");
  expect(kubectl(["get", "namespace", previewNamespace, "--ignore-not-found"])).toBe("");
});
