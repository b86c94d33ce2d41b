/**
 * Breaks copies of the product in each listed way and runs the tests that have to notice. Needs nothing but time.
 */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { ProjectCopy } from "../support/project";
import { mutations } from "./mutations";

/** One for each mutation that is looked at at the same time: jest's `maxConcurrency`. */
const copies = Array.from({ length: 2 }, () => new ProjectCopy());
const free = [...copies];

afterAll(() => {
  for (const copy of copies) copy.remove();
});

interface JestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** @returns what jest prints, whether or not tests fail */
async function jest(folder: string, args: readonly string[]): Promise<string> {
  const program = path.join("node_modules", ".bin", "jest");
  const running = promisify(execFile)(program, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  return running.then(
    ({ stdout }) => stdout,
    (error: { readonly code?: unknown; readonly stdout: string }) => {
      if (error.code === 1) return error.stdout;
      throw error;
    },
  );
}

/**
 * The test files of a copy in which a test fails, relative to it. A file that can't even be run doesn't count.
 * @param tests - matches the names of those tests which are run
 */
async function failingTests(folder: string, files: readonly string[], tests = ""): Promise<string[]> {
  const options = ["--ci", "--json", "--silent", "--runInBand", `--testNamePattern=${tests}`];
  const stdout = await jest(folder, [...options, "--runTestsByPath", ...files]);
  const { testResults } = JSON.parse(stdout) as JestReport;
  expect(testResults).toHaveLength(files.length);
  return testResults
    .filter(({ assertionResults }) => assertionResults.some(({ status }) => status === "failed"))
    .map(({ name }) => name.slice(name.indexOf(`${path.sep}test${path.sep}`) + 1));
}

async function withCopy(use: (folder: string) => Promise<void>): Promise<void> {
  const copy = free.pop();
  if (copy === undefined) throw new Error(`Got more tests at once than there are copies; allowed: ${copies.length}.`);
  await use(copy.folder).finally(() => free.push(copy));
}

it("looks at many", () => {
  expect(mutations.length).toBeGreaterThanOrEqual(15);
});

it.concurrent.each([
  ["whole files", mutations.filter(({ tests }) => tests === undefined)],
  ["parts of files", mutations.filter(({ tests }) => tests !== undefined)],
] as const)("the product as it is passes all tests that are named here: %s", (_, group) =>
  withCopy(async (folder) => {
    const files = new Set(group.flatMap(({ caughtBy }) => caughtBy));
    const tests = group.flatMap((mutation) => mutation.tests ?? []).join("|");
    expect(await failingTests(folder, [...files], tests)).toEqual([]);
  }));

it.concurrent.each(mutations.map((mutation) => [mutation.harm, mutation] as const))("is noticed: %s", (_, mutation) =>
  withCopy(async (folder) => {
    const file = path.join(folder, mutation.file);
    const text = readFileSync(file, "utf8");
    expect(text.split(mutation.from)).toHaveLength(2);
    writeFileSync(
      file,
      text.replace(mutation.from, () => mutation.to),
    );
    try {
      expect([...(await failingTests(folder, mutation.caughtBy, mutation.tests))].sort()).toEqual(
        [...mutation.caughtBy].sort(),
      );
    } finally {
      writeFileSync(file, text);
    }
  }));
