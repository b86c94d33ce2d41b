import { setTimeout as sleep } from "node:timers/promises";
import type { ProvisionerSignIn } from "../lib/provisioning";
import { type Entry, everybody } from "./changes";
import type { FileMetadata, StoredFile } from "./files";
import { NeedsPerson } from "./needs-person";

export interface OpenWebUiOptions {
  /** Such as `http://open-webui:80`. */
  readonly url: string;
  readonly signIn: ProvisionerSignIn;
  /** The administrator's, with `accounts`. */
  readonly password?: string | undefined;
}

/** How long one request may take. */
const timeoutMilliseconds = 60_000;
/** How long an upload may take: a long document has a thousand passages to index, and Bedrock may slow down. */
const uploadMilliseconds = 900_000;

/** A collection of documents as Open WebUI answers it, whoever made it. */
export interface Collection {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

/** Open WebUI's API, as an administrator uses it. */
export class OpenWebUi {
  private readonly options: OpenWebUiOptions;
  private token = "";

  constructor(options: OpenWebUiOptions) {
    this.options = options;
  }

  /**
   * Waits until it answers: it starts together with this program, and may be replaced meanwhile.
   * @throws when it doesn't in time
   */
  async waitUntilReady(seconds: number, pauseMilliseconds = 2000): Promise<void> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const state = await fetch(`${this.options.url}/health/db`, { signal: AbortSignal.timeout(5000) }).then(
        ({ ok, status }) => (ok ? "ready" : `status ${status}`),
        (error: Error) => describeCause(error),
      );
      if (state === "ready") return;
      if (Date.now() > end) throw new Error(`Open WebUI isn't ready after ${seconds} s: ${state}`);
      await sleep(pauseMilliseconds);
    }
  }

  /** @throws NeedsPerson when it refuses, or lets in somebody who isn't an administrator */
  async signIn(): Promise<void> {
    const { signIn, password = "" } = this.options;
    const body = signIn.kind === "proxy" ? { email: "", password: "" } : { email: signIn.owner, password };
    const answer = await this.send("POST", "/api/v1/auths/signin", body);
    // Too many within three minutes are refused, too.
    if (answer.status >= 500 || answer.status === 429) throw new Error(`sign-in: ${await describe(answer)}`);
    if (!answer.ok) throw new NeedsPerson(`sign-in: ${await describe(answer)}. ${hints[signIn.kind]}`);
    const { token, role } = (await answer.json()) as { readonly token: string; readonly role: string };
    if (role !== "admin")
      throw new NeedsPerson(`sign-in: ${"owner" in signIn ? signIn.owner : "the account"} is no administrator`);
    this.token = token;
  }

  /** Everything that stands in its list of models, whoever made it. */
  async listEntries(): Promise<readonly Entry[]> {
    return (await (await this.ask("GET", "/api/v1/models/all")).json()) as Entry[];
  }

  async create(entry: Entry): Promise<void> {
    await this.write("/api/v1/models/create", entry);
  }

  /** In place of what is there; unlike `/models/import`, which adds to it. */
  async update(entry: Entry): Promise<void> {
    await this.write("/api/v1/models/model/update", entry);
  }

  async remove(id: string): Promise<void> {
    await this.write("/api/v1/models/model/delete", { id });
  }

  /** All files that this administrator uploaded, and others'. */
  async listFiles(): Promise<readonly StoredFile[]> {
    return this.readPages("/api/v1/files/?content=false&");
  }

  /** All collections, whoever made them. */
  async listCollections(): Promise<readonly Collection[]> {
    return this.readPages("/api/v1/knowledge/?");
  }

  /** Everybody who may chat may ask about it. @returns its id */
  async createCollection(name: string, description: string): Promise<string> {
    const body = { name, description, access_grants: everybody };
    const { id } = (await (await this.ask("POST", "/api/v1/knowledge/create", body)).json()) as { readonly id: string };
    return id;
  }

  async removeCollection(id: string): Promise<void> {
    await this.removeAt(`/api/v1/knowledge/${id}/delete`, `/api/v1/knowledge/${id}`);
  }

  /** By which model documents are indexed now; that of a pod that isn't replaced yet is the former one. */
  async readEmbeddingModel(): Promise<string> {
    const answer = await this.ask("GET", "/api/v1/retrieval/embedding");
    return ((await answer.json()) as { readonly RAG_EMBEDDING_MODEL: string }).RAG_EMBEDDING_MODEL;
  }

  /**
   * Uploads a text, and waits until it is read, and indexed where documents are.
   * @param metadata - is answered with the file
   * @returns its id
   */
  async uploadFile(name: string, content: string, metadata: FileMetadata): Promise<string> {
    const form = new FormData();
    form.append("file", new Blob([content], { type: "text/plain" }), name);
    form.append("metadata", JSON.stringify(metadata));
    const path = "/api/v1/files/?process=true&process_in_background=false";
    const { id } = (await (await this.ask("POST", path, form, uploadMilliseconds)).json()) as { readonly id: string };
    // The upload itself answers 200 all the same.
    const { data } = (await (await this.ask("GET", `/api/v1/files/${id}`)).json()) as StoredFile;
    if (data?.status !== "completed") throw new Error(`${name}: ${data?.error ?? data?.status ?? "not read"}`);
    return id;
  }

  async removeFile(id: string): Promise<void> {
    const path = `/api/v1/files/${id}`;
    await this.removeAt(path, path);
  }

  /** Without it a chat with a new assistant says "Model not found". */
  async refreshMenu(): Promise<void> {
    await this.ask("GET", "/api/models?refresh=true");
  }

  /** Without a vector database it answers 400 once the thing is gone: whether it is, is asked. */
  private async removeAt(path: string, where: string): Promise<void> {
    const answer = await this.send("DELETE", path);
    if (answer.ok || isGone(await this.send("GET", where))) return;
    throw new Error(`DELETE ${path}: ${await describe(answer)}`);
  }

  /** @param path - ends with what parameters are joined to */
  private async readPages<Item>(path: string): Promise<readonly Item[]> {
    const all: Item[] = [];
    for (let page = 1; ; page += 1) {
      const answer = await this.ask("GET", `${path}page=${page}`);
      const { items, total } = (await answer.json()) as { readonly items: readonly Item[]; readonly total: number };
      all.push(...items);
      if (items.length === 0 || all.length >= total) return all;
    }
  }

  /** What the database refused is answered with null or false, and status 200. */
  private async write(path: string, body: Entry | Pick<Entry, "id">): Promise<void> {
    const written: unknown = await (await this.ask("POST", path, body)).json();
    if (written === null || written === false) throw new Error(`POST ${path}: ${body.id} wasn't written`);
  }

  private async ask(method: string, path: string, body?: unknown, milliseconds?: number): Promise<Response> {
    const answer = await this.send(method, path, body, milliseconds);
    if (!answer.ok) throw new Error(`${method} ${path}: ${await describe(answer)}`);
    return answer;
  }

  private send(
    method: string,
    path: string,
    body?: unknown,
    milliseconds: number = timeoutMilliseconds,
  ): Promise<Response> {
    const { url, signIn } = this.options;
    return fetch(`${url}${path}`, {
      method,
      headers: {
        // fetch knows a form's own.
        ...(body instanceof FormData ? {} : { "Content-Type": "application/json" }),
        ...(this.token === "" ? {} : { Authorization: `Bearer ${this.token}` }),
        ...(signIn.kind === "trusted-header" ? { [signIn.header]: signIn.owner } : {}),
      },
      signal: AbortSignal.timeout(milliseconds),
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
    });
  }
}

/** A collection that isn't there is answered like one that is somebody else's. */
function isGone({ status }: Response): boolean {
  return status === 404 || status === 401;
}

const hints: Readonly<Record<ProvisionerSignIn["kind"], string>> = {
  proxy: "The database may have users already, with whom WEBUI_AUTH=false doesn't work.",
  "trusted-header": "openWebUi.auth.owner has to be the administrator.",
  accounts:
    "The administrator's password has to be the one in the Secret (WEBUI_ADMIN_PASSWORD): set it back in Open WebUI, or put the new one into the Secret.",
};

async function describe(answer: Response): Promise<string> {
  const text = await answer.text();
  return `status ${answer.status}, ${text.slice(0, 300)}`;
}

/** Of a failed fetch the error says nothing, but its cause does. */
function describeCause(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
