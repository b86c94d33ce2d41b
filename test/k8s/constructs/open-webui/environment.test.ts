import {
  type EnvironmentOptions,
  openWebUiEnvironment,
  openWebUiSecretKeys,
  type SignIn,
} from "../../../../k8s/constructs/open-webui/environment";
import type { StackConfigInput } from "../../../../lib/config";
import type { Complete, EveryKind } from "../../../support/complete";
import { accept, minimal } from "../../../support/config-input";

function modelsOf(models: StackConfigInput["models"]) {
  return accept({ ...minimal, models }).models;
}

const everySignIn: EveryKind<SignIn> = {
  proxy: { kind: "proxy", unauthenticated: { reason: "Reached by a port-forward only." } },
  "trusted-header": {
    kind: "trusted-header",
    owner: "owner@example.com",
    emailHeader: "X-Auth-Request-Email",
    nameHeader: "X-Auth-Request-User",
    newUsers: "pending",
    unauthenticated: { reason: "Reached by a port-forward only." },
  },
  accounts: { kind: "accounts", owner: "owner@example.com", allowSignUp: false },
};

const all: Complete<Omit<EnvironmentOptions, "models" | "embeddingModel">> &
  Pick<Required<EnvironmentOptions>, "models"> = {
  publicUrl: "https://chat.example.com",
  allowedOrigins: ["https://chat.example.com"],
  signIn: everySignIn.accounts,
  models: modelsOf({ sonnet: { model: "anthropic.claude-sonnet-4-6" }, micro: { model: "amazon.nova-micro-v1:0" } }),
  liteLlm: {
    baseUrl: "http://litellm.chat.svc.cluster.local:4000/v1",
    labels: { app: "litellm" },
    portName: "http",
    metricsPath: "/metrics/",
  },
  redis: { host: "open-webui-redis", port: 6379 },
  database: { kind: "file" },
};

function environment(changes: Partial<EnvironmentOptions> = {}): Readonly<Record<string, string>> {
  return openWebUiEnvironment({ ...all, ...changes });
}

/** The variables that a sign-in mode has and the others may lack. */
const signInVariable =
  /^(?:WEBUI_AUTH|WEBUI_ADMIN|DEFAULT_USER_ROLE|ENABLE_(?:SIGNUP|OAUTH|LOGIN|PASSWORD|ADMIN)|BYPASS_MODEL)/;

function signInVariables(signIn: SignIn): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment({ signIn })).filter(([name]) => signInVariable.test(name)));
}

describe("Open WebUI's sign-in", () => {
  it("proxy: is off, and the shared administrator can't take the others' chats along", () => {
    expect(signInVariables(everySignIn.proxy)).toEqual({
      WEBUI_AUTH: "False",
      ENABLE_SIGNUP: "False",
      ENABLE_ADMIN_EXPORT: "False",
      ENABLE_ADMIN_CHAT_ACCESS: "False",
    });
  });

  it("trusted-header: believes the proxy's headers, and no password", () => {
    expect(signInVariables(everySignIn["trusted-header"])).toEqual({
      WEBUI_AUTH: "True",
      WEBUI_AUTH_TRUSTED_EMAIL_HEADER: "X-Auth-Request-Email",
      WEBUI_AUTH_TRUSTED_NAME_HEADER: "X-Auth-Request-User",
      WEBUI_ADMIN_EMAIL: "owner@example.com",
      DEFAULT_USER_ROLE: "pending",
      ENABLE_SIGNUP: "False",
      ENABLE_LOGIN_FORM: "False",
      BYPASS_MODEL_ACCESS_CONTROL: "True",
    });
  });

  it("trusted-header: believes no name header by default", () => {
    const signIn: SignIn = { ...everySignIn["trusted-header"], nameHeader: undefined, newUsers: "user" };
    expect(environment({ signIn })).not.toHaveProperty("WEBUI_AUTH_TRUSTED_NAME_HEADER");
    expect(environment({ signIn })["DEFAULT_USER_ROLE"]).toBe("user");
  });

  it.each([
    [true, "True"],
    [false, "False"],
  ])("accounts: strangers may register: %s, and wait for the administrator", (allowSignUp, ENABLE_SIGNUP) => {
    expect(signInVariables({ ...everySignIn.accounts, allowSignUp })).toEqual({
      WEBUI_AUTH: "True",
      WEBUI_ADMIN_EMAIL: "owner@example.com",
      DEFAULT_USER_ROLE: "pending",
      ENABLE_SIGNUP,
      BYPASS_MODEL_ACCESS_CONTROL: "True",
    });
  });

  it.each(Object.values(everySignIn))("$kind: believes no header about roles or groups", (signIn) => {
    const names = Object.keys(environment({ signIn }));
    expect(names).toContain("WEBUI_AUTH");
    expect(names.filter((name) => /ROLE.*HEADER|GROUP.*HEADER/.test(name))).toEqual([]);
  });

  it.each<readonly [SignIn["kind"], readonly string[]]>([
    ["proxy", ["OPENAI_API_KEY", "WEBUI_SECRET_KEY", "REDIS_PASSWORD"]],
    ["trusted-header", ["OPENAI_API_KEY", "WEBUI_SECRET_KEY", "REDIS_PASSWORD", "WEBUI_ADMIN_PASSWORD"]],
    ["accounts", ["OPENAI_API_KEY", "WEBUI_SECRET_KEY", "REDIS_PASSWORD", "WEBUI_ADMIN_PASSWORD"]],
  ])("%s: reads these keys of the Secret", (kind, keys) => {
    expect(openWebUiSecretKeys({ signIn: everySignIn[kind], database: { kind: "file" } })).toEqual(keys);
  });

  it("reads the password of a Postgres of the stack's own, and no other's", () => {
    const { signIn } = all;
    const keys = (database: EnvironmentOptions["database"]) => openWebUiSecretKeys({ signIn, database });
    expect(keys({ kind: "postgres", host: "db", port: 5432 })).toContain("POSTGRES_PASSWORD");
    expect(keys({ kind: "url", urlSecret: { name: "db", key: "uri" } })).not.toContain("POSTGRES_PASSWORD");
    expect(keys({ kind: "file" })).not.toContain("POSTGRES_PASSWORD");
  });

  it.each(Object.values(everySignIn))("$kind: has no secret among the open settings", (signIn) => {
    const open = Object.keys(environment({ signIn }));
    expect(
      openWebUiSecretKeys({ signIn, database: { kind: "postgres", host: "db", port: 5432 } }).filter((key) =>
        open.includes(key),
      ),
    ).toEqual([]);
  });
});

