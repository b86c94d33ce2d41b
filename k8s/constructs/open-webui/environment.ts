import type { StackConfig } from "../../../lib/config";
import { type ConfiguredModel, cheapestChatModel } from "../../../lib/models";
import { postgresNames, redisPrefixes, redisUsers, secretKeys } from "../../../lib/naming";
import { passages } from "../../../lib/retrieval";
import type { LiteLlmEndpoint } from "../litellm/litellm";
import type { RedisEndpoint } from "../redis/redis";

/** How people sign in; see `openWebUi.auth` in lib/config/schema.ts. */
export type SignIn = StackConfig["openWebUi"]["auth"];

/** Where accounts and chats are kept. */
export type Database =
  | { readonly kind: "file" }
  | { readonly kind: "postgres"; readonly host: string; readonly port: number }
  /** Which key of which Secret has the URL. */
  | { readonly kind: "url"; readonly urlSecret: { readonly name: string; readonly key: string } };

export interface EnvironmentOptions {
  /** What people type into the browser, such as `https://chat.example.com`. */
  readonly publicUrl: string;
  /** Origins whose pages may open web sockets. */
  readonly allowedOrigins: readonly string[];
  readonly signIn: SignIn;
  readonly models: readonly ConfiguredModel[];
  readonly liteLlm: LiteLlmEndpoint;
  readonly redis: RedisEndpoint;
  readonly database: Database;
  /** Alias of the model by which documents are searched. @default they travel whole */
  readonly embeddingModel?: string | undefined;
}

type Environment = Readonly<Record<string, string>>;

/** Every setting of Open WebUI that isn't secret. docs/settings.md says what each one does. */
export function openWebUiEnvironment(options: EnvironmentOptions): Environment {
  return {
    // The environment wins over what the database remembers.
    ENABLE_PERSISTENT_CONFIG: "False",
    ...connections(options),
    // Answers stream over it.
    ENABLE_WEBSOCKET_SUPPORT: "True",
    ...databaseUrl(options.database),
    ...signOuts(options),
    ...addresses(options),
    ...signInSettings(options.signIn),
    ...costSavers(options.models),
    ...documents(options),
    ...noInternet,
    ...noCode,
    ...writablePaths,
  };
}

/** Which keys of the Secret the pod reads. Only the modes with an administrator of their own have a password. */
export function openWebUiSecretKeys({ signIn, database }: Pick<EnvironmentOptions, "signIn" | "database">): string[] {
  const { liteLlmKey, secretKey, redisPassword, adminPassword, postgresPassword } = secretKeys.openWebUi;
  return [
    liteLlmKey,
    secretKey,
    redisPassword,
    ...(signIn.kind === "proxy" ? [] : [adminPassword]),
    ...(database.kind === "postgres" ? [postgresPassword] : []),
  ];
}

/**
 * With a file there is none: Open WebUI's own default is on its volume. The driver is named because Open WebUI always has
 * this one; another it has in some images only.
 */
function databaseUrl(database: Database): Environment {
  if (database.kind !== "postgres") return {};
  const password = `$(${secretKeys.openWebUi.postgresPassword})`;
  return {
    DATABASE_URL: `postgresql+psycopg://${postgresNames.user}:${password}@${database.host}:${database.port}/${postgresNames.database}`,
  };
}

function connections({ liteLlm, models }: EnvironmentOptions): Environment {
  const chat = models.filter(({ definition }) => definition.kind === "chat").map(({ alias }) => alias);
  const [first = ""] = chat;
  // Embedding models stay out of the menu. The task model must stay in: without it every title costs the chat's model.
  const onlyChat =
    chat.length === models.length
      ? {}
      : { OPENAI_API_CONFIGS: JSON.stringify({ 0: { enable: true, model_ids: chat } }) };
  return {
    OPENAI_API_BASE_URL: liteLlm.baseUrl,
    ENABLE_OLLAMA_API: "False",
    DEFAULT_MODELS: first,
    ...onlyChat,
  };
}

/**
 * Where a signed-out token is remembered. Only people with passwords of their own sign out of Open WebUI; with the
 * other modes the sign-in in front decides. Redis is left out there, as Open WebUI fails chats while it is away.
 */
function signOuts({ signIn, redis }: EnvironmentOptions): Environment {
  if (signIn.kind !== "accounts") return {};
  return {
    // Kubernetes puts the password in from the variable of that name.
    REDIS_URL: `redis://${redisUsers.openWebUi}:$(${secretKeys.openWebUi.redisPassword})@${redis.host}:${redis.port}/0`,
    REDIS_KEY_PREFIX: redisPrefixes.openWebUi,
    // Each request asks Redis, and without these waits 5 s for one that is away.
    REDIS_SOCKET_CONNECT_TIMEOUT: "0.5",
    REDIS_SOCKET_TIMEOUT: "2",
  };
}

function addresses({ publicUrl, allowedOrigins }: EnvironmentOptions): Environment {
  return {
    WEBUI_URL: publicUrl,
    // Another site's page can't open a web socket with our cookie.
    CORS_ALLOW_ORIGIN: allowedOrigins.join(";"),
    WEBUI_SESSION_COOKIE_SECURE: publicUrl.startsWith("https:") ? "True" : "False",
    WEBUI_SESSION_COOKIE_SAME_SITE: "lax",
    XFRAME_OPTIONS: "DENY",
    XCONTENT_TYPE: "nosniff",
    REFERRER_POLICY: "same-origin",
  };
}

