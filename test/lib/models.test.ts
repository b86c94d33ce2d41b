import {
  type CatalogueModel,
  type ConfiguredModel,
  catalogue,
  cheapestChatModel,
  type EndedModel,
  endedModels,
  invocationId,
  type Offer,
  profiles,
  rankingPrice,
  type TokenPrices,
} from "../../lib/models";

type Models = Readonly<Record<string, CatalogueModel>>;
type Ended = Readonly<Record<string, EndedModel>>;

/** What holds of the whole catalogue: each rule lists what breaks it. */
const rules = {
  "every price is positive, but an embedding's output costs nothing": (models: Models) =>
    offersOf(models).flatMap(({ name, model, offer }) =>
      Object.entries(offer.prices)
        .filter(([what, price]) => !(what === "output" && model.kind === "embedding" ? price === 0 : price > 0))
        .map(([what, price]) => `${name}: ${what} ${price}`),
    ),
  "every model is offered, in at least one Region, under profiles in the order of their preference": (models: Models) =>
    Object.entries(models)
      .filter(([, { offers }]) => {
        const offered = profiles.filter((profile) => offers[profile] !== undefined);
        const everywhere = Object.values(offers).every((offer) => Object.keys(offer?.routes ?? {}).length > 0);
        return offered.length === 0 || !everywhere || Object.keys(offers).join() !== offered.join();
      })
      .map(([id]) => id),
  "the profile us routes from every source Region to that Region and to the United States alone": (models: Models) =>
    routesOf(models, "us")
      .filter(
        ({ source, destinations }) =>
          !destinations.includes(source) || destinations.some((region) => !region.startsWith("us-")),
      )
      .map(({ name }) => name),
  "Regions are written as AWS writes them": (models: Models) =>
    profiles
      .flatMap((profile) => routesOf(models, profile))
      .flatMap(({ source, destinations }) => [source, ...destinations])
      .filter((region) => !/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)),
  "the profile global is offered wherever us is": (models: Models) =>
    Object.entries(models)
      .filter(([, { offers }]) => offers.us !== undefined && offers.global !== undefined)
      .flatMap(([id, { offers }]) =>
        Object.keys(offers.us?.routes ?? {})
          .filter((source) => offers.global?.routes[source] === undefined)
          .map((source) => `${id} ${source}`),
      ),
  "the profiles global and in-region list no destinations": (models: Models) =>
    [...routesOf(models, "global"), ...routesOf(models, "in-region")]
      .filter(({ destinations }) => destinations.length > 0)
      .map(({ name }) => name),
  "Claude through the profile us costs 1.1 times what it costs through global": (models: Models) =>
    claudeModels(models).flatMap(([id, { offers }]) => {
      const rounded = (price: number | undefined, factor: number) => price && Number((price * factor).toFixed(6));
      const { us, global } = offers;
      const kinds = ["input", "output", "cacheWrite", "cacheRead"] as const;
      return kinds
        .filter((kind) => rounded(us?.prices[kind], 1) !== rounded(global?.prices[kind], 1.1))
        .map((kind) => `${id}: ${kind}`);
    }),
  "an Amazon model costs the same alone in a Region as through the profile us": (models: Models) =>
    Object.entries(models)
      .filter(([id, { offers }]) => id.startsWith("amazon.") && offers.us !== undefined && offers["in-region"])
      .filter(([, { offers }]) => JSON.stringify(offers.us?.prices) !== JSON.stringify(offers["in-region"]?.prices))
      .map(([id]) => id),
  "what is read from the cache costs less than input, what is written to it no less, and a chat's output more": (
    models: Models,
  ) =>
    offersOf(models)
      .filter(({ model, offer: { prices } }) => {
        const { input, output, cacheWrite = input, cacheRead = 0 } = prices;
        return cacheRead >= input || cacheWrite < input || (model.kind === "chat" && output <= input);
      })
      .map(({ name }) => name),
  "a Claude model refuses top_p": (models: Models) =>
    claudeModels(models)
      .filter(([, { refusedParams }]) => !refusedParams?.includes("top_p"))
      .map(([id]) => id),
  "a Claude model has a Marketplace product, each its own": (models: Models) => {
    const products = claudeModels(models).map(([, { marketplaceProduct }]) => `${marketplaceProduct}`);
    return products.filter(
      (product, index) => !/^prod-[a-z0-9]{13}$/.test(product) || products.indexOf(product) < index,
    );
  },
  "an Amazon model has no Marketplace product and refuses no parameter": (models: Models) =>
    Object.entries(models)
      .filter(([id]) => id.startsWith("amazon."))
      .filter(([, model]) => model.marketplaceProduct !== undefined || model.refusedParams !== undefined)
      .map(([id]) => id),
  "every model is Claude or Amazon's": (models: Models) =>
    Object.keys(models).filter((id) => !id.startsWith("anthropic.claude-") && !id.startsWith("amazon.")),
  "no id has a profile's prefix": (models: Models) =>
    Object.keys(models).filter((id) => profiles.some((profile) => id.startsWith(`${profile}.`))),
  "a model with an end has a date, and a successor that is active and of the same kind": (models: Models) =>
    Object.entries(models).flatMap(([id, { kind, lifecycle }]) => {
      if (lifecycle.state === "active") return [];
      const successor = models[lifecycle.successor];
      const fits = successor?.kind === kind && successor.lifecycle.state === "active";
      return fits && isDate(lifecycle.endOfLife) ? [] : [id];
    }),
  "an ended model has a date, and a successor that is in the catalogue": (models: Models, ended: Ended) =>
    Object.entries(ended)
      .filter(([, { endOfLife, successor }]) => models[successor] === undefined || !isDate(endOfLife))
      .map(([id]) => id),
  "no successor has ended itself": (models: Models, ended: Ended) =>
    [...Object.values(models).map(({ lifecycle }) => lifecycle), ...Object.values(ended)]
      .flatMap((entry) => ("successor" in entry ? [entry.successor] : []))
      .filter((successor) => ended[successor] !== undefined),
  "no model is both in use and ended": (models: Models, ended: Ended) =>
    Object.keys(models).filter((id) => ended[id] !== undefined),
} as const;