describe("Open WebUI's models", () => {
  const chatAndEmbedding = modelsOf({
    titan: { model: "amazon.titan-embed-text-v2:0" },
    lite: { model: "amazon.nova-lite-v1:0" },
    micro: { model: "amazon.nova-micro-v1:0" },
  });

  it("come from the proxy alone", () => {
    expect(environment()).toMatchObject({
      OPENAI_API_BASE_URL: "http://litellm.chat.svc.cluster.local:4000/v1",
      ENABLE_OLLAMA_API: "False",
    });
  });

  it("begin with the first configured chat model", () => {
    expect(environment()["DEFAULT_MODELS"]).toBe("sonnet");
    expect(environment({ models: chatAndEmbedding })["DEFAULT_MODELS"]).toBe("lite");
  });

  it("leave titles to the cheapest chat model, wherever it stands", () => {
    expect(environment()["TASK_MODEL_EXTERNAL"]).toBe("micro");
    expect(environment({ models: [...all.models].reverse() })["TASK_MODEL_EXTERNAL"]).toBe("micro");
  });

  it("leave no title to an embedding model, though it is the cheapest", () => {
    expect(environment({ models: chatAndEmbedding })["TASK_MODEL_EXTERNAL"]).toBe("micro");
  });

  it("are not filtered when all are for chat", () => {
    expect(environment()).not.toHaveProperty("OPENAI_API_CONFIGS");
  });

  it("keep embedding models out of the menu, and the model for titles in it", () => {
    const variables = environment({ models: chatAndEmbedding });
    const menu = ["lite", "micro"];
    expect(JSON.parse(variables["OPENAI_API_CONFIGS"] ?? "")).toEqual({ 0: { enable: true, model_ids: menu } });
    expect(menu).toContain(variables["TASK_MODEL_EXTERNAL"]);
  });

  it("are refused when none is for chat", () => {
    const models = chatAndEmbedding.filter(({ definition }) => definition.kind === "embedding");
    expect(() => environment({ models })).toThrow(
      new Error("models: no chat model is configured; add one such as amazon.nova-lite-v1:0"),
    );
  });
});

describe("Open WebUI's addresses", () => {
  it("are the public URL, and the origins that may open web sockets", () => {
    const allowedOrigins = ["https://chat.example.com", "http://localhost:8080"];
    expect(environment({ allowedOrigins })).toMatchObject({
      WEBUI_URL: "https://chat.example.com",
      CORS_ALLOW_ORIGIN: "https://chat.example.com;http://localhost:8080",
    });
  });

  it("never let every origin in", () => {
    expect(environment()["CORS_ALLOW_ORIGIN"]).toBe("https://chat.example.com");
  });

  it.each([
    ["https://chat.example.com", "True"],
    ["http://chat.example.com", "False"],
  ])("at %s set secure cookies: %s", (publicUrl, WEBUI_SESSION_COOKIE_SECURE) => {
    expect(environment({ publicUrl })).toMatchObject({
      WEBUI_SESSION_COOKIE_SECURE,
      WEBUI_SESSION_COOKIE_SAME_SITE: "lax",
    });
  });

  it("keep the chat out of other sites' frames", () => {
    expect(environment()).toMatchObject({
      XFRAME_OPTIONS: "DENY",
      XCONTENT_TYPE: "nosniff",
      REFERRER_POLICY: "same-origin",
    });
  });
});

