import { z } from "zod";
import { ConfigError } from "../../../lib/config";
import {
  describeIssue,
  didYouMean,
  findSecrets,
  formatPath,
  type Problem,
  secretLikeness,
  show,
} from "../../../lib/config/problems";
import { fakeSecrets } from "../../support/fake-secrets";

describe("ConfigError", () => {
  it("counts one problem as one, and says that nothing was written", () => {
    const error = new ConfigError("examples/a.ts", [{ path: "host", message: "is missing; give text." }]);
    expect(error.message).toBe("examples/a.ts: 1 problem; nothing was written.\n  - host: is missing; give text.");
  });

  it("lists all problems in order, one about the whole configuration without a path", () => {
    const error = new ConfigError("stack.config.ts", [
      { path: "", message: "first." },
      { path: "aws.region", message: "second." },
    ]);
    expect(error.message).toBe(
      "stack.config.ts: 2 problems; nothing was written.\n  - first.\n  - aws.region: second.",
    );
  });

  it("hands out its problems and its name", () => {
    const problems = [{ path: "host", message: "is missing; give text." }];
    const error = new ConfigError("stack.config.ts", problems);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe("ConfigError");
    expect(error.problems).toEqual(problems);
  });
});

describe("formatPath", () => {
  it.each<[string, PropertyKey[]]>([
    ["", []],
    ["host", ["host"]],
    ["models.claude.model", ["models", "claude", "model"]],
    ["ingress.middlewares[0].name", ["ingress", "middlewares", 0, "name"]],
    ["[1][2]", [1, 2]],
    ["models.0", ["models", "0"]],
    ["models.(hidden).model", ["models", `${fakeSecrets[0]?.value}`, "model"]],
  ])("writes %j", (text, path) => {
    expect(formatPath(path)).toBe(text);
  });
});

describe("didYouMean", () => {
  it.each([
    ["regoin", ["userName", "region"], "region"],
    ["amazon.nova-lite", ["amazon.nova-lite-v1:0", "amazon.nova-micro-v1:0"], "amazon.nova-lite-v1:0"],
    ["hot", ["host"], "host"],
    ["sonnets", ["claude", "sonnet"], "sonnet"],
  ])("suggests for %j among %j: %j", (word, candidates, suggestion) => {
    expect(didYouMean(word, candidates)).toBe(` Did you mean "${suggestion}"?`);
  });

  it.each([
    ["when nothing is near", "postgres", ["host", "namespace"]],
    ["when more than a third of the letters differ", "abcdefghi", ["abcdeXXXX"]],
    ["when there is nothing to choose from", "host", []],
    ["when no letter stays", "eu", ["us"]],
  ])("suggests nothing %s", (_, word, candidates) => {
    expect(didYouMean(word, candidates)).toBe("");
  });
});

describe("show", () => {
  it.each([
    ["text", "a b", '"a b"'],
    ["text with quotes", 'a"b\n', '"a\\"b\\n"'],
    ["text of 80 characters", "a".repeat(80), `"${"a".repeat(80)}"`],
    ["a longer text, cut", "a".repeat(81), `"${"a".repeat(77)}..."`],
    ["nothing", undefined, "nothing"],
    ["null", null, "null"],
    ["a number", 1.5, "1.5"],
    ["a truth value", false, "false"],
    ["a list", ["a"], "a list"],
    ["a group", { a: 1 }, "a group of settings"],
    ["a function", () => 1, "a function"],
    ["a large integer", 1n, "a bigint"],
  ])("writes %s", (_, value, text) => {
    expect(show(value)).toBe(text);
  });

  it.each(fakeSecrets.map((secret, index) => ({ ...secret, index })))("hides $what ($index)", ({ value }) => {
    expect(show(value)).toBe("(hidden: it looks like a secret)");
    expect(show(`${"a ".repeat(60)}${value}`)).toBe("(hidden: it looks like a secret)");
  });
});

describe("secretLikeness", () => {
  it.each(fakeSecrets.map((secret, index) => ({ ...secret, index })))("recognises $what ($index)", ({
    what,
    value,
  }) => {
    expect(secretLikeness(value)).toBe(what);
    expect(secretLikeness(`before ${value} after`)).toBe(what);
  });

  it("recognises a secret that stands on a later line", () => {
    expect(secretLikeness(`first\n${fakeSecrets[0]?.value}`)).toBe("an AWS access key id");
  });

  it.each([
    ["an access key id that is too short", `AKIA${"A1".repeat(7)}`],
    ["an access key id in lower case", `akia${"a1".repeat(8)}`],
    ["39 characters of a secret access key", "wJ4/kL9+".repeat(5).slice(1)],
    ["41 characters of a secret access key", `${"wJ4/kL9+".repeat(5)}x`],
    ["a lower-case digest of 40 characters", "0a1b".repeat(10)],
    ["a certificate", ["-----BEGIN", "CERTIFICATE-----"].join(" ")],
    ["a URL with a user alone", "https://me@example.com/"],
    ["a URL with a port", "https://example.com:8443/a@b"],
    ["nothing", ""],
  ])("doesn't take for a secret %s", (_, text) => {
    expect(secretLikeness(text)).toBeUndefined();
  });
});

