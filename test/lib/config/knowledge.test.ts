import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { accept, minimalWith, problemsOf } from "../../support/config-input";
import { temporaryFolder } from "../../support/temporary-folder";

/** A folder with files; a number stands for a file of that many bytes. */
function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

const withDocs = (docs: object, settings: object = {}) =>
  minimalWith({
    knowledge: { docs },
    assistants: { guide: { baseModel: "nova-lite", knowledge: ["docs"], ...settings } },
  });

describe("a folder of documents", () => {
  it("gives its Markdown files, in order, and neither hidden ones nor those left out", () => {
    const folder = folderOf({
      "b.md": "B",
      "a/c.md": "C",
      "a/d.txt": "D",
      ".git/e.md": "E",
      "drafts/f.md": "F",
    });
    const [docs] = accept(withDocs({ path: folder, exclude: ["drafts/**"] })).knowledge;
    expect(docs).toEqual({
      id: "docs",
      delivery: "job",
      documents: [
        { path: "a/c.md", text: "C" },
        { path: "b.md", text: "B" },
      ],
      skipped: [],
    });
    const [text] = accept(withDocs({ path: folder, include: ["**/*.txt"] })).knowledge;
    expect(text?.documents.map((document) => document.path)).toEqual(["a/d.txt"]);
  });

  it("skips and names what can't be a document", () => {
    const folder = folderOf({
      "good.md": "good",
      "binary.md": Buffer.from([65, 0, 66]),
      "empty.md": " \n",
      "huge.md": Buffer.alloc(50 * 1024 * 1024, "a"),
      "latin1.md": Buffer.from([0xe4, 0x20]),
    });
    const [docs] = accept(withDocs({ path: folder })).knowledge;
    expect(docs?.documents.map((document) => document.path)).toEqual(["good.md"]);
    expect(docs?.skipped).toEqual([
      { path: "binary.md", why: "is binary" },
      { path: "empty.md", why: "is empty" },
      { path: "huge.md", why: "has 52428800 bytes; allowed: at most 1048576" },
      { path: "latin1.md", why: "isn't UTF-8" },
    ]);
  });

  it("is refused when it isn't there, or has no document", () => {
    expect(problemsOf(withDocs({ path: "docs/no-such-folder" }))).toEqual([
      'knowledge.docs.path: got "docs/no-such-folder", which is no folder; allowed: a folder, by its path from the configuration file\'s.',
    ]);
    expect(problemsOf(withDocs({ path: "docs/images", include: ["*.md", "*.png"], exclude: ["*.png"] }))).toEqual([
      'knowledge.docs.path: got "docs/images", which has no document that matches "*.md", "*.png".',
    ]);
  });

  it("is refused with a secret in it, which isn't repeated", () => {
    const folder = folderOf({ "keys.md": `Use AKIA${"A".repeat(16)}.` });
    expect(problemsOf(withDocs({ path: folder }))).toEqual([
      'knowledge.docs.path: "keys.md" has a text that looks like an AWS access key id: take it out, or exclude the file.',
    ]);
  });

  it.each(["/etc/*.md", "a//b", "{a", "a\\b"])("is refused with the pattern %s", (pattern) => {
    expect(problemsOf(withDocs({ path: "docs", include: [pattern] }))[0]).toMatch(
      /^knowledge\.docs\.include\[0\]: got /,
    );
  });

  it("has to be an assistant's, and an assistant's has to be there", () => {
    expect(problemsOf(withDocs({ path: "docs/decisions" }, { knowledge: ["dosc"] }))).toEqual([
      'assistants.guide.knowledge[0]: got "dosc", which is no knowledge of this configuration. Did you mean "docs"? Allowed: docs.',
      'knowledge.docs: is no assistant\'s; add it to one: assistants.NAME.knowledge: ["docs"].',
    ]);
  });
});

describe("what documents add to each question", () => {
  const folder = folderOf({ "a.md": "a".repeat(35_000) });

  it("is refused above the limit of tokens or of cost", () => {
    expect(accept(withDocs({ path: folder })).knowledge).toHaveLength(1);
    expect(problemsOf(withDocs({ path: folder }, { knowledgeLimit: { tokensPerQuestion: 9_999 } }))).toEqual([
      'assistants.guide.knowledge: its documents travel whole with each question: about 10000 tokens, 0.0006 USD with "nova-lite"; allowed: at most 9999 tokens and 0.05 USD. Leave documents out, or raise knowledgeLimit.',
    ]);
    expect(problemsOf(withDocs({ path: folder }, { knowledgeLimit: { usdPerQuestion: 0.0005 } }))).toHaveLength(1);
  });

  it("is refused when a ConfigMap doesn't hold it, prompts included", () => {
    const systemPrompt = "ä".repeat(50_000);
    const files = Object.fromEntries(Array.from({ length: 3 }, (_, index) => [`${index}.md`, "ä".repeat(100_000)]));
    const docs = { path: folderOf(files) };
    expect(accept(withDocs(docs, { systemPrompt })).knowledge).toHaveLength(1);
    const models = { "nova-lite": { model: "amazon.nova-lite-v1:0", systemPrompt } };
    expect(problemsOf({ ...(withDocs(docs, { systemPrompt }) as object), models })).toEqual([
      'assistants: system prompts and documents have 800000 bytes together; allowed: at most 700000, which a ConfigMap holds. Shorten them, or leave documents out, or have them searched, where npm run push-knowledge brings any number (delivery: "push"; docs/configuration.md#documents).',
    ]);
  });
});

describe("documents that are searched", () => {
  const models = {
    "nova-lite": { model: "amazon.nova-lite-v1:0" },
    "titan-embed": { model: "amazon.titan-embed-text-v2:0" },
  };
  const searched = (docs: object, changes: object = {}) => ({
    ...(withDocs(docs) as object),
    models,
    database: { kind: "postgres" },
    ...changes,
  });

  it("have no limit for a question", () => {
    const path = folderOf({ "a.md": Buffer.alloc(600_000, "a") });
    expect(problemsOf(withDocs({ path }))).toHaveLength(1);
    expect(accept(searched({ path })).knowledge).toHaveLength(1);
  });

  it("are pushed where a ConfigMap doesn't hold them", () => {
    const path = folderOf({ "a.md": Buffer.alloc(600_000, "a"), "b.md": Buffer.alloc(600_000, "b") });
    expect(problemsOf(searched({ path }))).toEqual([
      'assistants: system prompts and documents have 1200000 bytes together; allowed: at most 700000, which a ConfigMap holds. Shorten them, or have folders brought by npm run push-knowledge (delivery: "push").',
    ]);
    expect(accept(searched({ path, delivery: "push" })).knowledge[0]).toMatchObject({ delivery: "push" });
  });

  it.each([
    ["SQLite", { database: { kind: "sqlite" } }],
    ["no model for embeddings", { models: { "nova-lite": models["nova-lite"] } }],
  ])("aren't pushed with %s, where they travel whole", (_, changes) => {
    expect(problemsOf(searched({ path: "docs/decisions", delivery: "push" }, changes))).toEqual([
      'knowledge.docs.delivery: got "push", where documents travel whole with each question; allowed: "job". To have them searched instead, choose a database.kind other than "sqlite" and add an embedding model, such as "titan-embed": { model: "amazon.titan-embed-text-v2:0" }.',
    ]);
  });
});
