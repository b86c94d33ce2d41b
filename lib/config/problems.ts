import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";

/** One thing that is wrong with a configuration. */
export interface Problem {
  /** Where, as `models.claude-sonnet.model`; empty for the configuration as a whole. */
  readonly path: string;
  /** What was given, what is allowed and what to do. */
  readonly message: string;
}

/** All problems of a configuration in one message. Its text is meant for people: print it without a stack trace. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly Problem[];

  /** @param source - the file the configuration came from, as the user wrote it. */
  constructor(source: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.map(({ path, message }) => `  - ${path === "" ? "" : `${path}: `}${message}`);
    super(`${source}: ${count}; nothing was written.\n${lines.join("\n")}`);
    this.problems = problems;
  }
}

/** `models.claude.model`, and `ingress.middlewares[0].name`; a key that looks like a secret is hidden. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const name = secretLikeness(String(part)) === undefined ? String(part) : "(hidden)";
    return text === "" ? name : `${text}.${name}`;
  }, "");
}

/**
 * ` Did you mean "x"?`, when one of the candidates is near enough to be a misspelling of the word: at most a third
 * of its letters differ, of a short word two, and never all. Otherwise an empty string.
 */
export function didYouMean(word: string, candidates: readonly string[]): string {
  if (candidates.length === 0) return "";
  const nearest = closest(word, candidates);
  return distance(word, nearest) <= Math.min(word.length - 1, Math.max(2, word.length / 3))
    ? ` Did you mean "${nearest}"?`
    : "";
}

/**
 * Texts that are secrets by their shape. They are never repeated in a message.
 * Sources: IAM User Guide, "Unique identifiers" (AKIA, ASIA); the key formats that GitHub, Slack, OpenAI and
 * Anthropic document; Bedrock User Guide, "Generate an API key" (ABSK); RFC 7519 (three base64url parts).
 */
const secretShapes: readonly { readonly what: string; readonly shape: RegExp }[] = [
  { what: "an AWS access key id", shape: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/ },
  {
    what: "an AWS secret access key",
    shape:
      /(?<![A-Za-z0-9/+-])(?=[A-Za-z0-9/+]*[A-Z])(?=[A-Za-z0-9/+]*[a-z])(?=[A-Za-z0-9/+]*\d)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=-])/,
  },
  { what: "a Bedrock API key", shape: /\b(?:ABSK|bedrock-api-key-)[A-Za-z0-9+/=]{20,}/ },
  { what: "an API key", shape: /\bsk-[A-Za-z0-9_-]{12,}/ },
  { what: "a GitHub token", shape: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/ },
  { what: "a GitLab token", shape: /\bglpat-[A-Za-z0-9_-]{20,}/ },
  { what: "a Hugging Face token", shape: /\bhf_[A-Za-z0-9]{30,}/ },
  { what: "a DigitalOcean token", shape: /\bdo[opr]_v1_[0-9a-f]{64}\b/ },
  { what: "a Slack token", shape: /\bxox[abeprs]-[A-Za-z0-9-]{10,}/ },
  { what: "a Google API key", shape: /\bAIza[A-Za-z0-9_-]{35}/ },
  { what: "a private key", shape: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { what: "a private key", shape: /\bAGE-SECRET-KEY-1/ },
  { what: "a JSON web token", shape: /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*/ },
  { what: "a URL with a password", shape: /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]*:[^\s/@]+@/i },
];

/** What kind of secret a text looks like, or `undefined` when it doesn't. */
export function secretLikeness(text: string): string | undefined {
  return secretShapes.find(({ shape }) => shape.test(text))?.what;
}

/** A given value as a message may show it: strings in quotes, long ones cut, secrets hidden. */
export function show(value: unknown): string {
  if (typeof value === "string") {
    if (secretLikeness(value) !== undefined) return "(hidden: it looks like a secret)";
    return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  }
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : `a ${typeof value === "object" ? "group of settings" : typeof value}`;
}

const leaked =
  "the configuration is no place for secrets. Remove it, treat it as leaked, and see secrets in docs/configuration.md.";

/** A problem for every string (key or value) that looks like a secret: the configuration is committed to git. */
export function findSecrets(value: unknown, path: readonly PropertyKey[] = []): Problem[] {
  if (typeof value === "string") {
    const what = secretLikeness(value);
    if (what === undefined) return [];
    return [{ path: formatPath(path), message: `looks like ${what} (hidden here); ${leaked}` }];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => findSecrets(item, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const what = secretLikeness(key);
    const own =
      what === undefined
        ? []
        : [{ path: formatPath([...path, key]), message: `is a key that looks like ${what}; ${leaked}` }];
    return [...own, ...findSecrets(item, [...path, key])];
  });
}

const typeNames: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a group of settings",
  record: "a group of settings",
};

/** What zod counts, by its word for what is too small or too big. */
const units: Readonly<Record<string, readonly [one: string, several: string]>> = {
  string: ["character", "characters"],
  array: ["entry", "entries"],
};

function bound(limit: number | bigint, origin: string): string {
  const [one, several] = units[origin] ?? [];
  return one === undefined ? `${limit}` : `${limit} ${Number(limit) === 1 ? one : several}`;
}

/** zod's issues as problems; an issue whose message was written by the schema is taken over as it is. */
export function describeIssue(issue: z.core.$ZodIssue): Problem {
  const path = formatPath(issue.path);
  const given = `got ${show(issue.input)}`;
  switch (issue.code) {
    case "invalid_type": {
      const expected = typeNames[issue.expected] ?? issue.expected;
      return {
        path,
        message: issue.input === undefined ? `is missing; give ${expected}.` : `${given}; allowed: ${expected}.`,
      };
    }
    case "invalid_value": {
      const allowed = issue.values.map((value) => show(value));
      const hint = typeof issue.input === "string" ? didYouMean(issue.input, issue.values.map(String)) : "";
      return { path, message: `${given}; allowed: ${allowed.join(", ")}.${hint}` };
    }
    case "too_small":
      return {
        path,
        message: `${given}; allowed: ${issue.inclusive ? "at least" : "more than"} ${bound(issue.minimum, issue.origin)}.`,
      };
    case "too_big":
      return {
        path,
        message: `${given}; allowed: ${issue.inclusive ? "at most" : "less than"} ${bound(issue.maximum, issue.origin)}.`,
      };
    case "invalid_key":
      return { path, message: issue.issues.map(({ message }) => message).join("; ") };
    case "unrecognized_keys":
      return { path, message: issue.message };
    case "invalid_union":
      // A discriminator that is missing or unknown: zod then gives no nested issues.
      return { path, message: issue.message };
    default:
      return { path, message: `${given}; ${issue.message}` };
  }
}