describe("findSecrets", () => {
  const [secret] = fakeSecrets;
  const value = `${secret?.value}`;
  const told =
    "looks like an AWS access key id (hidden here); the configuration is no place for secrets. Remove it, treat it as leaked, and see secrets in docs/configuration.md.";

  it.each<[string, unknown, Problem[]]>([
    ["nowhere", { a: "b", c: [1, null, undefined, true, { d: "e" }] }, []],
    ["in a text alone", value, [{ path: "", message: told }]],
    ["in lists of lists", [["a", value]], [{ path: "[0][1]", message: told }]],
    ["in groups of groups", { a: { b: [{ c: value }] } }, [{ path: "a.b[0].c", message: told }]],
    [
      "in every place",
      { a: value, b: value },
      [
        { path: "a", message: told },
        { path: "b", message: told },
      ],
    ],
    [
      "in a key, which later paths hide",
      { a: { [value]: { b: value } } },
      [
        { path: "a.(hidden)", message: `is a key that ${told.replace(" (hidden here)", "")}` },
        { path: "a.(hidden).b", message: told },
      ],
    ],
  ])("finds them %s", (_, input, problems) => {
    expect(findSecrets(input)).toEqual(problems);
  });
});

describe("describeIssue", () => {
  const problem = (schema: z.ZodType, input: unknown): Problem | undefined =>
    schema.safeParse(input, { reportInput: true }).error?.issues.map(describeIssue)[0];

  it.each<[string, z.ZodType, unknown, string]>([
    ["a missing text", z.string(), undefined, "is missing; give text."],
    ["a missing list", z.array(z.string()), undefined, "is missing; give a list."],
    ["a missing group", z.object({}), undefined, "is missing; give a group of settings."],
    ["a missing record", z.record(z.string(), z.string()), undefined, "is missing; give a group of settings."],
    ["a missing truth value", z.boolean(), undefined, "is missing; give true or false."],
    ["a type without a name of its own", z.date(), "x", 'got "x"; allowed: date.'],
    ["a wrong type", z.number(), "1", 'got "1"; allowed: a number.'],
    ["no number", z.number(), Number.NaN, "got NaN; allowed: a number."],
    ["a fraction", z.int(), 1.5, "got 1.5; allowed: a whole number."],
    ["a value off the list", z.enum(["us", "global"]), "europe", 'got "europe"; allowed: "us", "global".'],
    [
      "a misspelt value of the list",
      z.enum(["us", "global"]),
      "globe",
      'got "globe"; allowed: "us", "global". Did you mean "global"?',
    ],
    ["a value of another type than the list's", z.enum(["us"]), 1, 'got 1; allowed: "us".'],
    ["too small a number", z.number().min(2), 1, "got 1; allowed: at least 2."],
    ["a number at the bound that is left out", z.number().gt(0), 0, "got 0; allowed: more than 0."],
    ["too big a number", z.number().max(2), 3, "got 3; allowed: at most 2."],
    ["a number at the upper bound that is left out", z.number().lt(2), 2, "got 2; allowed: less than 2."],
    ["too short a text", z.string().min(2), "a", 'got "a"; allowed: at least 2 characters.'],
    ["an empty text", z.string().min(1), "", 'got ""; allowed: at least 1 character.'],
    ["too long a list", z.array(z.string()).max(2), ["a", "b", "c"], "got a list; allowed: at most 2 entries."],
    ["a message of the schema's own", z.string().regex(/^a$/, "allowed: a."), "b", 'got "b"; allowed: a.'],
    [
      "a key that isn't allowed",
      z.record(z.string().regex(/^a$/, "is no key; allowed: a."), z.string()),
      { b: "c" },
      "is no key; allowed: a.",
    ],
    [
      "a key that isn't allowed for two reasons",
      z.record(z.string().regex(/a/, "is without a").regex(/b/, "is without b"), z.string()),
      { c: "d" },
      "is without a; is without b",
    ],
  ])("tells about %s", (_, schema, input, message) => {
    expect(problem(schema, input)?.message).toBe(message);
  });

  it("hides a secret that is no allowed value", () => {
    const message = problem(z.enum(["us"]), fakeSecrets[0]?.value)?.message;
    expect(message).toBe('got (hidden: it looks like a secret); allowed: "us".');
  });

  it("gives the path", () => {
    const schema = z.object({ a: z.array(z.object({ b: z.string() })) });
    expect(problem(schema, { a: [{ b: 1 }] })).toEqual({ path: "a[0].b", message: "got 1; allowed: text." });
  });
});
