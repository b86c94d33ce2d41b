const special: Readonly<Record<string, string>> = {
  "**/": "(?:[^/]+/)*",
  "**": ".*",
  "*": "[^/]*",
  "?": "[^/]",
  "{": "(?:",
  ",": "|",
  "}": ")",
};

/**
 * Whether a path matches a pattern: `*` and `?` within a name, `**` across folders, `{a,b}` either.
 * @param path - with slashes
 */
export function matchesGlob(path: string, pattern: string): boolean {
  const source = pattern.replace(/\*\*\/|\*\*|[*?{},]|[\\^$.|+()[\]]/g, (part) => special[part] ?? `\\${part}`);
  return new RegExp(`^${source}$`).test(path);
}
