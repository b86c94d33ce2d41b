/**
 * Breaks a copy of the product in each listed way and runs the tests that have to notice. Needs nothing but time.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ProjectCopy } from "../support/project";
import { run } from "../support/run";
import { mutations } from "./mutations";

const project = new ProjectCopy();

afterAll(() => project.remove());

interface JestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** The test files of the copy in which a test fails, relative to it. A file that can't even be run doesn't count. */
function failingTests(files: readonly string[]): string[] {
  const args = ["jest", "--ci", "--json", "--silent", "--runTestsByPath", ...files];
  const { stdout } = run("npx", args, { cwd: project.folder, accept: [0, 1] });
  const { testResults } = JSON.parse(stdout) as JestReport;
  expect(testResults).toHaveLength(files.length);
  return testResults
    .filter(({ assertionResults }) => assertionResults.some(({ status }) => status === "failed"))
    .map(({ name }) => name.slice(name.indexOf(`${path.sep}test${path.sep}`) + 1));
}

it("the product as it is passes all tests that are named here", () => {
  expect(mutations.length).toBeGreaterThanOrEqual(15);
  expect(failingTests([...new Set(mutations.flatMap(({ caughtBy }) => caughtBy))])).toEqual([]);
});

it.each(mutations.map((mutation) => [mutation.harm, mutation] as const))("is noticed: %s", (_, mutation) => {
  const file = path.join(project.folder, mutation.file);
  const text = readFileSync(file, "utf8");
  expect(text.split(mutation.from)).toHaveLength(2);
  writeFileSync(
    file,
    text.replace(mutation.from, () => mutation.to),
  );
  try {
    expect(failingTests(mutation.caughtBy)).toEqual(mutation.caughtBy);
  } finally {
    writeFileSync(file, text);
  }
});
