import type { StackConfigInput } from "../../../lib/config";
import { resolveModels } from "../../../lib/config/resolve-models";
import { modelSchema } from "../../../lib/config/schema";
import { catalogue } from "../../../lib/models";
import type { Complete } from "../../support/complete";

type ModelInput = StackConfigInput["models"][string];

const micro = "amazon.nova-micro-v1:0";
const lite = "amazon.nova-lite-v1:0";
const titan = "amazon.titan-embed-text-v2:0";
const ids = Object.keys(catalogue).join(", ");

function resolve(given: Readonly<Record<string, ModelInput>>, region: string | undefined = "us-east-1") {
  const models = Object.fromEntries(Object.entries(given).map(([alias, model]) => [alias, modelSchema.parse(model)]));
  return resolveModels({ models, aliases: Object.keys(given), region });
}

/** The only model of a configuration that is accepted. */
function accepted(model: ModelInput, region?: string) {
  const { models, problems } = resolve({ chat: model }, region);
  expect(problems).toEqual([]);
  return models[0];
}

/** The problems of a refused configuration, each as its line of the message. */
function refused(given: Readonly<Record<string, ModelInput>>, region?: string): readonly string[] {
  return resolve(given, region).problems.map(({ path, message }) => `${path}: ${message}`);
}

describe("a catalogued model", () => {
  it("gets the first profile that the catalogue has for it, no fallbacks and no rate limit", () => {
    expect(accepted({ model: lite })).toEqual({
      alias: "chat",
      modelId: lite,
      profile: "us",
      region: "us-east-1",
      destinations: ["us-east-1", "us-east-2", "us-west-2"],
      prices: catalogue[lite]?.offers.us?.prices,
      definition: catalogue[lite],
      fallbacks: [],
      rateLimit: undefined,
    });
  });

  it("gets the profile in-region where it has no other", () => {
    expect(accepted({ model: titan }, "us-west-2")).toMatchObject({ profile: "in-region", region: "us-west-2" });
  });

  it("stays in the Region with the profile in-region, at that profile's price", () => {
    expect(accepted({ model: micro, profile: "in-region" })).toMatchObject({
      profile: "in-region",
      region: "us-east-1",
      destinations: [],
      prices: catalogue[micro]?.offers["in-region"]?.prices,
    });
  });

  it("may go anywhere with the profile global, at that profile's price", () => {
    expect(accepted({ model: "anthropic.claude-sonnet-4-6", profile: "global" }, "eu-west-1")).toMatchObject({
      profile: "global",
      region: "eu-west-1",
      destinations: [],
      prices: { input: 3, output: 15 },
    });
  });

  it("is accepted while it is a legacy model", () => {
    const legacy = Object.entries(catalogue).find(([, { lifecycle }]) => lifecycle.state === "legacy")?.[0];
    expect(accepted({ model: `${legacy}` })?.modelId).toBe(legacy);
  });

  it("keeps what the configuration gives: every setting", () => {
    const given: Complete<Omit<ModelInput, "definition">> = {
      model: micro,
      profile: "us",
      fallbacks: ["other"],
      dearerFallbacks: { reason: "it is seldom needed" },
      rateLimit: { requestsPerMinute: 60, tokensPerMinute: 100_000 },
      systemPrompt: "Be short.",
    };
    const { models, problems } = resolve({
      chat: { ...given, fallbacks: [...given.fallbacks] },
      other: { model: lite },
    });
    expect(problems).toEqual([]);
    expect(models[0]).toMatchObject({
      modelId: micro,
      profile: "us",
      fallbacks: ["other"],
      rateLimit: given.rateLimit,
      systemPrompt: "Be short.",
    });
  });

  it("may stand under two aliases", () => {
    const { models, problems } = resolve({ a: { model: lite }, b: { model: lite, profile: "in-region" } });
    expect(problems).toEqual([]);
    expect(models.map(({ alias, profile }) => `${alias} ${profile}`)).toEqual(["a us", "b in-region"]);
  });

  it("isn't checked against a Region that can't be read", () => {
    const models = { chat: modelSchema.parse({ model: lite }) };
    expect(resolveModels({ models, aliases: ["chat"], region: undefined }).problems).toEqual([]);
  });
});

