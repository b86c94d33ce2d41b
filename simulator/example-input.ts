type Schema = Readonly<Record<string, unknown>>;

/**
 * A plausible value of a JSON Schema: its own default or example, else the simplest one of its type. Of an object's
 * properties the required ones, or all when none is required.
 * @param name - of the property, for a text that says what it stands for
 */
export function exampleInput(schema: unknown, name = "value", root: unknown = schema, depth = 0): unknown {
  if (!isSchema(schema) || depth > 8) return name;
  const next = (inner: unknown, innerName = name) => exampleInput(inner, innerName, root, depth + 1);
  const given = [schema["const"], schema["default"], list(schema["examples"])[0], list(schema["enum"])[0]];
  const example = given.find((value) => value !== undefined);
  if (example !== undefined) return example;
  if (typeof schema["$ref"] === "string") return next(lookUp(schema["$ref"], root));
  const alternative = ["anyOf", "oneOf", "allOf"].flatMap((word) => list(schema[word]))[0];
  if (alternative !== undefined) return next(alternative);
  const type = [schema["type"]].flat().find((candidate) => candidate !== "null");
  if (type === "object" || isSchema(schema["properties"])) return exampleObject(schema, next);
  if (type === "array") return [next(schema["items"] ?? { type: "string" })];
  if (type === "integer" || type === "number") return typeof schema["minimum"] === "number" ? schema["minimum"] : 1;
  if (type === "boolean") return true;
  return formats[String(schema["format"])] ?? `example ${name}`;
}

const formats: Readonly<Record<string, string>> = {
  date: "2026-01-31",
  "date-time": "2026-01-31T12:00:00Z",
  email: "person@example.com",
  time: "12:00:00Z",
  uri: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000000",
};

function exampleObject(schema: Schema, next: (inner: unknown, name: string) => unknown): Schema {
  const properties = isSchema(schema["properties"]) ? schema["properties"] : {};
  const required = list(schema["required"]).map(String);
  const names = required.length > 0 ? required : Object.keys(properties);
  return Object.fromEntries(names.map((name) => [name, next(properties[name] ?? {}, name)]));
}

/** `#/$defs/Place` and the like; other addresses are unknown. */
function lookUp(reference: string, root: unknown): unknown {
  const [start, ...parts] = reference.split("/");
  if (start !== "#") return undefined;
  return parts.reduce<unknown>((schema, part) => (isSchema(schema) ? schema[part] : undefined), root);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
