import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import {
  type Consumer,
  metricsPath,
  openWebUiConsumer,
  prometheusConsumer,
  renderConsumers,
  verifyConsumer,
} from "../../../../k8s/constructs/litellm/consumers";
import { renderProxyConfig } from "../../../../k8s/constructs/litellm/proxy-config";
import type { StackConfigInput } from "../../../../lib/config";
import type { ConfiguredModel } from "../../../../lib/models";
import { secretKeys } from "../../../../lib/naming";
import { accept, minimal } from "../../../support/config-input";

const chat = { "nova-lite": { model: "amazon.nova-lite-v1:0" }, sonnet: { model: "anthropic.claude-sonnet-4-6" } };
const embedding = { titan: { model: "amazon.titan-embed-text-v2:0" } };

function modelsOf(models: StackConfigInput["models"]): readonly ConfiguredModel[] {
  return accept({ ...minimal, models }).models;
}

describe("Open WebUI", () => {
  it("may list the models and chat, and nothing else, where no model embeds", () => {
    expect(openWebUiConsumer(modelsOf(chat))).toEqual({
      name: "open-webui",
      keyVariable: "CONSUMER_KEY_OPEN_WEBUI",
      routes: ["GET /v1/models", "POST /v1/chat/completions"],
      models: ["nova-lite", "sonnet"],
    });
  });

  it("may also embed where a model for it is configured", () => {
    expect(openWebUiConsumer(modelsOf({ ...embedding, ...chat }))).toEqual({
      name: "open-webui",
      keyVariable: "CONSUMER_KEY_OPEN_WEBUI",
      routes: ["GET /v1/models", "POST /v1/chat/completions", "POST /v1/embeddings"],
      models: ["titan", "nova-lite", "sonnet"],
    });
  });

  it("never sees the metrics", () => {
    expect(openWebUiConsumer(modelsOf({ ...chat, ...embedding })).routes.join()).not.toContain(metricsPath);
  });
});

describe("Prometheus", () => {
  it("may read the metrics, its only route, and call no model", () => {
    expect(prometheusConsumer).toEqual({
      name: "prometheus",
      keyVariable: "CONSUMER_KEY_PROMETHEUS",
      routes: ["GET /metrics/"],
      models: [],
    });
    expect(prometheusConsumer.routes).toEqual([`GET ${metricsPath}`]);
  });
});

describe("the operations' commands", () => {
  it("may call every model and read the metrics", () => {
    expect(verifyConsumer(modelsOf({ ...chat, ...embedding }))).toEqual({
      name: "verify",
      keyVariable: "CONSUMER_KEY_VERIFY",
      routes: ["POST /v1/chat/completions", "POST /v1/embeddings", "GET /metrics/"],
      models: ["nova-lite", "sonnet", "titan"],
    });
    expect(verifyConsumer(modelsOf(chat)).routes).not.toContain("POST /v1/embeddings");
  });
});

describe("every consumer", () => {
  const models = modelsOf({ ...chat, ...embedding });
  const consumers: readonly Consumer[] = [openWebUiConsumer(models), verifyConsumer(models), prometheusConsumer];

  it("has a key of its own, which LiteLLM's Secret holds", () => {
    const variables = consumers.map(({ keyVariable }) => keyVariable);
    expect(new Set(variables).size).toBe(consumers.length);
    expect(Object.values(secretKeys.liteLlm)).toEqual(expect.arrayContaining(variables));
  });

  it("has a key that isn't the master key", () => {
    expect(consumers.map(({ keyVariable }) => keyVariable)).not.toContain(secretKeys.liteLlm.masterKey);
  });

  it("has a name of its own", () => {
    expect(new Set(consumers.map(({ name }) => name)).size).toBe(consumers.length);
  });

  it("has routes as METHOD /path, without anything that stands for several", () => {
    for (const route of consumers.flatMap(({ routes }) => routes))
      expect(route).toMatch(/^(?:GET|POST) (?:\/[a-z0-9]*)+$/);
  });
});

describe("the files", () => {
  const consumers = [openWebUiConsumer(modelsOf(chat)), prometheusConsumer];
  const files = renderConsumers(consumers);
  const program = files["custom_auth.py"] ?? "";

  it("are a program and its list", () => {
    expect(Object.keys(files).sort()).toEqual(["consumers.json", "custom_auth.py"]);
  });

  it("are named as the proxy's configuration and the program say, so that each finds the next", () => {
    const config = parse(
      renderProxyConfig({
        models: modelsOf(chat),
        budget: { kind: "limited", limitUsd: 20, period: "30d" },
        retries: 2,
        requestTimeoutSeconds: 300,
        metricsNeedKey: true,
        redis: { host: "open-webui-redis", port: 6379 },
      }),
    ) as { readonly general_settings: { readonly custom_auth: string } };
    const [module, name, ...rest] = config.general_settings.custom_auth.split(".");
    expect(rest).toEqual([]);
    expect(files[`${module}.py`]).toContain(`\nasync def ${name}(request: Request, api_key: str) -> UserAPIKeyAuth:\n`);
    expect([...program.matchAll(/"([a-z_]+\.json)"/g)].map(([, file]) => file)).toEqual(["consumers.json"]);
  });

  it("hold the program as it stands in the repository", () => {
    const file = path.join(__dirname, "..", "..", "..", "..", "k8s", "constructs", "litellm", "custom_auth.py");
    expect(program).toBe(readFileSync(file, "utf8"));
  });

  it("hold the given consumers, in order, and no other", () => {
    expect(JSON.parse(files["consumers.json"] ?? "")).toEqual(consumers);
    expect(JSON.parse(renderConsumers([])["consumers.json"] ?? "")).toEqual([]);
  });

  it("hold the fields that the program reads, and no others", () => {
    const read = [...program.matchAll(/consumer\["(\w+)"\]/g)].map(([, field = ""]) => field);
    for (const consumer of consumers) expect(Object.keys(consumer).sort()).toEqual([...new Set(read)].sort());
  });

  it("end with a line break, and are the same for the same consumers", () => {
    for (const text of Object.values(files)) expect(text).toMatch(/[^\n]\n$/);
    expect(renderConsumers(consumers)).toEqual(files);
  });
});
