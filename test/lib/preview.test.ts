import type { StackConfig } from "../../lib/config";
import { listSubstitutions, previewNamespace, previewOf } from "../../lib/preview";
import { accept, minimalWith, testRecipient } from "../support/config-input";
import { exampleNames, loadExample } from "../support/examples";

const withBackup = minimalWith({ backup: { recipient: testRecipient } });
const options = { port: 9090, storageClass: "local-path" };
const examples = exampleNames.map((name) => [name, loadExample(name)] as const);

/** The settings that differ, by their path of at most two parts. */
function changes(before: StackConfig, after: StackConfig): readonly string[] {
  const isGroup = (value: unknown): value is object => typeof value === "object" && value !== null;
  return (Object.keys(before) as (keyof StackConfig)[]).flatMap((key) => {
    const [old, now] = [before[key], after[key]];
    const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
    if (same(old, now)) return [];
    if (!isGroup(old) || !isGroup(now) || "kind" in old) return [key];
    const parts = new Map<string, unknown>(Object.entries(now));
    return Object.entries(old).flatMap(([part, value]) => (same(value, parts.get(part)) ? [] : [`${key}.${part}`]));
  });
}

describe("a preview", () => {
  it.each(examples)("of %s keeps the models, the limits and the budget", (_, config) => {
    const allowed = [
      "host",
      "namespace",
      "ingress",
      "monitoring",
      "secrets",
      "aws.credentials",
      "openWebUi.auth",
      "openWebUi.storage",
      "redis.storage",
      "database",
    ];
    const changed = changes(config, previewOf(config, options));
    expect(changed).toContain("host");
    expect(changed.filter((path) => !allowed.includes(path))).toEqual([]);
  });

  it.each(examples)("of %s is in a Namespace of its own, with the cluster's storage class", (_, config) => {
    const { namespace, openWebUi, redis } = previewOf(config, options);
    expect(namespace).toBe(previewNamespace);
    expect(openWebUi.storage).toEqual({ ...config.openWebUi.storage, storageClass: "local-path" });
    expect(redis.storage).toEqual({ ...config.redis.storage, storageClass: "local-path" });
  });

  it("keeps a Postgres of the stack's own, with the cluster's storage class", () => {
    const { database } = previewOf(loadExample("postgres"), options);
    expect(database).toMatchObject({ kind: "postgres", storage: { size: "10Gi", storageClass: "local-path" } });
  });

  it("stays away from somebody else's Postgres, and says so", () => {
    const config: StackConfig = {
      ...loadExample("homelab"),
      database: {
        kind: "external-postgres",
        urlSecret: { name: "db", key: "uri" },
        server: { kind: "addresses", cidrs: ["192.168.7.20/32"] },
        port: 5432,
      },
    };
    expect(previewOf(config, options).database).toEqual({ kind: "sqlite" });
    expect(listSubstitutions(config, options)).toContainEqual(expect.objectContaining({ setting: "database" }));
  });

  it("makes no backups, and says so", () => {
    const config: StackConfig = { ...loadExample("homelab"), backup: accept(withBackup).backup };
    expect(config.backup).toBeDefined();
    expect(previewOf(config, options).backup).toBeUndefined();
    expect(listSubstitutions(config, options)).toContainEqual(expect.objectContaining({ setting: "backup" }));
    expect(listSubstitutions(loadExample("homelab"), options)).not.toContainEqual(
      expect.objectContaining({ setting: "backup" }),
    );
  });

  it("takes the cluster's default class where none is given", () => {
    expect(previewOf(loadExample("homelab"), { port: 9090 }).redis.storage.storageClass).toBeUndefined();
  });

  it("keeps accounts, and shares one where a proxy would name the user", () => {
    const withAuth = (auth: StackConfig["openWebUi"]["auth"]): StackConfig => {
      const config = loadExample("homelab");
      return { ...config, openWebUi: { ...config.openWebUi, auth } };
    };
    const accounts = { kind: "accounts", owner: "you@example.com", allowSignUp: false } as const;
    const header = {
      kind: "trusted-header",
      owner: "you@example.com",
      emailHeader: "X-Email",
      newUsers: "user",
    } as const;
    expect(previewOf(withAuth(accounts), options).openWebUi.auth).toEqual(accounts);
    expect(previewOf(withAuth(header), options).openWebUi.auth).toEqual({ kind: "proxy" });
    const settings = (config: StackConfig) => listSubstitutions(config, options).map(({ setting }) => setting);
    expect(settings(withAuth(accounts))).not.toContain("sign-in");
    expect(settings(withAuth(header))).toContain("sign-in");
  });

  it("signs with a made-up key where AWS would be asked for a role", () => {
    const config = loadExample("web-identity");
    expect(previewOf(config, options).aws).toEqual({ ...config.aws, credentials: { kind: "access-key" } });
    const settings = (given: StackConfig) => listSubstitutions(given, options).map(({ setting }) => setting);
    expect(settings(config)).toContain("credentials");
    expect(settings(loadExample("homelab"))).not.toContain("credentials");
  });

  it("says what it takes instead, where it matters only", () => {
    const config = loadExample("homelab");
    const instead = (given: StackConfig, setting: string) =>
      listSubstitutions(given, options).find((substitution) => substitution.setting === setting)?.instead;
    expect(instead(config, "host, ingress")).toBe("a port-forward: localhost:9090");
    expect(instead(config, "storage class")).toBe("local-path");
    expect(instead(config, "monitoring")).toBe("none");
    expect(instead({ ...config, monitoring: { kind: "none" } }, "monitoring")).toBeUndefined();
  });
});