describe("a model is refused", () => {
  it("that isn't in the catalogue, with the nearest one that is", () => {
    expect(refused({ chat: { model: "anthropic.claude-sonet-4-6" } })).toEqual([
      `models.chat.model: got "anthropic.claude-sonet-4-6", which is not in the catalogue. Did you mean "anthropic.claude-sonnet-4-6"? Allowed: ${ids}; or give its "definition".`,
    ]);
  });

  it("that isn't in the catalogue, without a suggestion when none is near", () => {
    expect(refused({ chat: { model: "gpt-5" } })).toEqual([
      `models.chat.model: got "gpt-5", which is not in the catalogue. Allowed: ${ids}; or give its "definition".`,
    ]);
  });

  it.each([
    ["anthropic.claude-sonnet-4-20250514-v1:0", "2026-10-14", "anthropic.claude-sonnet-4-6"],
    ["anthropic.claude-3-5-haiku-20241022-v1:0", "2026-06-19", "anthropic.claude-haiku-4-5-20251001-v1:0"],
  ])("at its end of life, with its successor: %s", (model, endOfLife, successor) => {
    expect(refused({ chat: { model } })).toEqual([
      `models.chat.model: "${model}" reached its end of life on ${endOfLife}: requests to it fail. Use its successor "${successor}".`,
    ]);
  });

  it("at its end of life even with a definition", () => {
    const definition = { offers: { us: { prices: { input: 1, output: 1 }, routes: { "us-east-1": ["us-east-1"] } } } };
    expect(refused({ chat: { model: "anthropic.claude-sonnet-4-20250514-v1:0", definition } })).toEqual([
      'models.chat.model: "anthropic.claude-sonnet-4-20250514-v1:0" reached its end of life on 2026-10-14: requests to it fail. Use its successor "anthropic.claude-sonnet-4-6".',
    ]);
  });

  it.each(["us", "global", "in-region"])("with the prefix of the profile %s, which is told apart", (profile) => {
    expect(refused({ chat: { model: `${profile}.${lite}` } })).toEqual([
      `models.chat.model: got "${profile}.${lite}"; give the id without the profile: model: "${lite}", profile: "${profile}".`,
    ]);
  });

  it("that is in the catalogue and has a definition", () => {
    const definition = { offers: { us: { prices: { input: 1, output: 1 }, routes: { "us-east-1": ["us-east-1"] } } } };
    expect(refused({ chat: { model: lite, definition } })).toEqual([
      `models.chat.model: "${lite}" is in the catalogue (lib/models.ts); remove "definition".`,
    ]);
  });

  it("with a profile under which it isn't offered", () => {
    expect(refused({ chat: { model: lite, profile: "global" } })).toEqual([
      `models.chat.profile: got "global"; allowed for "${lite}": "us", "in-region".`,
    ]);
  });

  it("in a Region without its profile, with the one that works there", () => {
    expect(refused({ chat: { model: lite, profile: "in-region" } }, "us-west-2")).toEqual([
      `models.chat.profile: "${lite}" with profile "in-region" can't be called from aws.region "us-west-2"; allowed Regions: us-east-1. In us-west-2 it has: profile "us".`,
    ]);
  });

  it("in a Region without its default profile, with the one that works there", () => {
    expect(refused({ chat: { model: "anthropic.claude-sonnet-5" } }, "ap-northeast-1")).toEqual([
      'models.chat.model: "anthropic.claude-sonnet-5" with profile "us" can\'t be called from aws.region "ap-northeast-1"; allowed Regions: us-east-1, us-east-2, us-west-2. In ap-northeast-1 it has: profile "global".',
    ]);
  });

  it("in a Region where no profile works", () => {
    expect(refused({ chat: { model: lite } }, "eu-central-1")).toEqual([
      `models.chat.model: "${lite}" with profile "us" can't be called from aws.region "eu-central-1"; allowed Regions: us-east-1, us-east-2, us-west-2.`,
    ]);
  });

  it("alone: the others are looked up all the same", () => {
    const { models, problems } = resolve({ a: { model: "gpt-5" }, b: { model: lite }, c: { model: `us.${lite}` } });
    expect(models.map(({ alias }) => alias)).toEqual(["b"]);
    expect(problems.map(({ path }) => path)).toEqual(["models.a.model", "models.c.model"]);
  });
});

