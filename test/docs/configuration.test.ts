import { runInNewContext } from "node:vm";
import { transformSync } from "@swc/core";
import { z } from "zod";
import { redisAcl } from "../../k8s/constructs/redis/acl";
import { ConfigError, parseConfig } from "../../lib/config";
import { stackSchema } from "../../lib/config/schema";
import { catalogue, endedModels } from "../../lib/models";
import { secretKeys, secretNames, secretOutputs } from "../../lib/naming";
import { minimal } from "../support/config-input";
import { codeBlocks, codeSpans, readPage, readPages, rowsUnder, rowsWith } from "./markdown";

/** A setting that a configuration can give. */
interface Leaf {
  /** `[]` stands for an item of a list, `<alias>` for a name of the user's own. */
  readonly path: string;
  /** The `kind` beside it with which alone it exists. */
  readonly kind: string | undefined;
  readonly presence: { readonly required: true } | { readonly default: unknown } | { readonly optional: true };
  /** Every allowed value, where they can be counted. */
  readonly values: readonly string[];
}

interface Position {
  readonly path: string;
  readonly kind?: string | undefined;
  readonly optional?: boolean;
  /** What stands in for a group that is left out. */
  readonly given?: unknown;
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function leaf({ path, kind, optional, given }: Position, values: readonly string[] = []): Leaf {
  const presence =
    given !== undefined ? { default: given } : optional ? ({ optional: true } as const) : ({ required: true } as const);
  return { path, kind, presence, values };
}

/** Every setting under a schema. */
function leaves(schema: unknown, position: Position): Leaf[] {
  const { path, kind, given } = position;
  if (schema instanceof z.ZodOptional) return leaves(schema.unwrap(), { ...position, optional: true });
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return leaves(schema.unwrap(), { ...position, given: given ?? schema.def.defaultValue });
  }
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([key, inner]) =>
      leaves(inner, { path: path === "" ? key : `${path}.${key}`, kind, given: member(given, key) }),
    );
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const options = schema.options.filter((option) => option instanceof z.ZodObject);
    const named = options.flatMap((option) => {
      const { kind: literal, ...shape } = option.shape;
      return literal instanceof z.ZodLiteral ? [{ name: String(literal.value), shape }] : [];
    });
    const kinds = named.map(({ name }) => name);
    return [
      leaf({ path: `${path}.kind`, kind, given: member(given, "kind") }, kinds),
      ...named.flatMap(({ name, shape }) =>
        Object.entries(shape).flatMap(([key, inner]) => {
          const chosen = member(given, "kind") === name ? member(given, key) : undefined;
          return leaves(inner, { path: `${path}.${key}`, kind: name, given: chosen });
        }),
      ),
    ];
  }
  if (schema instanceof z.ZodArray && schema.element instanceof z.ZodObject) {
    return [leaf(position), ...leaves(schema.element, { path: `${path}[]`, kind })];
  }
  if (schema instanceof z.ZodRecord && schema.valueType instanceof z.ZodObject) {
    return [leaf(position), ...leaves(schema.valueType, { path: `${path}.<alias>`, kind })];
  }
  return [leaf(position, schema instanceof z.ZodEnum ? schema.options.map(String) : [])];
}

type Row = Readonly<Record<string, string>>;

/** `a.{b,c}.d` names `a.b.d` and `a.c.d`. */
function expand(path: string): string[] {
  const braces = /^(.*?)\{([^}]*)\}(.*)$/.exec(path);
  if (braces === null) return [path];
  const [, before = "", inside = "", after = ""] = braces;
  return inside.split(",").flatMap((part) => expand(`${before}${part}${after}`));
}

function matches(row: Row, { path, kind }: Leaf): boolean {
  const kinds = codeSpans(row["With `kind`"] ?? "");
  const paths = codeSpans(row["Setting"] ?? "").flatMap(expand);
  return paths.includes(path) && (kind === undefined ? kinds.length === 0 : kinds.includes(JSON.stringify(kind)));
}

function label({ path, kind }: Leaf): string {
  return kind === undefined ? path : `${path} (${kind})`;
}

function withoutBlanks(text: string): string {
  return text.replaceAll(" ", "");
}

