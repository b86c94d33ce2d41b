import { parse } from "yaml";
import { type ProxyConfigOptions, renderProxyConfig } from "../../../../k8s/constructs/litellm/proxy-config";
import type { StackConfigInput } from "../../../../lib/config";
import { excludedLabels, excludedMetrics, latencyBuckets } from "../../../../lib/metrics";
import { type ConfiguredModel, catalogue, profiles } from "../../../../lib/models";
import { accept, minimal } from "../../../support/config-input";

interface Entry {
  readonly model_name: string;
  readonly litellm_params: Readonly<Record<string, unknown>>;
  readonly model_info: Readonly<Record<string, unknown>>;
}

interface ProxyConfig {
  readonly model_list: readonly Entry[];
  readonly litellm_settings: Readonly<Record<string, unknown>>;
  readonly router_settings: Readonly<Record<string, unknown>>;
  readonly general_settings: Readonly<Record<string, unknown>>;
}

const sonnet = "anthropic.claude-sonnet-4-6";
const haiku = "anthropic.claude-haiku-4-5-20251001-v1:0";
const novaLite = "amazon.nova-lite-v1:0";
const titan = "amazon.titan-embed-text-v2:0";

function modelsOf(models: StackConfigInput["models"]): readonly ConfiguredModel[] {
  return accept({ ...minimal, models }).models;
}

/** Every model of the catalogue, under every profile that it is offered with. */
const everything = modelsOf(
  Object.fromEntries(
    Object.entries(catalogue).flatMap(([model, { offers }]) =>
      profiles
        .filter((profile) => offers[profile] !== undefined)
        .map((profile) => [`${profile}.${model.replaceAll(":", ".")}`, { model, profile }]),
    ),
  ),
);

const all: Required<ProxyConfigOptions> = {
  models: modelsOf({ "nova-lite": { model: novaLite } }),
  budget: { kind: "limited", limitUsd: 20, period: "30d" },
  retries: 2,
  requestTimeoutSeconds: 300,
  metricsNeedKey: true,
  redis: { host: "open-webui-redis", port: 6379 },
};

function text(changes: Partial<ProxyConfigOptions> = {}): string {
  return renderProxyConfig({ ...all, ...changes });
}

/** As LiteLLM's PyYAML reads it, which speaks YAML 1.1. */
function config(changes: Partial<ProxyConfigOptions> = {}): ProxyConfig {
  return parse(text(changes), { version: "1.1" }) as ProxyConfig;
}

function entryOf(alias: string, models: StackConfigInput["models"]): Entry {
  const { model_list } = config({ models: modelsOf(models) });
  const entry = model_list.find(({ model_name }) => model_name === alias);
  if (entry === undefined) throw new Error(`no ${alias}; there are: ${model_list.map((one) => one.model_name)}`);
  return entry;
}

describe("the proxy's models", () => {
  it("are listed by alias, in the configuration's order", () => {
    const models = modelsOf({ b: { model: sonnet }, a: { model: novaLite }, c: { model: titan } });
    expect(config({ models }).model_list.map(({ model_name }) => model_name)).toEqual(["b", "a", "c"]);
  });

  it.each([
    ["us", "bedrock/converse/us.anthropic.claude-sonnet-4-6"],
    ["global", "bedrock/converse/global.anthropic.claude-sonnet-4-6"],
  ] as const)("are called by Converse through the profile %s", (profile, model) => {
    const { litellm_params, model_info } = entryOf("claude", { claude: { model: sonnet, profile } });
    expect(litellm_params["model"]).toBe(model);
    expect(model_info).toEqual({ id: "claude" });
  });

  it("are called by their bare id where they have no profile", () => {
    const { litellm_params } = entryOf("nova", { nova: { model: novaLite, profile: "in-region" } });
    expect(litellm_params["model"]).toBe("bedrock/converse/amazon.nova-lite-v1:0");
  });

  it("are routed without Converse, which can't embed, when they are for embedding", () => {
    const { litellm_params, model_info } = entryOf("titan", { titan: { model: titan }, nova: { model: novaLite } });
    expect(litellm_params["model"]).toBe("bedrock/amazon.titan-embed-text-v2:0");
    expect(model_info).toEqual({ id: "titan" });
  });

  it("are called from the configured Region", () => {
    const { models } = accept({ ...minimal, aws: { region: "us-west-2" } });
    expect(config({ models }).model_list.map(({ litellm_params }) => litellm_params["aws_region_name"])).toEqual([
      "us-west-2",
    ]);
  });

  it("drop top_p for every Claude model, which refuses it next to temperature, and nothing for others", () => {
    const dropped = config({ models: everything }).model_list.map(({ litellm_params }) => [
      String(litellm_params["model"]).includes("anthropic.claude"),
      litellm_params["additional_drop_params"],
    ]);
    expect(dropped).toContainEqual([true, ["top_p"]]);
    expect(dropped).toContainEqual([false, undefined]);
    expect(dropped.filter(([claude, params]) => claude !== (params !== undefined))).toEqual([]);
  });

  it("drop nothing when the definition's list is empty", () => {
    const definition = {
      offers: { "in-region": { prices: { input: 1, output: 2 }, routes: { "us-east-1": [] } } },
      refusedParams: [],
    };
    const { litellm_params } = entryOf("own", { own: { model: "example.own-v1:0", definition } });
    expect(litellm_params).not.toHaveProperty("additional_drop_params");
  });
});

