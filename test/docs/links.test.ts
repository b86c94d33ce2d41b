import { existsSync } from "node:fs";
import path from "node:path";
import { readPages, withoutCode } from "./markdown";

const project = path.join(__dirname, "..", "..");

/** What GitHub makes of a heading: lower case, punctuation gone, blanks as dashes, a number on a repetition. */
function anchors(page: string): readonly string[] {
  const seen = new Map<string, number>();
  return [...withoutCode(page).matchAll(/^#{1,6} +(.*)$/gm)].map(([, heading = ""]) => {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .trim()
      .replaceAll(" ", "-");
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

function relativeLinks(page: string): string[] {
  const text = withoutCode(page).replace(/`[^`\n]*`/g, "");
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets.filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
}

/** Links that lead nowhere, as `page: target`. */
function brokenLinks(pages: ReadonlyMap<string, string>): string[] {
  return [...pages].flatMap(([name, page]) =>
    relativeLinks(page)
      .filter((target) => {
        const [file = "", anchor] = target.split("#");
        const goal = file === "" ? name : path.posix.join(path.posix.dirname(name), file);
        const text = pages.get(goal);
        if (anchor !== undefined) return text === undefined || !anchors(text).includes(anchor);
        return text === undefined && !existsSync(path.join(project, goal));
      })
      .map((target) => `${name}: ${target}`),
  );
}

describe("the links between the pages", () => {
  it("lead to files and headings that exist", () => {
    const pages = readPages();
    expect([...pages.values()].flatMap(relativeLinks).length).toBeGreaterThan(0);
    expect(brokenLinks(pages)).toEqual([]);
  });

  it("are found broken when a file or a heading is missing", () => {
    const pages = new Map([
      [
        "docs/a.md",
        "# A page\n[1](b.md) [2](b.md#the-b-page) [3](#a-page) [4](../package.json) [5](https://example.com)",
      ],
      [
        "docs/b.md",
        "# The `B` page\n[6](c.md) [7](a.md#b-page) [8](#nothing) [9](../package.jso)\n```\n[10](d.md)\n```",
      ],
    ]);
    expect(brokenLinks(pages)).toEqual([
      "docs/b.md: c.md",
      "docs/b.md: a.md#b-page",
      "docs/b.md: #nothing",
      "docs/b.md: ../package.jso",
    ]);
  });

  it("count the repetitions of a heading", () => {
    expect(anchors("# Same\n## Same\n## `a.b`: c, d")).toEqual(["same", "same-1", "ab-c-d"]);
  });
});