function signInSettings(signIn: SignIn): Environment {
  switch (signIn.kind) {
    case "proxy":
      return {
        WEBUI_AUTH: "False",
        ENABLE_SIGNUP: "False",
        // Everyone who passes the proxy is the administrator: nobody takes the others' data along.
        ENABLE_ADMIN_EXPORT: "False",
        ENABLE_ADMIN_CHAT_ACCESS: "False",
      };
    case "trusted-header":
      return {
        WEBUI_AUTH: "True",
        WEBUI_AUTH_TRUSTED_EMAIL_HEADER: signIn.emailHeader,
        ...(signIn.nameHeader === undefined ? {} : { WEBUI_AUTH_TRUSTED_NAME_HEADER: signIn.nameHeader }),
        WEBUI_ADMIN_EMAIL: signIn.owner,
        DEFAULT_USER_ROLE: signIn.newUsers,
        ENABLE_SIGNUP: "False",
        // Not ENABLE_PASSWORD_AUTH: it refuses the header's sign-in, too. With the header no password is looked at.
        ENABLE_LOGIN_FORM: "False",
        // Without it only the administrator would see a model.
        BYPASS_MODEL_ACCESS_CONTROL: "True",
      };
    case "accounts":
      return {
        WEBUI_AUTH: "True",
        WEBUI_ADMIN_EMAIL: signIn.owner,
        DEFAULT_USER_ROLE: "pending",
        ENABLE_SIGNUP: signIn.allowSignUp ? "True" : "False",
        BYPASS_MODEL_ACCESS_CONTROL: "True",
      };
  }
}

/** What would cost tokens unasked. */
function costSavers(models: readonly ConfiguredModel[]): Environment {
  return {
    // Titles.
    TASK_MODEL_EXTERNAL: cheapestChatModel(models).alias,
    ENABLE_FOLLOW_UP_GENERATION: "False",
    ENABLE_TAGS_GENERATION: "False",
    ENABLE_AUTOCOMPLETE_GENERATION: "False",
    // Search words for retrieval: documents are searched for the question as it stands.
    ENABLE_RETRIEVAL_QUERY_GENERATION: "False",
    // Chats that run on a schedule.
    ENABLE_AUTOMATIONS: "False",
    // "Arena" would be a fifth model in the menu that picks one of the others at random.
    ENABLE_EVALUATION_ARENA_MODELS: "False",
    // Otherwise each message carries about 6,000 tokens of built-in tool schemas.
    DEFAULT_MODEL_METADATA: JSON.stringify({ capabilities: { builtin_tools: false } }),
  };
}

/**
 * How documents reach a question. The slim image has no vector database but Postgres: without the bypass uploads are
 * dropped silently.
 */
function documents({ embeddingModel, liteLlm }: EnvironmentOptions): Environment {
  if (embeddingModel === undefined) return { BYPASS_EMBEDDING_AND_RETRIEVAL: "True" };
  return {
    // In the database of the chats, whose URL it takes by default.
    VECTOR_DB: "pgvector",
    // The default, ivfflat, is made at the first start with 5,000 vectors, for which Postgres' maintenance_work_mem is too
    // small by default: Open WebUI has no vectors then.
    PGVECTOR_INDEX_METHOD: "hnsw",
    RAG_EMBEDDING_ENGINE: "openai",
    RAG_OPENAI_API_BASE_URL: liteLlm.baseUrl,
    RAG_OPENAI_API_KEY: `$(${secretKeys.openWebUi.liteLlmKey})`,
    RAG_EMBEDDING_MODEL: embeddingModel,
    // By default each passage is a request of its own, and all are sent at once.
    RAG_EMBEDDING_BATCH_SIZE: "16",
    RAG_EMBEDDING_CONCURRENT_REQUESTS: "4",
    CHUNK_SIZE: String(passages.size),
    CHUNK_OVERLAP: String(passages.overlap),
    CHUNK_MIN_SIZE_TARGET: String(passages.minSize),
    RAG_TOP_K: String(passages.perQuestion),
  };
}

/** What would reach for the internet, which the network policy refuses anyway. */
const noInternet: Environment = {
  OFFLINE_MODE: "True",
  ENABLE_VERSION_UPDATE_CHECK: "False",
  ENABLE_COMMUNITY_SHARING: "False",
  ENABLE_WEB_SEARCH: "False",
  // There is no switch for "#https://…" in a chat: an allow-list that no host is on closes it.
  WEB_FETCH_FILTER_LIST: "nothing.invalid",
  ENABLE_PROFILE_IMAGE_URL_FORWARDING: "False",
  ENABLE_DIRECT_CONNECTIONS: "False",
  ENABLE_DIRECT_INTEGRATIONS: "False",
  // Speech by the browser, not by models in the pod.
  AUDIO_STT_ENGINE: "web",
};

/** What would run code in the pod. */
const noCode: Environment = {
  ENABLE_PLUGINS: "False",
  ENABLE_PIP_INSTALL_FRONTMATTER_REQUIREMENTS: "False",
  ENABLE_CODE_EXECUTION: "False",
  ENABLE_CODE_INTERPRETER: "False",
};

const writablePaths: Environment = {
  // The root is read-only.
  HOME: "/tmp/home",
  STATIC_DIR: "/tmp/static",
};