describe("the proxy's prices", () => {
  /** What YAML 1.1 takes for a number, as PyYAML's resolver has it. */
  const pyYamlFloat = /^[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?$/;
  const pyYamlInteger = /^(?:0|[1-9][0-9]*)$/;

  const written = [...text({ models: everything }).matchAll(/^ +(\w*cost\w*): (.*)$/gm)].map(
    ([, name = "", price = ""]) => ({ name, price }),
  );

  it("are found in the text, for every model of the catalogue", () => {
    expect(everything.length).toBeGreaterThanOrEqual(Object.keys(catalogue).length);
    expect(written.filter(({ name }) => name === "input_cost_per_token")).toHaveLength(everything.length);
    expect(written.filter(({ name }) => name === "output_cost_per_token")).toHaveLength(everything.length);
  });

  it("are numbers to PyYAML, to which 6e-8 would be a text", () => {
    expect(pyYamlFloat.test("6e-8")).toBe(false);
    const texts = written.filter(({ price }) => !pyYamlFloat.test(price) && !pyYamlInteger.test(price));
    expect(texts).toEqual([]);
  });

  it("are plain decimals, without an exponent", () => {
    expect(written.map(({ price }) => price)).toContain("0.00000006");
    expect(written.filter(({ price }) => !/^\d+(?:\.\d+)?$/.test(price))).toEqual([]);
  });

  it.each(everything.map((model) => [model.alias, model] as const))("of %s are the catalogue's", (alias, model) => {
    const entry = config({ models: everything }).model_list.find(({ model_name }) => model_name === alias);
    const prices = catalogue[model.modelId]?.offers[model.profile]?.prices;
    const expected = {
      input_cost_per_token: prices?.input,
      output_cost_per_token: prices?.output,
      cache_creation_input_token_cost: prices?.cacheWrite,
      cache_read_input_token_cost: prices?.cacheRead,
    };
    for (const [name, perMillion] of Object.entries(expected)) {
      const perToken = entry?.litellm_params[name];
      if (perMillion === undefined) expect(entry?.litellm_params).not.toHaveProperty(name);
      else expect(Number(perToken) * 1e6).toBeCloseTo(perMillion, 9);
    }
    expect(prices).toBeDefined();
  });

  it("are kept down to a thousandth of a cent per million tokens and up to a dollar per token", () => {
    const definition = {
      offers: { "in-region": { prices: { input: 0.00001, output: 1e6 }, routes: { "us-east-1": [] } } },
    };
    const models = modelsOf({ own: { model: "example.own-v1:0", definition } });
    expect(text({ models })).toContain("input_cost_per_token: 0.00000000001\n");
    expect(text({ models })).toContain("output_cost_per_token: 1\n");
  });

  it("are 0 for what costs nothing, so that LiteLLM doesn't look for another price", () => {
    expect(text({ models: modelsOf({ titan: { model: titan }, nova: { model: novaLite } }) })).toContain(
      "output_cost_per_token: 0\n",
    );
  });
});

describe("the proxy's fallbacks", () => {
  it("are left out when none is declared", () => {
    expect(config().router_settings).not.toHaveProperty("fallbacks");
  });

  it("are listed for the models that declare some, in order", () => {
    const models = modelsOf({
      sonnet: { model: sonnet, fallbacks: ["haiku", "nova"] },
      haiku: { model: haiku, fallbacks: ["nova"] },
      nova: { model: novaLite },
    });
    expect(config({ models }).router_settings["fallbacks"]).toEqual([
      { sonnet: ["haiku", "nova"] },
      { haiku: ["nova"] },
    ]);
  });
});

describe("the proxy's rate limits", () => {
  const check = "optional_pre_call_checks";

  it("are neither set nor enforced where none is configured", () => {
    expect(config().router_settings).not.toHaveProperty(check);
    expect(config().model_list[0]?.litellm_params).not.toHaveProperty("rpm");
    expect(config().model_list[0]?.litellm_params).not.toHaveProperty("tpm");
  });

  it("are set for the models that have some, and enforced", () => {
    const models = modelsOf({
      both: { model: sonnet, rateLimit: { requestsPerMinute: 60, tokensPerMinute: 200_000 } },
      requests: { model: haiku, rateLimit: { requestsPerMinute: 5 } },
      none: { model: novaLite },
    });
    const { model_list, router_settings } = config({ models });
    expect(router_settings[check]).toEqual(["enforce_model_rate_limits"]);
    expect(model_list.map(({ model_name, litellm_params: { rpm, tpm } }) => ({ model_name, rpm, tpm }))).toEqual([
      { model_name: "both", rpm: 60, tpm: 200_000 },
      { model_name: "requests", rpm: 5, tpm: undefined },
      { model_name: "none", rpm: undefined, tpm: undefined },
    ]);
  });
});

describe("the proxy's budget", () => {
  it("is the provider's, the only kind that blocks without a database", () => {
    const { router_settings, litellm_settings, general_settings } = config({
      budget: { kind: "limited", limitUsd: 12.5, period: "7d" },
    });
    expect(router_settings["provider_budget_config"]).toEqual({
      bedrock: { budget_limit: 12.5, time_period: "7d" },
    });
    expect(litellm_settings).not.toHaveProperty("max_budget");
    expect(general_settings).not.toHaveProperty("max_budget");
  });

  it("is left out when it is unlimited, and its reason with it", () => {
    const unlimited = { budget: { kind: "unlimited", reason: "The account has a budget action." } } as const;
    expect(config(unlimited).router_settings).not.toHaveProperty("provider_budget_config");
    expect(text(unlimited)).not.toContain("The account has");
  });
});

describe("the proxy's settings", () => {
  it("drop parameters that a model doesn't know", () => {
    expect(config().litellm_settings["drop_params"]).toBe(true);
  });

  it.each([true, false])("count for Prometheus, which needs a key: %s", (metricsNeedKey) => {
    expect(config({ metricsNeedKey }).litellm_settings).toMatchObject({
      callbacks: ["prometheus", "readable_errors.callback"],
      require_auth_for_metrics_endpoint: metricsNeedKey,
    });
  });

  it("serve no metric and no label that nobody reads", () => {
    expect(config().litellm_settings).toMatchObject({
      prometheus_exclude_metrics: excludedMetrics,
      prometheus_exclude_labels: excludedLabels,
      prometheus_latency_buckets: latencyBuckets,
    });
  });

  it("take over timeout and retries", () => {
    const { litellm_settings, router_settings } = config({ requestTimeoutSeconds: 45, retries: 0 });
    expect(litellm_settings["request_timeout"]).toBe(45);
    expect(router_settings["num_retries"]).toBe(0);
  });

  it("count in Redis, under the proxy's own prefix, with the password by reference", () => {
    expect(config({ redis: { host: "cache", port: 7000 } }).router_settings).toMatchObject({
      redis_host: "cache",
      redis_port: 7000,
      redis_password: "os.environ/REDIS_PASSWORD",
      cache_kwargs: { namespace: "litellm" },
    });
  });

  it("name the master key by reference, so that an empty one stops the start", () => {
    expect(config().general_settings["master_key"]).toBe("os.environ/LITELLM_MASTER_KEY");
  });

  it("ask the function beside the file who a key belongs to", () => {
    expect(config().general_settings["custom_auth"]).toBe("custom_auth.user_api_key_auth");
  });

  it("are these and no others: LiteLLM ignores what it doesn't know", () => {
    const names = Object.fromEntries(Object.entries(config()).map(([name, settings]) => [name, Object.keys(settings)]));
    expect(names).toEqual({
      model_list: ["0"],
      litellm_settings: [
        "drop_params",
        "callbacks",
        "require_auth_for_metrics_endpoint",
        "prometheus_exclude_metrics",
        "prometheus_exclude_labels",
        "prometheus_latency_buckets",
        "request_timeout",
      ],
      router_settings: [
        "num_retries",
        "provider_budget_config",
        "redis_host",
        "redis_port",
        "redis_password",
        "cache_kwargs",
      ],
      general_settings: ["master_key", "custom_auth"],
    });
  });
});

describe("the proxy's file", () => {
  it("has no anchors and aliases, also for lists that several models share", () => {
    const shared = text({ models: everything });
    expect(shared.match(/top_p/g)?.length).toBeGreaterThan(1);
    expect(shared).not.toMatch(/[&*]/);
  });

  it.each([
    "on",
    "no",
    "off",
    "yes",
    "2026-11-23",
    "0b11",
    "123",
    "1.5",
    "1e5",
    "0x1f",
    "010",
    "null",
    "true",
  ])("keeps the alias %s a text", (alias) => {
    const models = modelsOf({ [alias]: { model: sonnet, fallbacks: ["nova"] }, nova: { model: novaLite } });
    const { model_list, router_settings } = config({ models });
    expect(model_list.map(({ model_name, model_info }) => [model_name, model_info["id"]])).toContainEqual([
      alias,
      alias,
    ]);
    expect(router_settings["fallbacks"]).toEqual([{ [alias]: ["nova"] }]);
  });

  it("is the same for the same options", () => {
    expect(text({ models: everything })).toBe(text({ models: everything }));
  });
});
