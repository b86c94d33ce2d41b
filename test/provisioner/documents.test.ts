import { sha256 } from "../../lib/sha256";
import { storeDocuments } from "../../provisioner/documents";
import type { FileMetadata, StoredFile } from "../../provisioner/files";

const document = { knowledge: "docs", path: "guides/a.md", text: "A" };

/** A chat that has files, and takes more. */
function chatWith(files: readonly StoredFile[]) {
  const uploads: { readonly name: string; readonly content: string; readonly metadata: FileMetadata }[] = [];
  return {
    uploads,
    listFiles: async () => files,
    uploadFile: async (name: string, content: string, metadata: FileMetadata) => {
      uploads.push({ name, content, metadata });
      return `new-${uploads.length}`;
    },
  };
}

function file(
  id: string,
  text: string,
  status = "completed",
  mark = "open-webui-bedrock/docs/guides/a.md",
): StoredFile {
  return { id, data: { status }, meta: { data: { provisioned_by: mark, file_hash: sha256(text) } } };
}

async function store(files: readonly StoredFile[], documents = [document]) {
  const chat = chatWith(files);
  const said: string[] = [];
  return { ...(await storeDocuments(chat, documents, (line) => said.push(line))), given: chat.uploads, said };
}

describe("documents", () => {
  it("are uploaded with a mark of whose they are and of what text", async () => {
    const { attachments, uploads, given, said } = await store([
      { id: "theirs", meta: {} },
      { id: "older", meta: null },
    ]);
    expect(given).toEqual([
      {
        name: "guides - a.md",
        content: "A",
        metadata: { provisioned_by: "open-webui-bedrock/docs/guides/a.md", file_hash: sha256("A") },
      },
    ]);
    const item = { id: "new-1", name: "guides - a.md", type: "file", context: "full" };
    expect(attachments).toEqual([{ knowledge: "docs", item }]);
    expect({ uploads, said }).toEqual({ uploads: 1, said: ["upload docs/guides/a.md"] });
  });

  it("aren't uploaded again with the same text", async () => {
    expect(await store([file("there", "A")])).toMatchObject({
      attachments: [{ item: { id: "there" } }],
      obsolete: [],
      uploads: 0,
      given: [],
    });
  });

  it.each<[string, readonly StoredFile[]]>([
    ["another text", [file("old", "B")]],
    ["an upload that was cut off", [file("old", "A", "pending")]],
  ])("take the place of %s", async (_, files) => {
    const { attachments, obsolete, uploads } = await store(files);
    expect({ stored: attachments.map(({ item }) => item.id), obsolete: obsolete.map(({ id }) => id), uploads }).toEqual(
      {
        stored: ["new-1"],
        obsolete: ["old"],
        uploads: 1,
      },
    );
  });

  it("that nothing declares are obsolete, in the order of their paths, and nobody else's files", async () => {
    const files = [
      file("ours", "A"),
      file("first", "A", "completed", "open-webui-bedrock/docs/a.md"),
      file("theirs", "A", "completed", "somebody"),
    ];
    const { obsolete } = await store(files, []);
    expect(obsolete.map(({ id, document }) => ({ id, document }))).toEqual([
      { id: "first", document: "docs/a.md" },
      { id: "ours", document: "docs/guides/a.md" },
    ]);
  });
});
