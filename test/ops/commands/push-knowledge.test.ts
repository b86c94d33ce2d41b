import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { runProgram } from "../../support/command-line";
import { minimalWith } from "../../support/config-input";
import { FakePrograms } from "../../support/fake-programs";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";

const models = {
  "nova-lite": { model: "amazon.nova-lite-v1:0" },
  titan: { model: "amazon.titan-embed-text-v2:0" },
};

interface File {
  readonly id: string;
  readonly data: object;
  readonly meta: { readonly data: object };
}

/** Open WebUI, as far as the command asks it. It goes on from run to run. */
class Chat {
  readonly files: File[] = [];
  private readonly collections: object[] = [];
  /** By which model it indexes. */
  embeddingModel = "titan";
  /** What becomes of a file of that name. */
  broken: string | undefined;
  signIn: readonly [number, object] = [200, { token: "t", role: "admin" }];

  answer(method: string, url: string, body: string): readonly [number, object] {
    const [, id = ""] = /^\/api\/v1\/files\/(file-\d+)$/.exec(url) ?? [];
    const file = this.files.find((each) => each.id === id);
    if (method === "DELETE" && file !== undefined) {
      this.files.splice(this.files.indexOf(file), 1);
      return [200, {}];
    }
    if (file !== undefined) return [200, file];
    if (url === "/api/v1/auths/signin") return this.signIn;
    if (url === "/api/v1/retrieval/embedding") return [200, { RAG_EMBEDDING_MODEL: this.embeddingModel }];
    if (url.startsWith("/api/v1/knowledge/?")) return [200, page(this.collections)];
    if (url === "/api/v1/knowledge/create") {
      this.collections.push({ id: `collection-${this.collections.length}`, ...JSON.parse(body) });
      return [200, this.collections.at(-1) ?? {}];
    }
    if (url.startsWith("/api/v1/files/?content")) return [200, page(this.files)];
    if (url.startsWith("/api/v1/files/?process")) return [200, this.upload(body)];
    return [404, {}];
  }

  private upload(form: string): object {
    const metadata = JSON.parse(/\{"provisioned_by".*\}/.exec(form)?.[0] ?? "{}") as object;
    const fails = this.broken !== undefined && form.includes(`filename="${this.broken}"`);
    const data = fails ? { status: "failed", error: "no room" } : { status: "completed" };
    const file = { id: `file-${Date.now()}${this.files.length}`, data, meta: { data: metadata } };
    this.files.push(file);
    return file;
  }
}

const page = (items: readonly object[]) => ({ items, total: items.length });

