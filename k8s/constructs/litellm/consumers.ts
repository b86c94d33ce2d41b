import { readFileSync } from "node:fs";
import path from "node:path";
import type { ConfiguredModel } from "../../../lib/models";
import { secretKeys, verifyConsumerName } from "../../../lib/naming";

/** Someone who calls the proxy, with a key of its own. */
export interface Consumer {
  readonly name: string;
  /** Variable of LiteLLM's environment, and key of its Secret, that holds the consumer's key. */
  readonly keyVariable: string;
  /** `METHOD /path` of what the key opens; nothing else. */
  readonly routes: readonly string[];
  /** Aliases that the key may call. */
  readonly models: readonly string[];
}

/** Where metrics are: `/metrics` only redirects here. */
export const metricsPath = "/metrics/";

/** The chat needs two of LiteLLM's routes, and embeddings where a model for them is configured. */
export function openWebUiConsumer(models: readonly ConfiguredModel[]): Consumer {
  return {
    name: "open-webui",
    keyVariable: secretKeys.liteLlm.openWebUiKey,
    routes: ["GET /v1/models", ...routesOf(models)],
    models: models.map(({ alias }) => alias),
  };
}

/**
 * The commands under ops/ ask every model once, and read what was spent. Whoever runs them can read Secrets already;
 * with a key of their own the log tells their requests from people's.
 */
export function verifyConsumer(models: readonly ConfiguredModel[]): Consumer {
  return {
    name: verifyConsumerName,
    keyVariable: secretKeys.liteLlm.verifyKey,
    routes: [...routesOf(models), `GET ${metricsPath}`],
    models: models.map(({ alias }) => alias),
  };
}

function routesOf(models: readonly ConfiguredModel[]): readonly string[] {
  const embeds = models.some(({ definition }) => definition.kind === "embedding");
  return ["POST /v1/chat/completions", ...(embeds ? ["POST /v1/embeddings"] : [])];
}

/** Prometheus reads metrics and can spend nothing. */
export const prometheusConsumer: Consumer = {
  name: "prometheus",
  keyVariable: secretKeys.liteLlm.prometheusKey,
  routes: [`GET ${metricsPath}`],
  models: [],
};

/** The files that make LiteLLM ask for these keys, to stand next to its configuration. */
export function renderConsumers(consumers: readonly Consumer[]): Readonly<Record<string, string>> {
  return {
    "custom_auth.py": readFileSync(path.join(__dirname, "custom_auth.py"), "utf8"),
    "consumers.json": `${JSON.stringify(consumers, null, 2)}\n`,
  };
}
