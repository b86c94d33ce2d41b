import type { StackConfig } from "./config/parse";

/** Where a preview lives: a Namespace of its own, so that it never touches an installation in the same cluster. */
export const previewNamespace = "open-webui-preview";

export interface PreviewOptions {
  /** Port of this machine that is forwarded to the chat. */
  readonly port: number;
  /** A class that the cluster has. @default the cluster's default class */
  readonly storageClass?: string | undefined;
}

/** A setting that a preview takes another value for. */
export interface Substitution {
  readonly setting: string;
  readonly instead: string;
  readonly why: string;
}

/**
 * The same configuration, changed only where it would need AWS, a host name or something else that the cluster may not
 * have: what a person sees of the chat stays.
 */
export function previewOf(config: StackConfig, { port, storageClass }: PreviewOptions): StackConfig {
  const { openWebUi, redis } = config;
  return {
    ...config,
    host: `localhost:${port}`,
    namespace: previewNamespace,
    ingress: { kind: "none" },
    monitoring: { kind: "none" },
    backup: undefined,
    secrets: { kind: "terraform", version: config.secrets.version },
    aws: { ...config.aws, credentials: { kind: "access-key" } },
    openWebUi: {
      ...openWebUi,
      auth: openWebUi.auth.kind === "trusted-header" ? { kind: "proxy" } : openWebUi.auth,
      storage: { ...openWebUi.storage, storageClass },
    },
    database: databaseOf(config, storageClass),
    redis: { ...redis, storage: { ...redis.storage, storageClass } },
  };
}

/** Somebody else's Postgres has other chats in it. */
function databaseOf({ database }: StackConfig, storageClass: string | undefined): StackConfig["database"] {
  if (database.kind !== "postgres") return { kind: "sqlite" };
  return { ...database, storage: { ...database.storage, storageClass } };
}

/** What {@link previewOf} changes of a configuration, for the person who runs it. */
export function listSubstitutions(
  config: StackConfig,
  { port, storageClass }: PreviewOptions,
): readonly Substitution[] {
  const substitutions: Substitution[] = [
    { setting: "Amazon Bedrock", instead: "a simulated one in the cluster", why: "no account, no key, no cost" },
    { setting: "secrets", instead: "random ones, made now", why: "Terraform isn't run" },
    { setting: "namespace", instead: previewNamespace, why: "an installation stays untouched" },
    { setting: "host, ingress", instead: `a port-forward: localhost:${port}`, why: "no name, no certificate" },
    { setting: "storage class", instead: storageClass ?? "the cluster's default", why: "the cluster may lack yours" },
  ];
  if (config.monitoring.kind !== "none") {
    substitutions.push({ setting: "monitoring", instead: "none", why: "the operator may not be there" });
  }
  if (config.backup !== undefined) {
    substitutions.push({ setting: "backup", instead: "none", why: "nobody needs a preview's chats" });
  }
  if (config.aws.credentials.kind === "web-identity") {
    substitutions.push({ setting: "credentials", instead: "a made-up key", why: "AWS isn't asked for a role" });
  }
  if (config.database.kind === "external-postgres") {
    substitutions.push({ setting: "database", instead: "a file of its own", why: "yours stays untouched" });
  }
  if (config.openWebUi.auth.kind === "trusted-header") {
    substitutions.push({ setting: "sign-in", instead: "one shared account", why: "no proxy in front names the user" });
  }
  return substitutions;
}
