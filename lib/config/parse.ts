import { z } from "zod";
import { type AccessKeys, firstAccessKeys } from "../access-keys";
import type { Knowledge } from "../knowledge";
import type { ConfiguredModel } from "../models";
import { checkAssistants } from "./assistants";
import { resolveKnowledge } from "./knowledge";
import { ConfigError, describeIssue, findSecrets, type Problem, secretLikeness, show } from "./problems";
import { resolveModels } from "./resolve-models";
import {
  type AssistantConfig,
  assistantSchema,
  authSchema,
  type KnowledgeConfig,
  knowledgeSchema,
  type ModelConfig,
  modelSchema,
  type ParsedConfig,
  type StackConfigInput,
  stackSchema,
} from "./schema";

/** A configuration that may be deployed: complete, and every model looked up in the catalogue. */
export interface StackConfig extends Omit<ParsedConfig, "models" | "knowledge"> {
  /** In the order of the configuration file. */
  readonly models: readonly ConfiguredModel[];
  /** With the documents' texts, in the order of the configuration file. */
  readonly knowledge: readonly Knowledge[];
  /** Beside the configuration file: which access keys exist. */
  readonly accessKeys: AccessKeys;
}

/**
 * Gives a configuration file its types: `export default defineConfig({ ... })`. Nothing is checked until it is loaded.
 * @returns what it was given
 */
export function defineConfig(config: StackConfigInput): StackConfigInput {
  return config;
}

/**
 * Checks a configuration and completes it with its defaults, and with the access key that every installation begins with.
 * @param input - what the configuration file exports
 * @param source - the file's name, for the message
 * @throws ConfigError with every problem that was found
 */
export function parseConfig(input: unknown, source: string): StackConfig {
  const leaks = findSecrets(input);
  const parsed = stackSchema.safeParse(input, { reportInput: true });
  const shapeProblems = parsed.success ? [] : parsed.error.issues.map(describeIssue);
  const { models, knowledge, problems } = checkMeaning(readable(input));
  const all = [...leaks, ...withoutLeaks([...shapeProblems, ...problems], leaks)];
  if (!parsed.success || all.length > 0) throw new ConfigError(source, all);
  return { ...parsed.data, models, knowledge, accessKeys: firstAccessKeys };
}

/** What can be read of a configuration whose other parts may be wrong: so that one run names all problems. */
interface Readable {
  readonly models: Readonly<Record<string, ModelConfig>>;
  readonly aliases: readonly string[];
  readonly assistants: Readonly<Record<string, AssistantConfig>>;
  readonly knowledge: Readonly<Record<string, KnowledgeConfig>>;
  readonly knowledgeIds: readonly string[];
  readonly region: string | undefined;
  readonly auth: ParsedConfig["openWebUi"]["auth"] | undefined;
  readonly ingress: ParsedConfig["ingress"] | undefined;
  readonly namespace: string | undefined;
  readonly monitoring: ParsedConfig["monitoring"] | undefined;
  readonly cluster: ParsedConfig["cluster"] | undefined;
  readonly database: ParsedConfig["database"] | undefined;
  readonly hasBackup: boolean;
}

/** A model whose rate limit is wrong, or that has unknown settings, can be looked up all the same. */
const lookUpSchema = z.object(modelSchema.shape).omit({ rateLimit: true });

function readable(input: unknown): Readable {
  const { models, assistants, knowledge, aws, openWebUi, ingress, namespace, monitoring, cluster, database, backup } =
    record(input);
  // An alias that is a secret is told by findSecrets; no other message may repeat it, not even as a suggestion.
  const aliases = Object.keys(record(models)).filter((alias) => secretLikeness(alias) === undefined);
  const readModels = aliases.flatMap((alias) => {
    const given = record(models)[alias];
    const data = modelSchema.safeParse(given).data ?? lookUpSchema.safeParse(given).data;
    return data === undefined ? [] : [[alias, data] as const];
  });
  return {
    models: Object.fromEntries(readModels),
    aliases,
    assistants: readEntries(assistants, (given) => assistantSchema.safeParse(given).data),
    knowledge: readEntries(knowledge, (given) => knowledgeSchema.safeParse(given).data),
    knowledgeIds: Object.keys(record(knowledge)).filter((id) => secretLikeness(id) === undefined),
    region: stackSchema.shape.aws.unwrap().shape.region.safeParse(record(aws)["region"]).data,
    auth: authSchema.safeParse(record(openWebUi)["auth"]).data,
    ingress: stackSchema.shape.ingress.safeParse(ingress).data,
    namespace: stackSchema.shape.namespace.safeParse(namespace).data,
    monitoring: stackSchema.shape.monitoring.safeParse(monitoring).data,
    cluster: stackSchema.shape.cluster.safeParse(cluster).data,
    database: stackSchema.shape.database.safeParse(database).data,
    hasBackup: backup !== undefined,
  };
}