describe("a model with a definition", () => {
  const definition: Complete<NonNullable<ModelInput["definition"]>> = {
    kind: "chat",
    input: ["text", "image"],
    offers: {
      us: {
        prices: { input: 1, output: 2, cacheWrite: 1.25, cacheRead: 0.1 },
        routes: { "us-east-1": ["us-east-1", "us-west-2"] },
      },
      global: { prices: { input: 3, output: 4, cacheWrite: 5, cacheRead: 6 }, routes: { "eu-west-1": [] } },
      "in-region": { prices: { input: 7, output: 8, cacheWrite: 9, cacheRead: 10 }, routes: { "us-east-2": [] } },
    },
    refusedParams: ["top_p"],
    marketplaceProduct: "prod-abc123",
  };
  const given = modelSchema.parse({ model: "acme.chat-v1:0", definition });
  const resolveOwn = (profile: "us" | "global" | "in-region" | undefined, region: string) =>
    resolveModels({ models: { own: { ...given, profile } }, aliases: ["own"], region }).models[0];

  it("is taken over as it is", () => {
    expect(resolveOwn(undefined, "us-east-1")?.definition).toEqual(definition);
  });

  it.each([
    [undefined, "us-east-1", "us", ["us-east-1", "us-west-2"]],
    ["us", "us-east-1", "us", ["us-east-1", "us-west-2"]],
    ["global", "eu-west-1", "global", []],
    ["in-region", "us-east-2", "in-region", []],
  ] as const)("asked for the profile %s in %s is reached through %s", (profile, region, reached, destinations) => {
    expect(resolveOwn(profile, region)).toMatchObject({
      modelId: "acme.chat-v1:0",
      profile: reached,
      region,
      destinations,
      prices: definition.offers[reached].prices,
    });
  });

  it("is refused in a Region without the profile it asks for, with all that work there", () => {
    const offer = { prices: { input: 1, output: 2 }, routes: { "us-east-1": ["us-east-1"] } };
    const nowhere = { ...offer, routes: { "us-east-1": [] } };
    const offers = { us: offer, global: nowhere, "in-region": { ...offer, routes: { "us-east-2": [] } } };
    expect(refused({ own: { model: "acme.chat-v1:0", profile: "in-region", definition: { offers } } })).toEqual([
      'models.own.profile: "acme.chat-v1:0" with profile "in-region" can\'t be called from aws.region "us-east-1"; allowed Regions: us-east-2. In us-east-1 it has: profile "us", profile "global".',
    ]);
  });
});

