import { matchesGlob } from "../../../lib/config/glob";

it.each([
  ["a.md", "*.md", true],
  ["a.md", "**/*.md", true],
  ["x/y/a.md", "**/*.md", true],
  ["x/a.md", "*.md", false],
  ["x/y/a.md", "x/**", true],
  ["x/y/a.md", "x/*/a.md", true],
  ["x/y/z/a.md", "x/*/a.md", false],
  ["a.txt", "*.{md,txt}", true],
  ["a.rst", "*.{md,txt}", false],
  ["a1.md", "a?.md", true],
  ["a.mdx", "*.md", false],
  ["axmd", "a.md", false],
  ["a(1)+[b].md", "a(1)+[b].md", true],
])("%s and %s: %s", (path, pattern, expected) => {
  expect(matchesGlob(path, pattern)).toBe(expected);
});