function offersOf(models: Models) {
  return Object.entries(models).flatMap(([id, model]) =>
    profiles.flatMap((profile) => {
      const offer = model.offers[profile];
      return offer === undefined ? [] : [{ name: `${id} ${profile}`, profile, model, offer }];
    }),
  );
}

function routesOf(models: Models, profile: string) {
  return offersOf(models)
    .filter((found) => found.profile === profile)
    .flatMap(({ name, offer }) =>
      Object.entries(offer.routes).map(([source, destinations]) => ({
        name: `${name} ${source}`,
        source,
        destinations,
      })),
    );
}

function claudeModels(models: Models) {
  return Object.entries(models).filter(([id]) => id.startsWith("anthropic.claude-"));
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(text).toISOString().startsWith(text);
}

const throughUs: Offer = {
  prices: { input: 1.1, output: 5.5, cacheWrite: 1.375, cacheRead: 0.11 },
  routes: { "us-east-1": ["us-east-1", "us-west-2"] },
};
const throughGlobal: Offer = {
  prices: { input: 1, output: 5, cacheWrite: 1.25, cacheRead: 0.1 },
  routes: { "us-east-1": [] },
};
const claude: CatalogueModel = {
  kind: "chat",
  input: ["text"],
  offers: { us: throughUs, global: throughGlobal },
  refusedParams: ["top_p"],
  marketplaceProduct: "prod-abcdefgh12345",
  lifecycle: { state: "active" },
};
const amazon: CatalogueModel = {
  kind: "chat",
  input: ["text"],
  offers: { us: throughUs },
  lifecycle: { state: "active" },
};
const pricedAt = (prices: TokenPrices): CatalogueModel => ({ ...amazon, offers: { us: { ...throughUs, prices } } });
const legacy = { state: "legacy", endOfLife: "2027-04-08", successor: "amazon.x" } as const;