describe("fallbacks", () => {
  it("to a cheaper or equally dear model are accepted", () => {
    const { models, problems } = resolve({
      sonnet: { model: "anthropic.claude-sonnet-4-6", fallbacks: ["twin", "lite"] },
      twin: { model: "anthropic.claude-sonnet-4-5-20250929-v1:0" },
      lite: { model: lite },
    });
    expect(problems).toEqual([]);
    expect(models[0]?.fallbacks).toEqual(["twin", "lite"]);
  });

  it("to an alias that doesn't exist are refused, with the nearest", () => {
    expect(refused({ "nova-lite": { model: lite, fallbacks: ["nova-mico"] }, "nova-micro": { model: micro } })).toEqual(
      [
        'models.nova-lite.fallbacks[0]: got "nova-mico", which is no alias of this configuration. Did you mean "nova-micro"? Allowed: nova-lite, nova-micro.',
      ],
    );
  });

  it("to an alias that doesn't exist are refused, without a suggestion when none is near", () => {
    expect(refused({ "nova-lite": { model: lite, fallbacks: ["claude-opus"] } })).toEqual([
      'models.nova-lite.fallbacks[0]: got "claude-opus", which is no alias of this configuration. Allowed: nova-lite.',
    ]);
  });

  it("to an alias whose own settings can't be read are not told to be missing", () => {
    const models = { lite: modelSchema.parse({ model: lite, fallbacks: ["broken"] }) };
    expect(resolveModels({ models, aliases: ["lite", "broken"], region: "us-east-1" }).problems).toEqual([]);
  });

  it("to the model itself are refused", () => {
    expect(refused({ lite: { model: lite, fallbacks: ["lite"] } })).toEqual([
      "models.lite.fallbacks: go in a circle: lite → lite. Remove one of them.",
    ]);
  });

  it("in a circle of two are refused, told once", () => {
    expect(refused({ b: { model: lite, fallbacks: ["a"] }, a: { model: lite, fallbacks: ["b"] } })).toEqual([
      "models.a.fallbacks: go in a circle: a → b → a. Remove one of them.",
    ]);
  });

  it("in a circle of three are refused, told once", () => {
    expect(
      refused({
        c: { model: lite, fallbacks: ["a"] },
        a: { model: lite, fallbacks: ["b"] },
        b: { model: lite, fallbacks: ["c"] },
      }),
    ).toEqual(["models.a.fallbacks: go in a circle: a → b → c → a. Remove one of them."]);
  });

  it("that lead into a circle are not told to be part of it", () => {
    expect(
      refused({
        a: { model: lite, fallbacks: ["b"] },
        b: { model: lite, fallbacks: ["c"] },
        c: { model: lite, fallbacks: ["b"] },
      }),
    ).toEqual(["models.b.fallbacks: go in a circle: b → c → b. Remove one of them."]);
  });

  it("in two circles that share an alias are refused, each told", () => {
    expect(
      refused({
        b: { model: lite, fallbacks: ["a", "c"] },
        a: { model: lite, fallbacks: ["b"] },
        c: { model: lite, fallbacks: ["b"] },
      }),
    ).toEqual([
      "models.b.fallbacks: go in a circle: b → c → b. Remove one of them.",
      "models.a.fallbacks: go in a circle: a → b → a. Remove one of them.",
    ]);
  });

  it("from outside into a dense group of circles are checked at once", () => {
    const aliases = Array.from({ length: 20 }, (_, index) => `m${index + 10}`);
    const group = aliases.map((alias) => [alias, { model: lite, fallbacks: aliases.filter((to) => to !== alias) }]);
    const given = Object.fromEntries([["a", { model: lite, fallbacks: aliases }], ...group]);
    expect(refused(given)[0]).toBe("models.m10.fallbacks: go in a circle: m10 → m11 → m10. Remove one of them.");
  });

  it("that meet again without a circle are accepted", () => {
    expect(
      refused({
        a: { model: lite, fallbacks: ["b", "c"] },
        b: { model: lite, fallbacks: ["c"] },
        c: { model: lite },
      }),
    ).toEqual([]);
  });

  it("to a dearer model are refused, with both prices", () => {
    expect(refused({ micro: { model: micro, fallbacks: ["lite"] }, lite: { model: lite } })).toEqual([
      'models.micro.fallbacks[0]: "lite" costs more than "micro" (0.06/0.24 against 0.035/0.14 USD per million tokens in/out). Choose a cheaper one, or accept it: dearerFallbacks: { reason: "..." }.',
    ]);
  });

  const priced = (input: number, output: number): ModelInput => ({
    model: `acme.chat-${input}-${output}-v1:0`,
    definition: { offers: { us: { prices: { input, output }, routes: { "us-east-1": ["us-east-1"] } } } },
  });

  it.each([
    ["input", 2, 1],
    ["output", 1, 2],
  ])("that are dearer in %s alone are refused", (_, input, output) => {
    expect(refused({ from: { ...priced(1, 1), fallbacks: ["to"] }, to: priced(input, output) })).toEqual([
      `models.from.fallbacks[0]: "to" costs more than "from" (${input}/${output} against 1/1 USD per million tokens in/out). Choose a cheaper one, or accept it: dearerFallbacks: { reason: "..." }.`,
    ]);
  });

  it("to a dearer model are accepted with a reason", () => {
    const dearerFallbacks = { reason: "an answer is worth more than the price" };
    const { models, problems } = resolve({
      micro: { model: micro, fallbacks: ["lite"], dearerFallbacks },
      lite: { model: lite },
    });
    expect(problems).toEqual([]);
    expect(models[0]?.fallbacks).toEqual(["lite"]);
  });

  it("to the same model under a dearer profile are refused", () => {
    const sonnet = "anthropic.claude-sonnet-5";
    expect(
      refused({ everywhere: { model: sonnet, profile: "global", fallbacks: ["us"] }, us: { model: sonnet } }),
    ).toEqual([
      'models.everywhere.fallbacks[0]: "us" costs more than "everywhere" (2.2/11 against 2/10 USD per million tokens in/out). Choose a cheaper one, or accept it: dearerFallbacks: { reason: "..." }.',
    ]);
  });

  it("to a model of another kind are refused, in either direction and whatever the reason", () => {
    const dearerFallbacks = { reason: "an answer is worth more than the price" };
    expect(
      refused({
        chat: { model: lite, fallbacks: ["titan"], dearerFallbacks },
        other: { model: micro },
        titan: { model: titan, fallbacks: ["other"], dearerFallbacks },
      }),
    ).toEqual([
      'models.chat.fallbacks[0]: "titan" is a model for embedding, "chat" one for chat; allowed: the same kind.',
      'models.titan.fallbacks[0]: "other" is a model for chat, "titan" one for embedding; allowed: the same kind.',
    ]);
  });
});
