import { ConfigError, parseConfig, type StackConfig, type StackConfigInput } from "../../lib/config";

/** Public half of a key of age, whose other half nobody has. */
export const testRecipient = "age1rvzyrhq5h5te6fagaj269a4kqvdkv4hde5mg0027uwgp6gfgt9ss9rdyrd";

/** Only what has no default. */
export const minimal: StackConfigInput = {
  host: "chat.example.com",
  models: { "nova-lite": { model: "amazon.nova-lite-v1:0" } },
  openWebUi: { auth: { kind: "accounts", owner: "you@example.com" } },
};

/**
 * The minimal configuration with some settings changed, whatever their type.
 * @param changes - values by path, such as `{ "liteLlm.replicas": "two" }`
 */
export function minimalWith(changes: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(changes).reduce<unknown>((config, [path, value]) => changed(config, path.split("."), value), {
    ...minimal,
  });
}

function changed(settings: unknown, [key = "", ...rest]: readonly string[], value: unknown): unknown {
  const group = typeof settings === "object" && settings !== null ? (settings as Record<string, unknown>) : {};
  return { ...group, [key]: rest.length === 0 ? value : changed(group[key], rest, value) };
}

/** The configuration as it is deployed. */
export function accept(input: unknown): StackConfig {
  return parseConfig(input, "stack.config.ts");
}

/** The error with which a configuration is refused. */
export function refuse(input: unknown): ConfigError {
  try {
    parseConfig(input, "stack.config.ts");
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

/** The problems of a refused configuration, each as its line of the message. */
export function problemsOf(input: unknown): readonly string[] {
  return refuse(input).problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
}

/** A Postgres that isn't the stack's. */
export const externalPostgres = {
  kind: "external-postgres",
  urlSecret: { name: "db" },
  server: { kind: "addresses", cidrs: ["192.0.2.20/32"] },
} as const;