/** For every rule, catalogues that break it. */
const broken: Readonly<Record<keyof typeof rules, readonly { readonly models?: Models; readonly ended?: Ended }[]>> = {
  "every price is positive, but an embedding's output costs nothing": [
    { models: { "amazon.x": { ...amazon, offers: { us: { ...throughUs, prices: { input: 0, output: 1 } } } } } },
    { models: { "amazon.x": { ...amazon, offers: { us: { ...throughUs, prices: { input: 1, output: 0 } } } } } },
    { models: { "amazon.x": { ...amazon, kind: "embedding" } } },
    {
      models: {
        "amazon.x": { ...amazon, offers: { us: { ...throughUs, prices: { input: 1, output: 1, cacheRead: -1 } } } },
      },
    },
  ],
  "every model is offered, in at least one Region, under profiles in the order of their preference": [
    { models: { "amazon.x": { ...amazon, offers: {} } } },
    { models: { "amazon.x": { ...amazon, offers: { us: { ...throughUs, routes: {} } } } } },
    { models: { "amazon.x": { ...amazon, offers: { global: throughGlobal, us: throughUs } } } },
  ],
  "the profile us routes from every source Region to that Region and to the United States alone": [
    { models: { "amazon.x": { ...amazon, offers: { us: { ...throughUs, routes: { "us-east-1": ["us-west-2"] } } } } } },
    {
      models: {
        "amazon.x": {
          ...amazon,
          offers: { us: { ...throughUs, routes: { "us-east-1": ["us-east-1", "eu-west-1"] } } },
        },
      },
    },
  ],
  "Regions are written as AWS writes them": [
    { models: { "amazon.x": { ...amazon, offers: { us: { ...throughUs, routes: { Virginia: [] } } } } } },
    { models: { "amazon.x": { ...amazon, offers: { us: { ...throughUs, routes: { "us-east-1": ["us-east"] } } } } } },
  ],
  "the profile global is offered wherever us is": [
    {
      models: {
        "amazon.x": { ...amazon, offers: { us: throughUs, global: { ...throughGlobal, routes: { "eu-west-1": [] } } } },
      },
    },
  ],
  "the profiles global and in-region list no destinations": [
    { models: { "amazon.x": { ...amazon, offers: { global: throughUs } } } },
    { models: { "amazon.x": { ...amazon, offers: { "in-region": throughUs } } } },
  ],
  "Claude through the profile us costs 1.1 times what it costs through global": [
    { models: { "anthropic.claude-x": { ...claude, offers: { us: throughUs, global: throughUs } } } },
    {
      models: {
        "anthropic.claude-x": {
          ...claude,
          offers: { us: throughUs, global: { ...throughGlobal, prices: { input: 1, output: 5 } } },
        },
      },
    },
  ],
  "an Amazon model costs the same alone in a Region as through the profile us": [
    { models: { "amazon.x": { ...amazon, offers: { us: throughUs, "in-region": throughGlobal } } } },
  ],
  "what is read from the cache costs less than input, what is written to it no less, and a chat's output more": [
    { models: { "amazon.x": pricedAt({ input: 1, output: 2, cacheRead: 1 }) } },
    { models: { "amazon.x": pricedAt({ input: 1, output: 2, cacheWrite: 0.9 }) } },
    { models: { "amazon.x": pricedAt({ input: 2, output: 2 }) } },
  ],
  "a Claude model refuses top_p": [{ models: { "anthropic.claude-x": { ...claude, refusedParams: ["top_k"] } } }],
  "a Claude model has a Marketplace product, each its own": [
    { models: { "anthropic.claude-x": { ...claude, marketplaceProduct: undefined } } },
    { models: { "anthropic.claude-x": claude, "anthropic.claude-y": claude } },
  ],
  "an Amazon model has no Marketplace product and refuses no parameter": [
    { models: { "amazon.x": { ...amazon, marketplaceProduct: "prod-abcdefgh12345" } } },
    { models: { "amazon.x": { ...amazon, refusedParams: ["top_p"] } } },
  ],
  "every model is Claude or Amazon's": [{ models: { "meta.x": amazon } }],
  "no id has a profile's prefix": [{ models: { "us.amazon.x": amazon } }],
  "a model with an end has a date, and a successor that is active and of the same kind": [
    { models: { "amazon.old": { ...amazon, lifecycle: legacy } } },
    { models: { "amazon.old": { ...amazon, lifecycle: legacy }, "amazon.x": { ...amazon, kind: "embedding" } } },
    { models: { "amazon.old": { ...amazon, lifecycle: legacy }, "amazon.x": { ...amazon, lifecycle: legacy } } },
    {
      models: { "amazon.old": { ...amazon, lifecycle: { ...legacy, endOfLife: "April 2027" } }, "amazon.x": amazon },
    },
  ],
  "an ended model has a date, and a successor that is in the catalogue": [
    { ended: { "amazon.old": { endOfLife: "2026-01-01", successor: "amazon.x" } } },
    { models: { "amazon.x": amazon }, ended: { "amazon.old": { endOfLife: "soon", successor: "amazon.x" } } },
  ],
  "no successor has ended itself": [
    {
      models: { "amazon.old": { ...amazon, lifecycle: legacy } },
      ended: { "amazon.x": { endOfLife: "2026-01-01", successor: "amazon.y" } },
    },
    {
      ended: {
        "amazon.old": { endOfLife: "2025-01-01", successor: "amazon.x" },
        "amazon.x": { endOfLife: "2026-01-01", successor: "amazon.y" },
      },
    },
  ],
  "no model is both in use and ended": [
    { models: { "amazon.x": amazon }, ended: { "amazon.x": { endOfLife: "2026-01-01", successor: "amazon.y" } } },
  ],
};

