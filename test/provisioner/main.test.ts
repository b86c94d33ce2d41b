import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import { isBuiltin } from "node:module";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { json, text } from "node:stream/consumers";
import type { Provisioning } from "../../lib/provisioning";
import { sha256 } from "../../lib/sha256";
import { bundleProvisioner } from "../../provisioner/bundle";
import { temporaryFolder, writeFile } from "../support/temporary-folder";

const program = bundleProvisioner();
const declared: Provisioning = {
  signIn: { kind: "accounts", owner: "you@example.com" },
  models: [{ id: "micro", systemPrompt: "Be short." }],
  assistants: [],
  documents: [],
  retrieval: null,
  skipped: [],
};
const mine = { id: "micro", base_model_id: "lite", name: "Mine", meta: {}, params: {}, is_active: true };

interface Behaviour {
  /** Answers by path, each a status and a body. */
  readonly answers?: Readonly<Record<string, readonly [status: number, body: unknown]>>;
  /** How often it isn't ready. */
  readonly notReady?: number;
}

interface Seen {
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

const defaults: NonNullable<Behaviour["answers"]> = {
  "/api/v1/auths/signin": [200, { token: "the-token", role: "admin" }],
  "/api/v1/files/?content=false&page=1": [200, { items: [], total: 0 }],
  "/api/v1/knowledge/?page=1": [200, { items: [], total: 0 }],
  "/api/v1/models/all": [200, []],
  "/api/v1/models/create": [200, { id: "micro" }],
  "/api/models?refresh=true": [200, {}],
};

/** As Open WebUI, as far as the program asks it. */
async function startChat({ answers, notReady = 0 }: Behaviour): Promise<{ server: Server; seen: Seen[]; url: string }> {
  const seen: Seen[] = [];
  let waits = notReady;
  const server = createServer(async (request, response) => {
    const { url = "", headers, method } = request;
    const body = method === "POST" ? await json(request).catch(() => undefined) : undefined;
    if (url === "/health/db") {
      waits -= 1;
      response.writeHead(waits < 0 ? 200 : 503).end();
      return;
    }
    seen.push({ path: url, body, headers });
    const [status, answer] = { ...defaults, ...answers }[url] ?? [404, { detail: "unknown" }];
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Runs the bundled program as its Job does. */
async function run(behaviour: Behaviour = {}, declaration = declared, checksum?: string) {
  const { server, seen, url } = await startChat(behaviour);
  const folder = temporaryFolder();
  const file = writeFile(folder, "declaration.json", JSON.stringify(declaration));
  const env = {
    OPEN_WEBUI_URL: url,
    DECLARATION_FILE: file,
    DECLARATION_SHA256: checksum ?? sha256(JSON.stringify(declaration)),
    WEBUI_ADMIN_PASSWORD: "the-password",
  };
  const child = spawn(process.execPath, [writeFile(folder, "main.js", program)], { env });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  server.closeAllConnections();
  server.close();
  return { stdout, stderr, code, seen };
}

describe("the provisioner, as a process", () => {
  it("needs nothing but Node, and names no folder", () => {
    const names = [...program.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name = ""]) => name);
    expect(names.length).toBeGreaterThan(2);
    expect(names.filter((name) => !isBuiltin(name))).toEqual([]);
    expect(program).not.toContain(path.join(__dirname, "..", ".."));
  });

  it("waits, signs in, writes, and has the menu read again", async () => {
    const { stdout, stderr, code, seen } = await run({ notReady: 1 });
    expect({ stdout, stderr, code }).toEqual({ stdout: "create micro\n1 written\n", stderr: "", code: 0 });
    expect(seen.map(({ path }) => path)).toEqual([
      "/api/v1/auths/signin",
      "/api/v1/knowledge/?page=1",
      "/api/v1/files/?content=false&page=1",
      "/api/v1/models/all",
      "/api/v1/models/create",
      "/api/models?refresh=true",
    ]);
    expect(seen.slice(1).map(({ headers }) => headers["authorization"])).toEqual(Array(5).fill("Bearer the-token"));
  });

  it("shows the administrator's header where that signs in, and no password", async () => {
    const { code, seen } = await run(
      {},
      { ...declared, signIn: { kind: "trusted-header", header: "X-Mail", owner: "me@example.com" } },
    );
    expect(code).toBe(0);
    expect(seen.map(({ headers }) => headers["x-mail"])).toEqual(Array(6).fill("me@example.com"));
  });

  it.each<[string, Behaviour, string]>([
    [
      "the sign-in is refused",
      { answers: { "/api/v1/auths/signin": [400, { detail: "wrong" }] } },
      'sign-in: status 400, {"detail":"wrong"}. The administrator\'s password has to be the one in the Secret (WEBUI_ADMIN_PASSWORD): set it back in Open WebUI, or put the new one into the Secret.\n',
    ],
    [
      "the owner is no administrator",
      { answers: { "/api/v1/auths/signin": [200, { token: "t", role: "user" }] } },
      "sign-in: you@example.com is no administrator\n",
    ],
    [
      "somebody else's is in the way",
      { answers: { "/api/v1/models/all": [200, [mine]] } },
      "micro: somebody made an assistant with this id in Open WebUI; delete it there, or rename the alias\n",
    ],
  ])("ends with 3, which isn't tried again, when %s", async (_, behaviour, words) => {
    expect(await run(behaviour)).toMatchObject({ code: 3, stdout: expect.stringContaining(words) });
  });

  it("tells in the end which files are no documents, with 3", async () => {
    const skipped = ["docs/empty.md: the file is empty"];
    expect(await run({}, { ...declared, skipped })).toMatchObject({
      code: 3,
      stdout: "create micro\n1 written\ndocs/empty.md: the file is empty\n",
    });
  });

  describe("removing a document that isn't declared any more", () => {
    const ours = { provisioned_by: "open-webui-bedrock/docs/a.md", file_hash: "0" };
    const list = { items: [{ id: "old", meta: { data: ours } }], total: 1 };
    const answers = { "/api/v1/files/?content=false&page=1": [200, list] } as const;
    // Both to DELETE and to GET.
    const remove = (status: number) =>
      run({ answers: { ...answers, "/api/v1/files/old": [status, { detail: "no" }] } });

    it.each([200, 404])("is done with status %s, also to who asks for it afterwards", async (status) => {
      expect(await remove(status)).toMatchObject({
        code: 0,
        stdout: "create micro\nremove docs/a.md\n2 written\n",
      });
    });

    it("fails while it is still there", async () => {
      expect(await remove(400)).toMatchObject({
        code: 1,
        stdout: 'create micro\nDELETE /api/v1/files/old: status 400, {"detail":"no"}\n',
      });
    });
  });

  describe("removing a collection that isn't declared any more", () => {
    const list = {
      items: [{ id: "c1", name: "docs", description: "Ours: open-webui-bedrock/docs" }],
      total: 1,
    };
    const remove = (removal: number, afterwards: number) =>
      run({
        answers: {
          "/api/v1/knowledge/?page=1": [200, list],
          "/api/v1/knowledge/c1/delete": [removal, { detail: "no" }],
          "/api/v1/knowledge/c1": [afterwards, {}],
        },
      });

    it.each([
      [200, 200],
      [400, 404],
      [400, 401],
    ])("is done with status %s, and %s to who asks for it afterwards", async (removal, afterwards) => {
      const stdout = "create micro\nremove docs\n2 written\n";
      expect(await remove(removal, afterwards)).toMatchObject({ code: 0, stdout });
    });

    it("fails while it is still there", async () => {
      const stdout = 'create micro\nDELETE /api/v1/knowledge/c1/delete: status 400, {"detail":"no"}\n';
      expect(await remove(400, 200)).toMatchObject({ code: 1, stdout });
    });
  });

  it("indexes documents in a collection, with what tells them apart the next time", async () => {
    const retrieval = {
      model: { alias: "titan", modelId: "amazon.titan-embed-text-v2:0", usdPerMillionTokens: 0.02 },
      collections: [{ id: "docs", pushed: false }],
    };
    const documents = [{ knowledge: "docs", path: "a.md", text: "A" }];
    const answers = {
      "/api/v1/retrieval/embedding": [200, { RAG_EMBEDDING_MODEL: "titan" }],
      "/api/v1/knowledge/create": [200, { id: "c1" }],
      "/api/v1/files/?process=true&process_in_background=false": [200, { id: "f1" }],
      "/api/v1/files/f1": [200, { id: "f1", data: { status: "completed" } }],
    } as const;
    const { code, stdout, seen } = await run({ answers }, { ...declared, documents, retrieval });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "create docs\nindex docs/a.md\ncreate micro\n3 written\n",
    });
    expect(seen.find(({ path }) => path === "/api/v1/knowledge/create")?.body).toEqual({
      name: "docs",
      description: "From the configuration, which keeps it: open-webui-bedrock/docs",
      access_grants: [{ principal_type: "user", principal_id: "*", permission: "read" }],
    });
  });

  it.each<[string, Behaviour, string]>([
    [
      "Open WebUI breaks",
      { answers: { "/api/v1/models/create": [500, { detail: "locked" }] } },
      'POST /api/v1/models/create: status 500, {"detail":"locked"}\n',
    ],
    [
      "too many have signed in",
      { answers: { "/api/v1/auths/signin": [429, { detail: "slow down" }] } },
      'sign-in: status 429, {"detail":"slow down"}\n',
    ],
    [
      "nothing was written",
      { answers: { "/api/v1/models/create": [200, null] } },
      "POST /api/v1/models/create: micro wasn't written\n",
    ],
  ])("ends with 1, which is tried again, when %s", async (_, behaviour, words) => {
    expect(await run(behaviour)).toMatchObject({ code: 1, stdout: words });
  });

  it("leaves another Job's declaration to that", async () => {
    const { code, stdout, seen } = await run({}, declared, sha256("older"));
    expect({ code, stdout, seen }).toEqual({ code: 1, stdout: "The declaration is another Job's.\n", seen: [] });
  });
});
