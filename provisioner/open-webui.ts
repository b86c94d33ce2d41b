import { setTimeout as sleep } from "node:timers/promises";
import type { ProvisionerSignIn } from "../lib/provisioning";
import type { Entry } from "./changes";
import type { FileMetadata, StoredFile } from "./documents";
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
    if (answer.status >= 500) throw new Error(`sign-in: ${await describe(answer)}`);
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
    const files: StoredFile[] = [];
    for (let page = 1; ; page += 1) {
      const answer = await this.ask("GET", `/api/v1/files/?content=false&page=${page}`);
      const { items, total } = (await answer.json()) as {
        readonly items: readonly StoredFile[];
        readonly total: number;
      };
      files.push(...items);
      if (items.length === 0 || files.length >= total) return files;
    }
  }

  /**
   * Uploads a text, and waits until it is read.
   * @param metadata - is answered with the file
   * @returns its id
   */
  async uploadFile(name: string, content: string, metadata: FileMetadata): Promise<string> {
    const form = new FormData();
    form.append("file", new Blob([content], { type: "text/plain" }), name);
    form.append("metadata", JSON.stringify(metadata));
    const answer = await this.ask("POST", "/api/v1/files/?process=true&process_in_background=false", form);
    const { id } = (await answer.json()) as { readonly id: string };
    return id;
  }

  /** Without a vector database it answers 400 once the file is gone: whether it is, is asked. */
  async removeFile(id: string): Promise<void> {
    const path = `/api/v1/files/${id}`;
    const answer = await this.send("DELETE", path);
    if (answer.ok || (await this.send("GET", path)).status === 404) return;
    throw new Error(`DELETE ${path}: ${await describe(answer)}`);
  }

  /** Without it a chat with a new assistant says "Model not found". */
  async refreshMenu(): Promise<void> {
    await this.ask("GET", "/api/models?refresh=true");
  }

  /** What the database refused is answered with null or false, and status 200. */
  private async write(path: string, body: Entry | Pick<Entry, "id">): Promise<void> {
    const written: unknown = await (await this.ask("POST", path, body)).json();
    if (written === null || written === false) throw new Error(`POST ${path}: ${body.id} wasn't written`);
  }

  private async ask(method: string, path: string, body?: unknown): Promise<Response> {
    const answer = await this.send(method, path, body);
    if (!answer.ok) throw new Error(`${method} ${path}: ${await describe(answer)}`);
    return answer;
  }

  private send(method: string, path: string, body?: unknown): Promise<Response> {
    const { url, signIn } = this.options;
    return fetch(`${url}${path}`, {
      method,
      headers: {
        // fetch knows a form's own.
        ...(body instanceof FormData ? {} : { "Content-Type": "application/json" }),
        ...(this.token === "" ? {} : { Authorization: `Bearer ${this.token}` }),
        ...(signIn.kind === "trusted-header" ? { [signIn.header]: signIn.owner } : {}),
      },
      signal: AbortSignal.timeout(timeoutMilliseconds),
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
    });
  }
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