/** Those of a group that can be read, and whose names are no secrets. */
function readEntries<Value>(
  given: unknown,
  read: (value: unknown) => Value | undefined,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(record(given)).flatMap(([id, value]) => {
      const data = read(value);
      return data === undefined || secretLikeness(id) !== undefined ? [] : [[id, data] as const];
    }),
  );
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** What the shape alone can't tell. */
function checkMeaning(config: Readable): { models: ConfiguredModel[]; knowledge: Knowledge[]; problems: Problem[] } {
  const { models, problems } = resolveModels(config);
  const { knowledge, problems: knowledgeProblems } = resolveKnowledge(config, models);
  return {
    models,
    knowledge,
    problems: [
      ...problems,
      ...checkModelKinds(config, models),
      ...checkAssistants(config, models),
      ...knowledgeProblems,
      ...checkSignIn(config),
      ...checkHeaders(config),
      ...checkEntryPoints(config),
      ...checkNamespace(config),
      ...checkBackup(config),
    ],
  };
}

/** A text that is a secret has one problem, that it's here. */
function withoutLeaks(problems: readonly Problem[], leaks: readonly Problem[]): Problem[] {
  const leaking = new Set(leaks.map(({ path }) => path));
  return problems.filter(({ path }) => !leaking.has(path));
}

function checkModelKinds({ aliases }: Readable, models: readonly ConfiguredModel[]): Problem[] {
  const onlyEmbeddings =
    aliases.length > 0 &&
    models.length === aliases.length &&
    models.every(({ definition }) => definition.kind === "embedding");
  return onlyEmbeddings
    ? [{ path: "models", message: "has embedding models only; add one for chat, such as amazon.nova-lite-v1:0." }]
    : [];
}

/** The sign-in modes that trust a proxy must have one in front: a Traefik middleware is the only one we can render. */
function checkSignIn({ auth, ingress }: Readable): Problem[] {
  if (auth === undefined || ingress === undefined || auth.kind === "accounts" || auth.unauthenticated !== undefined)
    return [];
  if (ingress.kind === "traefik" && ingress.middlewares.length > 0) return [];
  const path = ingress.kind === "traefik" ? "ingress.middlewares" : "ingress.kind";
  const given = ingress.kind === "traefik" ? "no middleware" : `"${ingress.kind}", which has no middlewares`;
  return [
    {
      path,
      message: `got ${given}, with openWebUi.auth.kind "${auth.kind}": whoever reaches the chat would be let in unasked. Put the sign-in in front (ingress.kind "traefik" with its middleware), choose openWebUi.auth.kind "accounts", or say why it is safe: openWebUi.auth.unauthenticated: { reason: "..." }.`,
    },
  ];
}

/** The browser's header that names the user and the one with the name can't be the same. */
function checkHeaders({ auth }: Readable): Problem[] {
  if (auth?.kind !== "trusted-header" || auth.nameHeader?.toLowerCase() !== auth.emailHeader.toLowerCase()) return [];
  return [
    {
      path: "openWebUi.auth.nameHeader",
      message: `got ${show(auth.nameHeader)}; allowed: another header than emailHeader.`,
    },
  ];
}

/** `websecure` is the name of Traefik's entry point for TLS, in k3s and in its own examples. */
function checkEntryPoints({ ingress }: Readable): Problem[] {
  if (ingress?.kind !== "traefik" || !ingress.entryPoints.includes("websecure")) return [];
  if (ingress.tls.kind !== "none" && ingress.tls.kind !== "upstream") return [];
  return [
    {
      path: "ingress.entryPoints",
      message: `got "websecure", where Traefik speaks TLS, with ingress.tls.kind "${ingress.tls.kind}"; allowed: an entry point without TLS, such as ["web"].`,
    },
  ];
}

/** The stack refuses all traffic and all privileges in its Namespace: others' pods would stop working. */
function checkNamespace({ namespace, ingress, monitoring, cluster, database }: Readable): Problem[] {
  if (namespace === undefined) return [];
  const allowed =
    'allowed: a Namespace of its own, such as "open-webui": the stack denies all other pods in it the network.';
  if (namespace === "default" || namespace.startsWith("kube-")) {
    return [{ path: "namespace", message: `got ${show(namespace)}, which belongs to the cluster; ${allowed}` }];
  }
  const others = {
    "ingress.controller": ingress === undefined || ingress.kind === "none" ? undefined : ingress.controller.namespace,
    "monitoring.prometheus":
      monitoring === undefined || monitoring.kind === "none" ? undefined : monitoring.prometheus.namespace,
    "cluster.dns": cluster?.dns.namespace,
    "database.server":
      database?.kind === "external-postgres" && database.server.kind === "pods" ? database.server.namespace : undefined,
  };
  const owner = Object.entries(others).find(([, name]) => name === namespace)?.[0];
  return owner === undefined
    ? []
    : [{ path: "namespace", message: `got ${show(namespace)}, like ${owner}; ${allowed}` }];
}

/** Somebody else's Postgres may have a version that no dump of ours can be of. */
function checkBackup({ database, hasBackup }: Readable): Problem[] {
  if (database?.kind !== "external-postgres" || !hasBackup) return [];
  return [
    {
      path: "backup",
      message: `got a schedule, with database.kind ${show(database.kind)}; allowed: one with "sqlite" or "postgres". Leave it out, and have the database backed up with that Postgres.`,
    },
  ];
}