/** Where the page differs from the schema. */
function differences(page: string): string[] {
  const all = leaves(stackSchema, { path: "" });
  const rows = rowsWith(page, "Setting");
  const wrong = all.flatMap((setting) => {
    const found = rows.filter((row) => matches(row, setting));
    const [row] = found;
    if (row === undefined || found.length > 1) return [`${label(setting)}: on ${found.length} rows`];
    const cell = row["Default"] ?? "";
    const { presence, values } = setting;
    const stated =
      "default" in presence
        ? codeSpans(cell)
            .map(withoutBlanks)
            .includes(withoutBlanks(JSON.stringify(presence.default)))
        : "required" in presence
          ? cell.startsWith("required")
          : cell.startsWith("none");
    const allowed = codeSpans(row["Allowed"] ?? "");
    const missing = values.filter((value) => !allowed.includes(JSON.stringify(value)));
    return [
      ...(stated ? [] : [`${label(setting)}: ${JSON.stringify(presence)} against ${cell}`]),
      ...(missing.length === 0 ? [] : [`${label(setting)}: ${missing.join(", ")} not among the allowed`]),
      ...((row["What it does"] ?? "") === "" ? [`${label(setting)}: not explained`] : []),
    ];
  });
  const stale = rows
    .flatMap((row) => codeSpans(row["Setting"] ?? "").flatMap(expand))
    .filter((path) => !all.some((setting) => setting.path === path));
  return [...wrong, ...stale.map((path) => `${path}: no such setting`)];
}

/** One row per model and profile. */
function catalogueRows(): Row[] {
  return Object.entries(catalogue).flatMap(([id, { kind, input, lifecycle, offers }]) =>
    Object.entries(offers).flatMap(([profile, offer]) => {
      if (offer === undefined) return [];
      const { prices, routes } = offer;
      const price = (value: number | undefined) => (value === undefined ? "–" : String(value));
      return [
        {
          Model: `\`${id}\``,
          Profile: `\`${profile}\``,
          In: price(prices.input),
          Out: price(prices.output),
          "Cache write": price(prices.cacheWrite),
          "Cache read": price(prices.cacheRead),
          Takes: kind === "embedding" ? `${input.join(", ")} (embedding)` : input.join(", "),
          "Called from": Object.keys(routes).join(", "),
          State: lifecycle.state === "active" ? "active" : `legacy until ${lifecycle.endOfLife}`,
        },
      ];
    }),
  );
}

/** What the configurations in the pages import. */
const configModule = { defineConfig: (config: unknown) => config, readText: (file: string) => `The text of ${file}` };

/** What a whole configuration in a page exports. */
function evaluate(source: string): unknown {
  const { code } = transformSync(source, {
    swcrc: false,
    configFile: false,
    jsc: { parser: { syntax: "typescript" } },
    module: { type: "commonjs" },
  });
  const exports: { default?: unknown } = {};
  runInNewContext(code, { exports, require: () => configModule });
  return JSON.parse(JSON.stringify(exports.default));
}

function wholeConfigurations(page: string): string[] {
  return codeBlocks(page, "ts").filter((block) => block.includes("export default defineConfig("));
}