describe("Open WebUI's Redis", () => {
  const redisVariables = (changes: Partial<EnvironmentOptions>) =>
    Object.fromEntries(Object.entries(environment(changes)).filter(([name]) => name.includes("REDIS")));

  it("accounts: remembers sign-outs under its own prefix, as its own user, with the password put in by Kubernetes", () => {
    expect(redisVariables({ signIn: everySignIn.accounts, redis: { host: "cache", port: 7000 } })).toEqual({
      REDIS_URL: "redis://open-webui:$(REDIS_PASSWORD)@cache:7000/0",
      REDIS_KEY_PREFIX: "open-webui",
      REDIS_SOCKET_CONNECT_TIMEOUT: "0.5",
      REDIS_SOCKET_TIMEOUT: "2",
    });
  });

  it.each([everySignIn.proxy, everySignIn["trusted-header"]])("$kind: isn't used: chats go on without it", (signIn) => {
    expect(redisVariables({ signIn })).toEqual({});
  });

  it.each(Object.values(everySignIn))("$kind: holds no web socket sessions: there is one pod", (signIn) => {
    expect(environment({ signIn })["ENABLE_WEBSOCKET_SUPPORT"]).toBe("True");
    expect(environment({ signIn })).not.toHaveProperty("WEBSOCKET_MANAGER");
  });
});

describe("Open WebUI's other settings", () => {
  it("win over what the database remembers", () => {
    expect(environment()["ENABLE_PERSISTENT_CONFIG"]).toBe("False");
  });

  it("cost no tokens unasked", () => {
    expect(environment()).toMatchObject({
      ENABLE_FOLLOW_UP_GENERATION: "False",
      ENABLE_TAGS_GENERATION: "False",
      ENABLE_AUTOCOMPLETE_GENERATION: "False",
      ENABLE_AUTOMATIONS: "False",
      ENABLE_EVALUATION_ARENA_MODELS: "False",
    });
    expect(JSON.parse(environment()["DEFAULT_MODEL_METADATA"] ?? "")).toEqual({
      capabilities: { builtin_tools: false },
    });
  });

  it("hand documents to the model as a whole: the slim image has no vector database of its own", () => {
    expect(environment()["BYPASS_EMBEDDING_AND_RETRIEVAL"]).toBe("True");
    expect(Object.keys(environment()).filter((name) => /RAG|VECTOR|CHUNK/.test(name))).toEqual([]);
  });

  it("search documents with a model for embeddings: by LiteLLM, a few requests at once", () => {
    const searched = environment({ embeddingModel: "titan" });
    expect(searched).not.toHaveProperty("BYPASS_EMBEDDING_AND_RETRIEVAL");
    expect(searched).toMatchObject({
      VECTOR_DB: "pgvector",
      PGVECTOR_INDEX_METHOD: "hnsw",
      RAG_EMBEDDING_ENGINE: "openai",
      RAG_OPENAI_API_BASE_URL: "http://litellm.chat.svc.cluster.local:4000/v1",
      RAG_OPENAI_API_KEY: "$(OPENAI_API_KEY)",
      RAG_EMBEDDING_MODEL: "titan",
      RAG_EMBEDDING_BATCH_SIZE: "16",
      RAG_EMBEDDING_CONCURRENT_REQUESTS: "4",
      CHUNK_SIZE: "1000",
      CHUNK_OVERLAP: "100",
      CHUNK_MIN_SIZE_TARGET: "500",
      RAG_TOP_K: "5",
      ENABLE_RETRIEVAL_QUERY_GENERATION: "False",
    });
  });

  it("don't reach for the internet", () => {
    expect(environment()).toMatchObject({
      OFFLINE_MODE: "True",
      ENABLE_VERSION_UPDATE_CHECK: "False",
      ENABLE_COMMUNITY_SHARING: "False",
      ENABLE_WEB_SEARCH: "False",
      WEB_FETCH_FILTER_LIST: "nothing.invalid",
      ENABLE_PROFILE_IMAGE_URL_FORWARDING: "False",
      ENABLE_DIRECT_CONNECTIONS: "False",
      ENABLE_DIRECT_INTEGRATIONS: "False",
      AUDIO_STT_ENGINE: "web",
    });
  });

  it("run no code in the pod", () => {
    expect(environment()).toMatchObject({
      ENABLE_PLUGINS: "False",
      ENABLE_PIP_INSTALL_FRONTMATTER_REQUIREMENTS: "False",
      ENABLE_CODE_EXECUTION: "False",
      ENABLE_CODE_INTERPRETER: "False",
    });
  });

  it("write below /tmp only: the root is read-only", () => {
    expect(environment()).toMatchObject({ HOME: "/tmp/home", STATIC_DIR: "/tmp/static" });
  });
});

describe("the database", () => {
  it("is reached by a URL that Kubernetes puts the password into, where it is the stack's own", () => {
    expect(environment({ database: { kind: "postgres", host: "db", port: 5432 } })["DATABASE_URL"]).toBe(
      "postgresql+psycopg://open_webui:$(POSTGRES_PASSWORD)@db:5432/open_webui",
    );
  });

  it.each<EnvironmentOptions["database"]>([
    { kind: "file" },
    { kind: "url", urlSecret: { name: "db", key: "uri" } },
  ])("has no URL in the open otherwise: %j", (database) => {
    expect(environment({ database })).not.toHaveProperty("DATABASE_URL");
  });
});
