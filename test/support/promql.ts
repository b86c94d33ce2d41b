/** One `metric{…}` of a query. */
export interface Selector {
  readonly metric: string;
  /** Labels that it matches. */
  readonly labels: readonly string[];
  /** As it stands in the query, without window and offset. */
  readonly text: string;
}

/** What a query in PromQL names. Reads as much of the language as our queries use. */
export interface QueryNames {
  readonly selectors: readonly Selector[];
  /** Labels behind `by`, `on` and `group_left`. */
  readonly groupings: readonly string[];
  /** Durations in brackets and behind `offset`, such as `15m`. */
  readonly durations: readonly string[];
}

const keywords = new Set(["and", "or", "unless", "bool", "by", "on", "group_left", "offset"]);

export function readQuery(query: string): QueryNames {
  const groupings = matches(query, /\b(?:by|on|group_left)\s*\(([^)]*)\)/g).flatMap(splitNames);
  const durations = [...matches(query, /\[([^\]]*)\]/g), ...matches(query, /\boffset\s+([\w$]+)/g)];
  const bare = query
    .replace(/\b(?:by|on|group_left)\s*\([^)]*\)/g, " ")
    .replace(/\boffset\s+[\w$]+/g, " ")
    .replace(/\[[^\]]*\]/g, " ");
  const selectors = [...bare.matchAll(/([a-zA-Z_:][\w:]*)\s*(\{(?:"(?:[^"\\]|\\.)*"|[^"}])*\})?(\s*\()?/g)].flatMap(
    ([text, metric = "", matchers = "", call]) =>
      keywords.has(metric) || call !== undefined
        ? []
        : [{ metric, labels: matchedLabels(matchers), text: text.trim() }],
  );
  return { selectors, groupings: unique(groupings), durations: unique(durations) };
}

/** Seconds of a duration such as `15m` or `1d`. */
export function secondsOf(duration: string): number {
  const [, amount, unit = ""] = /^(\d+)([smhdw])$/.exec(duration) ?? [];
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  return Number(amount) * (units[unit] ?? Number.NaN);
}

function matchedLabels(matchers: string): string[] {
  return matches(matchers.replace(/"(?:[^"\\]|\\.)*"/g, '""'), /([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)/g);
}

function splitNames(list: string): string[] {
  return list.split(",").flatMap((name) => name.trim() || []);
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap(([, group]) => (group === undefined ? [] : [group]));
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