/** Which ways in a sign-in mode accepts when no reason is given. */
function isAccepted(auth: string, ingress: string): boolean {
  const ways: Readonly<Record<string, unknown>> = {
    '`"traefik"` with a middleware': { kind: "traefik", middlewares: [{ name: "sign-in" }] },
    '`"traefik"` without': { kind: "traefik" },
    '`"ingress"`': { kind: "ingress" },
    '`"none"`': { kind: "none" },
  };
  const kind = codeSpans(auth).map((text): unknown => JSON.parse(text))[0];
  const input = {
    ...minimal,
    openWebUi: { auth: kind === "proxy" ? { kind } : { kind, owner: "you@example.com" } },
    ingress: ways[ingress],
  };
  try {
    parseConfig(input, "matrix");
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

describe("docs/configuration.md", () => {
  const page = readPage("docs/configuration.md");

  it("has every setting with its default and its allowed values, and no other", () => {
    expect(leaves(stackSchema, { path: "" }).length).toBeGreaterThan(50);
    expect(differences(page)).toEqual([]);
  });

  it("would differ with a row gone, another default, a value gone or a setting that doesn't exist", () => {
    const row = /^\| `liteLlm.retries` \|.*\n/m;
    const newUsers = /^\| `openWebUi.auth.newUsers` \|.*$/m;
    expect(page).toMatch(row);
    expect(page).toMatch(newUsers);
    expect(differences(page.replace(row, ""))).toEqual(["liteLlm.retries: on 0 rows"]);
    expect(differences(page.replace(row, (line) => line.replace("`2`", "`3`")))).toHaveLength(1);
    expect(differences(page.replace(newUsers, (line) => line.replace('`"pending"`', "")))).toEqual([
      "openWebUi.auth.newUsers (trusted-header): pending not among the allowed",
    ]);
    expect(differences(page.replace(row, (line) => `${line}${line.replace("retries", "tries")}`))).toEqual([
      "liteLlm.tries: no such setting",
    ]);
  });

  it("has every catalogued model with its prices", () => {
    expect(catalogueRows().length).toBeGreaterThan(Object.keys(catalogue).length);
    expect(rowsUnder(page, "Catalogue")).toEqual(catalogueRows());
  });

  it("would differ with another price", () => {
    const changed = page.replace("| `us` | 3.3 |", "| `us` | 3.4 |");
    expect(rowsUnder(changed, "Catalogue")).not.toEqual(catalogueRows());
  });

  it("names the models that reached their end of life", () => {
    expect(rowsUnder(page, "Models that are refused")).toEqual(
      Object.entries(endedModels).map(([id, { endOfLife, successor }]) => ({
        Model: `\`${id}\``,
        "End of life": endOfLife,
        "Use instead": `\`${successor}\``,
      })),
    );
  });

  it("says rightly which sign-in goes with which way in", () => {
    const rows = rowsUnder(page, "Sign-in and the way in");
    const cells = rows.flatMap(({ "Sign-in": auth = "", ...ways }) =>
      Object.entries(ways).map(([ingress, verdict]) => ({ auth, ingress, accepted: verdict.startsWith("yes") })),
    );
    expect(cells).toHaveLength(12);
    expect(cells.filter(({ auth, ingress, accepted }) => accepted !== isAccepted(auth, ingress))).toEqual([]);
    expect(cells.map(({ accepted }) => accepted)).toContain(false);
  });

  it("lists the Secrets with their keys, and the properties that fill them", () => {
    const expected = Object.entries(secretKeys).flatMap(([component, keys]) =>
      Object.values(keys).map((key) => [`\`${secretNames[component as keyof typeof secretNames]}\``, `\`${key}\``]),
    );
    const rows = rowsUnder(page, "Secrets");
    expect(rows.map(({ Secret, Key }) => [Secret, Key])).toEqual(expected);
    const properties = new Set(rows.flatMap(({ Property = "" }) => codeSpans(Property)));
    expect([...properties].sort()).toEqual(Object.values(secretOutputs).sort());
  });

  it("shows the ACL file as it is rendered", () => {
    expect(codeBlocks(page, "text")).toContain(
      redisAcl({ liteLlmDigest: "LITELLM_DIGEST", openWebUiDigest: "OPEN_WEBUI_DIGEST" }),
    );
  });
});

describe("the configurations in the pages", () => {
  const blocks = [...readPages()].flatMap(([name, page]) =>
    wholeConfigurations(page).map((block, index) => [`${name}, configuration ${index + 1}`, block] as const),
  );

  it.each(blocks)("are accepted: %s", (name, block) => {
    expect(parseConfig(evaluate(block), name).models.length).toBeGreaterThan(0);
  });

  it("would be refused with a setting that doesn't exist", () => {
    const [block = ""] = wholeConfigurations(
      '```ts\nimport { defineConfig } from "./lib/config";\n\nexport default defineConfig({ hots: "chat.example.com" });\n```\n',
    );
    expect(() => parseConfig(evaluate(block), "a page")).toThrow('has no setting "hots". Did you mean "host"?');
  });
});
