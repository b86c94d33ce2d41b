import { readFileSync } from "node:fs";
import path from "node:path";
import { replaceSection } from "../../bench/page";

const page = readFileSync(path.join(__dirname, "..", "..", "docs", "benchmarks.md"), "utf8");

/** What stands under each heading. */
function sections(text: string): Readonly<Record<string, string>> {
  const [, ...parts] = text.split(/^## /m);
  return Object.fromEntries(
    parts.map((part) => [part.split("\n")[0] ?? "", part.split("\n").slice(1).join("\n").trim()]),
  );
}

describe("the page of benchmarks", () => {
  it("keeps the sections of the other benchmarks", () => {
    const { Growth, ...others } = sections(page);
    expect(Growth).toContain("400 aliases");
    expect(sections(replaceSection(page, "Growth", "Anew."))).toEqual({ ...others, Growth: "Anew." });
  });

  it("takes a section that is new, in its place", () => {
    const without = page.replace(/^## Growth\n[\s\S]*?(?=^## |$(?![\s\S]))/m, "");
    expect(Object.keys(sections(without))).not.toContain("Growth");
    expect(Object.keys(sections(replaceSection(without, "Growth", "New.")))).toEqual(Object.keys(sections(page)));
  });

  it("doesn't grow by being written again", () => {
    const once = replaceSection(page, "Growth", "Anew.");
    expect(replaceSection(once, "Growth", "Anew.")).toBe(once);
  });
});
