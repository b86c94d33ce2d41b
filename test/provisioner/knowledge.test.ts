import { sha256 } from "../../lib/sha256";
import type { FileMetadata, StoredFile } from "../../provisioner/files";
import { storeKnowledge } from "../../provisioner/knowledge";
import { type Collection, OpenWebUi } from "../../provisioner/open-webui";

const model = { alias: "titan", modelId: "amazon.titan-embed-text-v2:0", usdPerMillionTokens: 0.02 };
const collections: readonly Collection[] = [
  { id: "c1", name: "docs", description: "Ours: open-webui-bedrock/docs" },
  { id: "c2", name: "much", description: "Ours: open-webui-bedrock/much" },
  { id: "c3", name: "gone", description: "Ours: open-webui-bedrock/gone" },
];

function file(id: string, document: string, indexed: Partial<FileMetadata> = {}): StoredFile {
  const metadata = { provisioned_by: `open-webui-bedrock/${document}`, file_hash: sha256("A"), ...indexed };
  return { id, data: { status: "completed" }, meta: { data: metadata } };
}

const indexed = (knowledge_id: string) => ({ knowledge_id, embedding_model: "titan (amazon.titan-embed-text-v2:0)" });
const stored = [
  file("1", "docs/a.md", indexed("c1")),
  file("2", "docs/old.md", indexed("c1")),
  file("3", "docs/whole.md"),
  file("4", "much/b.md", indexed("c2")),
];

/** Open WebUI with those files and collections. */
class Chat extends OpenWebUi {
  readonly steps: string[] = [];

  constructor() {
    super({ url: "http://chat.invalid", signIn: { kind: "proxy" } });
  }
  override async readEmbeddingModel() {
    return "titan";
  }
  override async listCollections() {
    return collections;
  }
  override async listFiles() {
    return stored;
  }
  override async uploadFile(name: string) {
    this.steps.push(`upload ${name}`);
    return "new";
  }
  override async removeFile(id: string) {
    this.steps.push(`remove ${id}`);
  }
}

const documents = [{ knowledge: "docs", path: "a.md", text: "A" }];
const folders = [
  { id: "docs", pushed: false },
  { id: "much", pushed: true },
];

describe("knowledge", () => {
  it("that is searched: only what the Job brings is looked after, and what was whole goes in the end", async () => {
    const chat = new Chat();
    const said: string[] = [];
    const knowledge = await storeKnowledge(chat, { documents, retrieval: { model, collections: folders } }, (line) =>
      said.push(line),
    );
    expect(chat.steps).toEqual(["remove 2"]);
    expect(said).toEqual(["remove docs/old.md"]);
    expect(knowledge.attachments.map(({ knowledge: id, item }) => [id, item.id])).toEqual([
      ["docs", "c1"],
      ["much", "c2"],
    ]);
    expect(knowledge.obsoleteFiles.map(({ id }) => id)).toEqual(["3"]);
    expect(knowledge.obsoleteCollections.map(({ id }) => id)).toEqual(["c3"]);
    expect(knowledge.writes).toBe(1);
  });

  it.each([
    ["without a model for embeddings", null],
    ["without any folder", { model, collections: [] }],
  ])("that is whole, %s: collections of ours go, and files that were indexed", async (_, retrieval) => {
    const chat = new Chat();
    const knowledge = await storeKnowledge(chat, { documents, retrieval }, () => undefined);
    expect(chat.steps).toEqual(["upload a.md"]);
    expect(knowledge.attachments.map(({ item }) => item.type)).toEqual(["file"]);
    expect(knowledge.obsoleteFiles.map(({ id }) => id)).toEqual(["1", "2", "3", "4"]);
    expect(knowledge.obsoleteCollections.map(({ id }) => id)).toEqual(["c1", "c2", "c3"]);
  });
});