function stackWith(files: Readonly<Record<string, string>>, settings: Readonly<Record<string, unknown>> = {}): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFile(folder, path.join("docs", name), content);
  const given = {
    models,
    database: { kind: "postgres" },
    assistants: { guide: { baseModel: "nova-lite", knowledge: ["docs"] } },
    knowledge: { docs: { path: path.join(folder, "docs"), delivery: "push" } },
    ...settings,
  };
  writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(minimalWith(given))};`);
  return folder;
}

async function push(folder: string, chat = new Chat()) {
  const server = createServer(async (request, response) => {
    const [status, body] = chat.answer(request.method ?? "", request.url ?? "", await text(request));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const programs = new FakePrograms({
    kubectl: {
      "{.data.WEBUI_ADMIN_PASSWORD}": Buffer.from("of-the-owner").toString("base64"),
      "config current-context": "k3s",
      "config view": "https://192.0.2.7:6443",
      "port-forward": `Forwarding from 127.0.0.1:${(server.address() as AddressInfo).port} -> 8080\n`,
    },
  });
  try {
    return await runProgram("ops/main.ts", folder, { PATH: programs.path() }, ["push-knowledge"]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

jest.setTimeout(60_000);

describe("push-knowledge", () => {
  it("brings what isn't there, with a bar, and nothing the second time", async () => {
    const chat = new Chat();
    const folder = stackWith(
      Object.fromEntries(Array.from({ length: 50 }, (_, number) => [`${number}.md`, `N${number}`])),
    );
    const first = await push(folder, chat);
    expect(first).toMatchObject({ exitCode: 0, stderr: "" });
    expect(first.stdout).toMatch(
      /^create docs\ndocs: 50 documents to index by titan, about \d+ tokens, 0\.00\d+ USD\.\n/,
    );
    expect(first.stdout).toMatch(/ s {2}docs: ░{25} 0 of 50 documents\n/);
    expect(first.stdout).toMatch(/ s {2}docs: █{25} 50 of 50 documents\n/);
    expect(first.stdout).toMatch(
      /\ndocs: 50 indexed, 0 removed, 0 as before\nnext: npm run open, and ask an assistant\n$/,
    );
    expect(chat.files).toHaveLength(50);
    const second = await push(folder, chat);
    expect(second.stdout).toMatch(/\ndocs: 0 indexed, 0 removed, 50 as before\n/);
    expect(chat.files).toHaveLength(50);
  });

  it("removes what isn't declared any more, and nobody else's files", async () => {
    const chat = new Chat();
    const marked = (mark: string) => ({ data: { status: "completed" }, meta: { data: { provisioned_by: mark } } });
    chat.files.push(
      { id: "file-1", ...marked("open-webui-bedrock/docs/old.md") },
      { id: "file-2", ...marked("open-webui-bedrock/by-the-job/a.md") },
      { id: "file-3", ...marked("") },
    );
    const { stdout } = await push(stackWith({ "a.md": "A" }), chat);
    expect(stdout).toContain("\ndocs: 1 indexed, 1 removed, 0 as before\n");
    expect(chat.files.map(({ id }) => id)).toEqual(expect.arrayContaining(["file-2", "file-3"]));
    expect(chat.files).toHaveLength(3);
  });

  it("names what is no document, and ends with 1", async () => {
    const { exitCode, stdout } = await push(stackWith({ "a.md": "A", "empty.md": "" }));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /\ndocs\/empty\.md: the file is empty; no assistant gets it\nnext: mend these files or exclude them, and run npm run push-knowledge again\n$/,
    );
  });

  it("tells what Open WebUI couldn't index, and goes on there the next time", async () => {
    const chat = new Chat();
    chat.broken = "b.md";
    const folder = stackWith({ "a.md": "A", "b.md": "B" });
    const { exitCode, stderr } = await push(folder, chat);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr:
        "The documents weren't all brought: b.md: no room\nnext: mend that, and run npm run push-knowledge again: it goes on where this one stopped\n",
    });
    chat.broken = undefined;
    expect((await push(folder, chat)).stdout).toContain("\ndocs: 1 indexed, 1 removed, 1 as before\n");
    expect(chat.files).toHaveLength(2);
  });

  it.each<[string, Partial<Chat>, string]>([
    ["the sign-in is refused", { signIn: [400, { detail: "wrong" }] }, 'sign-in: status 400, {"detail":"wrong"}. The'],
    [
      "another model indexes yet",
      { embeddingModel: "older" },
      "Open WebUI's pod indexes by older, and not by titan yet",
    ],
  ])("writes nothing when %s", async (_, state, words) => {
    const chat = Object.assign(new Chat(), state);
    const { exitCode, stderr } = await push(stackWith({ "a.md": "A" }), chat);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`The documents weren't all brought: ${words}`);
    expect(chat.files).toEqual([]);
  });

  it("is told when no folder is pushed", async () => {
    const folder = stackWith({}, { assistants: {}, knowledge: {} });
    expect(await push(folder)).toMatchObject({
      exitCode: 1,
      stderr:
        'No folder of the configuration is pushed: the deployment brings all.\nnext: give a folder delivery: "push" (docs/configuration.md#documents), or npm run deploy\n',
    });
  });
});
