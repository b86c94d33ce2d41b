import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { bundleSimulator } from "../../simulator/bundle";
import { ask, novaLite, textOf } from "./harness";

const root = path.join(__dirname, "..", "..");
const folder = mkdtempSync(path.join(tmpdir(), "simulator-"));
const bundle = bundleSimulator();

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A checkout elsewhere, with this one's packages. */
async function bundleElsewhere(): Promise<string> {
  const copy = path.join(folder, "another", "checkout");
  mkdirSync(copy, { recursive: true });
  for (const part of ["simulator", "lib", "package.json", "tsconfig.json"])
    cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
  symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
  const other: { bundleSimulator: typeof bundleSimulator } = await import(path.join(copy, "simulator", "bundle.ts"));
  process.chdir(copy);
  try {
    return other.bundleSimulator();
  } finally {
    process.chdir(root);
  }
}

it("is the same from another folder, and names none", async () => {
  const other = await bundleElsewhere();
  expect(other === bundle).toBe(true);
  expect(bundle).not.toContain(root);
  expect(bundle).not.toContain("node_modules");
});

it("fits a ConfigMap, and the 256 KiB that kubectl apply may write into an annotation", () => {
  expect(Buffer.byteLength(bundle)).toBeLessThan(250_000);
});

it("needs nothing but Node", () => {
  const names = [...bundle.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name = ""]) => name);
  expect(names.length).toBeGreaterThan(3);
  expect(names.filter((name) => !isBuiltin(name))).toEqual([]);
});

it.each([
  "SIGTERM",
  "SIGINT",
] as const)("runs as a process, and ends at once by %s while it answers", async (signal) => {
  const file = path.join(folder, `${signal}.js`);
  writeFileSync(file, bundle);
  const environment = { PORT: "0", CONTROL_PORT: "0", DELAY_MS: "5" };
  const child = spawn(process.execPath, [file], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = await once(child.stdout, "data");
    const port = Number(String(line).match(/port (\d+);/)?.[1]);
    expect(textOf(await ask(port, "Hi"))).toContain(`Simulated answer of ${novaLite}.`);
    const hanging = ask(port, "simulate:hang").catch((error: Error) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const exited = once(child, "exit");
    const started = performance.now();
    child.kill(signal);
    expect(await exited).toEqual([0, null]);
    expect(performance.now() - started).toBeLessThan(500);
    expect(await hanging).toMatchObject({ name: expect.stringMatching(/Error/) });
  } finally {
    child.kill("SIGKILL");
  }
});
