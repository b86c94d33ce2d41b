/** Needs Go, and its package registry at the first run. The workflows themselves are linted here, not run. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { run } from "../support/run";
import { installActionlint } from "./auditors";

const folder = path.join(__dirname, "..", "..", "..", ".github", "workflows");
const workflows = readdirSync(folder).map((file) => ({ file, text: readFileSync(path.join(folder, file), "utf8") }));
let actionlint: string;

beforeAll(() => {
  actionlint = installActionlint();
});

/** What actionlint says of a workflow's text; empty when it is clean. */
function lint(text: string): string {
  return run(actionlint, ["-no-color", "-"], { input: text, accept: [0, 1] }).stdout;
}

/** Actions that a workflow uses by anything but a whole commit. */
function unpinned(text: string): readonly string[] {
  return [...text.matchAll(/uses: *(\S+)/g)].map(([, use = ""]) => use).filter((use) => !/@[0-9a-f]{40}$/.test(use));
}

it.each(workflows)("actionlint finds nothing in $file, whose actions are pinned by commit", ({ text }) => {
  expect(lint(text)).toBe("");
  expect(text).toContain("uses: ");
  expect(unpinned(text)).toEqual([]);
});

it("a wrong expression and an action by its tag are seen", () => {
  const [{ text } = { text: "" }] = workflows;
  expect(lint(text.replace("matrix.node }}", "matrix.nodes }}"))).toMatch(/property "nodes" is not defined/);
  expect(unpinned(text.replace(/checkout@\S+/, "checkout@v4"))).toEqual(["actions/checkout@v4"]);
});
