import type { ProvisionedDocument } from "../../lib/provisioning";
import { sha256 } from "../../lib/sha256";
import {
  applyIndexPlan,
  describeAgain,
  planIndex,
  requireEmbeddingModel,
  storeCollections,
} from "../../provisioner/collections";
import { type FileMetadata, listOurFiles, type OurFile } from "../../provisioner/files";
import type { Collection } from "../../provisioner/open-webui";

const model = { alias: "titan", modelId: "amazon.titan-embed-text-v2:0", usdPerMillionTokens: 0.02 };
const retrieval = { model, collections: [{ id: "docs", pushed: false }] };
const attachments = [{ knowledge: "docs", item: { id: "c1", name: "docs", type: "collection" } }] as const;
const description = "From the configuration, which keeps it: open-webui-bedrock/docs";
const ours: Collection = { id: "c1", name: "renamed", description };

async function collections(there: readonly Collection[], declared: readonly string[] = ["docs"]) {
  const created: string[][] = [];
  const said: string[] = [];
  const openWebUi = {
    listCollections: async () => there,
    createCollection: async (name: string, text: string) => {
      created.push([name, text]);
      return "new";
    },
  };
  const stored = await storeCollections(
    openWebUi,
    declared.map((id) => ({ id, pushed: false })),
    (line) => said.push(line),
  );
  return { ...stored, given: created, said };
}

describe("collections", () => {
  it("are made with a mark in their description, whatever people made by that name", async () => {
    expect(await collections([{ id: "theirs", name: "docs", description: "Mine" }])).toEqual({
      attachments: [{ knowledge: "docs", item: { id: "new", name: "docs", type: "collection" } }],
      obsolete: [],
      created: 1,
      given: [["docs", description]],
      said: ["create docs"],
    });
  });

  it("are found by the mark, whatever their name is now", async () => {
    expect(await collections([ours])).toMatchObject({ attachments, created: 0, given: [], obsolete: [] });
  });

  it("that nothing declares, and second ones, are obsolete; nobody else's", async () => {
    const second = { ...ours, id: "c2" };
    const theirs = { id: "theirs", name: "docs", description: "Like open-webui-bedrock" };
    expect((await collections([ours, second, theirs])).obsolete).toEqual([second]);
    expect((await collections([ours, theirs], [])).obsolete).toEqual([ours]);
  });
});

function file(id: string, path: string, text: string, changes: Partial<FileMetadata> = {}, isComplete = true): OurFile {
  return {
    id,
    knowledge: "docs",
    document: `docs/${path}`,
    isComplete,
    metadata: {
      provisioned_by: `open-webui-bedrock/docs/${path}`,
      file_hash: sha256(text),
      knowledge_id: "c1",
      embedding_model: "titan (amazon.titan-embed-text-v2:0)",
      ...changes,
    },
  };
}

function plan(documents: readonly Omit<ProvisionedDocument, "knowledge">[], files: readonly OurFile[]) {
  const declared = documents.map((each) => ({ knowledge: "docs", ...each }));
  return planIndex({ retrieval, attachments, documents: declared, ours: files });
}

const a = { path: "guides/a.md", text: "A" };

describe("an index", () => {
  it("takes a new document, with all that tells whether it is the same the next time", () => {
    const { uploads, removals } = plan([a], []);
    expect(uploads).toEqual([
      {
        knowledge: "docs",
        document: "docs/guides/a.md",
        name: "guides - a.md",
        text: "A",
        metadata: file("any", "guides/a.md", "A").metadata,
      },
    ]);
    expect(removals).toEqual([]);
  });

  it("is left alone where everything is there", () => {
    expect(plan([a], [file("1", "guides/a.md", "A")])).toEqual({ uploads: [], removals: [], again: [] });
  });

  it.each<[string, OurFile]>([
    ["another text", file("1", "guides/a.md", "B")],
    ["an upload that was cut off", file("1", "guides/a.md", "A", {}, false)],
    ["a collection that is gone", file("1", "guides/a.md", "A", { knowledge_id: "c0" })],
  ])("takes a document in place of %s", (_, there) => {
    expect(plan([a], [there])).toMatchObject({
      uploads: [{ document: "docs/guides/a.md" }],
      removals: [there],
      again: [],
    });
  });

  it("loses what isn't declared, and what is there twice", () => {
    const [kept, twice, old] = [file("1", "guides/a.md", "A"), file("2", "guides/a.md", "A"), file("3", "b.md", "B")];
    expect(plan([a], [kept, twice, old])).toEqual({ uploads: [], removals: [twice, old], again: [] });
  });

  it("takes a text once: Open WebUI refuses the second", () => {
    expect(plan([a, { path: "b.md", text: "A" }], []).uploads).toHaveLength(1);
  });

  it("is made again for another model, and tells what that costs", () => {
    const text = "a".repeat(35_000);
    const there = file("1", a.path, text, { embedding_model: "older" });
    const documents = [
      { ...a, text },
      { path: "new.md", text: "N" },
    ];
    const again = plan(documents, [there]);
    expect(again.removals).toEqual([there]);
    expect(again.uploads).toHaveLength(2);
    expect(describeAgain(again, model)).toEqual(["index again by titan: 1 documents, about 22223 tokens, 0.00044 USD"]);
    expect(describeAgain(plan([a], []), model)).toEqual([]);
  });

  it("is changed by removals first, then four uploads at once", async () => {
    const steps: string[] = [];
    let running = 0;
    let most = 0;
    const openWebUi = {
      removeFile: async (id: string) => void steps.push(`remove ${id}`),
      uploadFile: async (name: string) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        steps.push(name);
        return name;
      },
    };
    const documents = Array.from({ length: 9 }, (_, number) => ({ path: `${number}.md`, text: String(number) }));
    const said: string[] = [];
    const options = { say: (line: string) => said.push(line), onDocument: (each: string) => said.push(each) };
    await applyIndexPlan(openWebUi, plan(documents, [file("old", "old.md", "O")]), options);
    expect(steps[0]).toBe("remove old");
    expect(steps).toHaveLength(10);
    expect(most).toBe(4);
    expect(said[0]).toBe("remove docs/old.md");
    expect(said).toHaveLength(10);
  });
});

it("nothing is indexed while Open WebUI's pod still has another model", async () => {
  const running = (name: string) => ({ readEmbeddingModel: async () => name });
  await requireEmbeddingModel(running("titan"), model);
  await expect(requireEmbeddingModel(running("older"), model)).rejects.toThrow(
    "Open WebUI's pod indexes by older, and not by titan yet: npm run deploy replaces it, or kubectl delete pod.",
  );
  await expect(requireEmbeddingModel(running(""), model)).rejects.toThrow("indexes by no model,");
});

it("of all files ours are those with the mark, in the order of their paths", async () => {
  const metadata = file("1", "b/c.md", "A").metadata;
  const files = [
    { id: "1", data: { status: "completed" }, meta: { data: metadata } },
    { id: "2", data: null, meta: { data: { ...metadata, provisioned_by: "open-webui-bedrock/docs/a.md" } } },
    { id: "3", meta: { data: { provisioned_by: "somebody" } } },
    { id: "4", meta: null },
  ];
  expect(await listOurFiles({ listFiles: async () => files })).toMatchObject([
    { id: "2", knowledge: "docs", document: "docs/a.md", isComplete: false },
    { id: "1", knowledge: "docs", document: "docs/b/c.md", isComplete: true, metadata },
  ]);
});
