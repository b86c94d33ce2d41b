import path from "node:path";
import { readPage, readPages } from "./markdown";

const folder = "docs/decisions/";
const sections: readonly string[] = ["Context", "Options", "Decision", "Consequences"];

/** What is wrong with the records, by path. */
function problems(records: ReadonlyMap<string, string>, readme: string): string[] {
  return [...records]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, text], index) => {
      const number = String(index + 1).padStart(4, "0");
      const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
      return [
        ...(path.posix.basename(name).startsWith(`${number}-`) ? [] : [`${name}: the number should be ${number}`]),
        ...(text.startsWith(`# ${number}: `) ? [] : [`${name}: the title should begin with "# ${number}: "`]),
        ...(/^Status: accepted$/m.test(text) ? [] : [`${name}: the status isn't "accepted"`]),
        ...(headings.join() === sections.join() ? [] : [`${name}: the sections are ${headings.join(", ")}`]),
        ...(readme.includes(`](${name})`) ? [] : [`${name}: the README doesn't link it`]),
      ];
    });
}

describe("the decision records", () => {
  it("are numbered, complete, accepted, and linked from the README", () => {
    const records = new Map([...readPages()].filter(([name]) => name.startsWith(folder)));
    expect(records.size).toBeGreaterThan(0);
    expect(problems(records, readPage("README.md"))).toEqual([]);
  });

  it("are refused with a gap, another status, a missing section or without a link", () => {
    const good = "# 0001: Title\n\nStatus: accepted\n\n## Context\n\n## Options\n\n## Decision\n\n## Consequences\n";
    const bad = "# 0003: Title\n\nStatus: proposed\n\n## Context\n\n## Decision\n";
    const records = new Map([
      [`${folder}0001-good.md`, good],
      [`${folder}0003-bad.md`, bad],
    ]);
    expect(problems(records, `[1](${folder}0001-good.md)`)).toEqual([
      `${folder}0003-bad.md: the number should be 0002`,
      `${folder}0003-bad.md: the title should begin with "# 0002: "`,
      `${folder}0003-bad.md: the status isn't "accepted"`,
      `${folder}0003-bad.md: the sections are Context, Decision`,
      `${folder}0003-bad.md: the README doesn't link it`,
    ]);
  });
});