describe("the catalogue", () => {
  it("has something for each rule to look at", () => {
    const states = new Set(Object.values(catalogue).map(({ lifecycle }) => lifecycle.state));
    const kinds = new Set(Object.values(catalogue).map(({ kind }) => kind));
    expect(claudeModels(catalogue).length).toBeGreaterThan(1);
    expect(Object.keys(catalogue).filter((id) => id.startsWith("amazon.")).length).toBeGreaterThan(1);
    for (const profile of profiles) expect(routesOf(catalogue, profile).length).toBeGreaterThan(0);
    expect([...states].sort()).toEqual(["active", "legacy"]);
    expect([...kinds].sort()).toEqual(["chat", "embedding"]);
    expect(Object.keys(endedModels).length).toBeGreaterThan(0);
  });

  it.each(Object.entries(rules))("keeps to: %s", (_, violations) => {
    expect(violations(catalogue, endedModels)).toEqual([]);
  });

  it.each(Object.entries(rules))("would be caught breaking: %s", (rule, violations) => {
    const cases = broken[rule as keyof typeof rules];
    expect(cases.length).toBeGreaterThan(0);
    for (const { models = {}, ended = {} } of cases) expect(violations(models, ended)).not.toEqual([]);
  });
});

function configured(alias: string, prices: TokenPrices, kind: "chat" | "embedding" = "chat"): ConfiguredModel {
  return {
    alias,
    modelId: `amazon.${alias}`,
    profile: "us",
    region: "us-east-1",
    destinations: ["us-east-1"],
    prices,
    definition: { ...amazon, kind },
    fallbacks: [],
  };
}

describe("invocationId", () => {
  it.each([
    ["us", "us.amazon.nova-lite-v1:0"],
    ["global", "global.amazon.nova-lite-v1:0"],
    ["in-region", "amazon.nova-lite-v1:0"],
  ] as const)("names for the profile %s: %s", (profile, id) => {
    expect(invocationId({ modelId: "amazon.nova-lite-v1:0", profile })).toBe(id);
  });
});

describe("rankingPrice", () => {
  it("adds one million tokens in and one million out, whatever the cache costs", () => {
    expect(rankingPrice({ input: 0.5, output: 2, cacheWrite: 100, cacheRead: 100 })).toBe(2.5);
  });
});

describe("cheapestChatModel", () => {
  it("takes the lowest price, wherever it stands", () => {
    const [dear, cheap, middle] = [
      configured("dear", { input: 3, output: 15 }),
      configured("cheap", { input: 0.1, output: 0.2 }),
      configured("middle", { input: 1, output: 5 }),
    ];
    expect(cheapestChatModel([dear, cheap, middle])).toBe(cheap);
    expect(cheapestChatModel([cheap, middle, dear])).toBe(cheap);
    expect(cheapestChatModel([middle, dear, cheap])).toBe(cheap);
  });

  it("counts input and output alike", () => {
    const models = [configured("cheap-input", { input: 0.1, output: 9 }), configured("even", { input: 4, output: 4 })];
    expect(cheapestChatModel(models).alias).toBe("even");
  });

  it("takes the first configured of several at one price", () => {
    const models = ["b", "a", "c"].map((alias) => configured(alias, { input: 1, output: 2 }));
    expect(cheapestChatModel(models).alias).toBe("b");
    expect(cheapestChatModel([...models].reverse()).alias).toBe("c");
  });

  it("passes over a cheaper embedding model", () => {
    const models = [
      configured("embedding", { input: 0.02, output: 0 }, "embedding"),
      configured("chat", { input: 1, output: 2 }),
    ];
    expect(cheapestChatModel(models).alias).toBe("chat");
  });

  it.each([
    ["no model", []],
    ["embedding models only", [configured("embedding", { input: 0.02, output: 0 }, "embedding")]],
  ])("refuses %s", (_, models) => {
    expect(() => cheapestChatModel(models)).toThrow(
      new Error("models: no chat model is configured; add one such as amazon.nova-lite-v1:0"),
    );
  });
});
