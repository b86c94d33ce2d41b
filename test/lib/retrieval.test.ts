import { documentsOf, retrievalOf } from "../../lib/provisioning";
import { indexingCost, passagesCost, retrievalModel } from "../../lib/retrieval";
import { accept, minimalWith } from "../support/config-input";
import { temporaryFolder, writeFile } from "../support/temporary-folder";

const models = {
  "nova-lite": { model: "amazon.nova-lite-v1:0" },
  first: { model: "amazon.titan-embed-text-v2:0" },
  second: { model: "amazon.titan-embed-text-v2:0" },
};
const databases = {
  sqlite: { kind: "sqlite" },
  postgres: { kind: "postgres" },
  "external-postgres": {
    kind: "external-postgres",
    urlSecret: { name: "chat-db" },
    server: { kind: "addresses", cidrs: ["192.168.7.20/32"] },
  },
} as const;

describe("documents are searched", () => {
  it.each([
    ["postgres", "first"],
    ["external-postgres", "first"],
    ["sqlite", undefined],
  ] as const)("with the database %s by the model %s", (kind, alias) => {
    expect(retrievalModel(accept(minimalWith({ models, database: databases[kind] })))?.alias).toBe(alias);
  });

  it("not without a model for embeddings", () => {
    expect(retrievalModel(accept(minimalWith({ database: databases.postgres })))).toBeUndefined();
    expect(retrievalOf(accept(minimalWith({ database: databases.postgres })))).toBeNull();
  });

  it("in a collection for each folder", () => {
    const folder = temporaryFolder();
    writeFile(folder, "a.md", "A");
    const config = accept(
      minimalWith({
        models,
        database: databases.postgres,
        assistants: { guide: { baseModel: "nova-lite", knowledge: ["docs", "much"] } },
        knowledge: { docs: { path: folder }, much: { path: folder, delivery: "push" } },
      }),
    );
    expect(retrievalOf(config)).toEqual({
      model: { alias: "first", modelId: "amazon.titan-embed-text-v2:0", usdPerMillionTokens: 0.02 },
      collections: [
        { id: "docs", pushed: false },
        { id: "much", pushed: true },
      ],
    });
    expect(documentsOf(config.knowledge)).toEqual([
      { knowledge: "docs", path: "a.md", text: "A" },
      { knowledge: "much", path: "a.md", text: "A" },
    ]);
  });
});

describe("what retrieval costs", () => {
  it("to index: each text twice, with what passages share", () => {
    // 35,000 characters, 10,000 tokens, a ninth of them again, twice.
    expect(indexingCost([{ text: "a".repeat(35_000) }], 0.02)).toEqual({
      documents: 1,
      tokens: 22_223,
      usd: (22_223 * 0.02) / 1_000_000,
    });
  });

  it.each([
    [7, 2],
    [1_000_000, 1429],
  ])("for a question about %s characters: at most its passages, %s tokens", (characters, tokens) => {
    const knowledge = [
      { id: "docs", delivery: "job", documents: [{ path: "a.md", text: "a".repeat(characters) }], skipped: [] },
    ] as const;
    expect(passagesCost(knowledge, { prices: { input: 2, output: 0 } })).toEqual({
      documents: 1,
      tokens,
      usd: (tokens * 2) / 1_000_000,
    });
  });
});
