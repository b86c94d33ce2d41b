import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { secretOutputs } from "../../../lib/naming";
import type { TestStack } from "./test-stack";
import { until } from "./until";

/** What the page gets for a message that it sends. */
export interface Sent {
  /** HTTP status; 0 when nobody answered. */
  readonly status: number;
  /** Undefined when the message was refused. */
  readonly chatId: string | undefined;
  readonly messageId: string;
  /** Why it was refused, in the server's words. */
  readonly detail: string | undefined;
}

/** An answer as the page shows it when the chat is opened again. */
export interface Answer {
  readonly content: string;
  readonly done: boolean;
  /** What stands in the chat in red. */
  readonly error: string | undefined;
}

interface SavedChat {
  readonly chat: {
    readonly history: {
      readonly messages: Readonly<
        Record<string, { readonly content?: string; readonly done?: boolean; readonly error?: { content: string } }>
      >;
    };
  };
}

/**
 * The administrator of a stack with `proxy` or `accounts`, who chats by the requests that Open WebUI's page sends. They
 * go to the pod through a port-forward, past ingress and network policies.
 */
export class Person {
  private readonly stack: TestStack;
  private forward: Promise<Forward> | undefined;
  private token = "";

  private constructor(stack: TestStack) {
    this.stack = stack;
  }

  static async signIn(stack: TestStack): Promise<Person> {
    const { auth } = stack.config.openWebUi;
    const person = new Person(stack);
    const answer = await person.request("POST", "/api/v1/auths/signin", {
      // `proxy` lets everybody in, as whom they like.
      email: auth.kind === "proxy" ? "anybody@example.com" : auth.owner,
      password: stack.values[secretOutputs.openWebUiAdminPassword],
    });
    person.token = ((await answer.json()) as { readonly token: string }).token;
    // The page asks for the menu first; without that the first chat finds no model.
    await person.request("GET", "/api/models");
    return person;
  }

  /** Ends the port-forward. */
  async leave(): Promise<void> {
    const forward = this.forward;
    this.forward = undefined;
    (await forward?.catch(() => undefined))?.process.kill();
  }

  /** Opens a new chat with a message. */
  async send(model: string, text: string): Promise<Sent> {
    const messageId = randomUUID();
    const message = { id: randomUUID(), role: "user", content: text, parentId: null, childrenIds: [], models: [model] };
    const answer = await this.request("POST", "/api/chat/completions", {
      model,
      stream: true,
      messages: [{ role: "user", content: text }],
      // Without one the answer would come in the response; of whom it is doesn't matter.
      session_id: "no-web-socket",
      parent_id: null,
      id: messageId,
      user_message: message,
    }).catch(() => undefined);
    const body = (await answer?.json().catch(() => undefined)) as
      | { readonly chat_id?: string; readonly detail?: string }
      | undefined;
    return { status: answer?.status ?? 0, chatId: body?.chat_id, messageId, detail: body?.detail };
  }

  /** The answer to a message so far; undefined when the chat can't be read. */
  async read({ chatId, messageId }: Sent): Promise<Answer | undefined> {
    const answer = await this.request("GET", `/api/v1/chats/${chatId}`).catch(() => undefined);
    if (!answer?.ok) return undefined;
    const message = ((await answer.json()) as SavedChat).chat.history.messages[messageId];
    return message && { content: message.content ?? "", done: message.done ?? false, error: message.error?.content };
  }

  /** Waits until an answer has ended, well or not. */
  async readEnd(sent: Sent): Promise<Answer> {
    return until(`the end of the answer in chat ${sent.chatId}`, 120, async () => {
      const answer = await this.read(sent);
      return answer?.done || answer?.error ? answer : undefined;
    });
  }

  /** Uploads a text as a file. @returns its id */
  async upload(name: string, content: string): Promise<string> {
    const form = new FormData();
    form.append("file", new Blob([content], { type: "text/plain" }), name);
    const answer = await this.request("POST", "/api/v1/files/", form);
    return ((await answer.json()) as { readonly id: string }).id;
  }

  /** @throws when nobody answers. The next request tries a new port-forward: kubectl ends one that fails. */
  async request(method: string, path: string, body?: unknown): Promise<Response> {
    this.forward ??= forwardToOpenWebUi(this.stack.config.namespace);
    const forward = this.forward;
    try {
      return await fetch(`${(await forward).url}${path}`, {
        method,
        headers: {
          // fetch knows a form's own.
          ...(body instanceof FormData ? {} : { "Content-Type": "application/json" }),
          Authorization: `Bearer ${this.token}`,
          // An idle connection ends after 5 s, unnoticed while a test waits for kubectl.
          Connection: "close",
        },
        ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      });
    } catch (error) {
      if (this.forward === forward) await this.leave();
      throw error;
    }
  }
}

interface Forward {
  readonly process: ChildProcess;
  readonly url: string;
}

async function forwardToOpenWebUi(namespace: string): Promise<Forward> {
  const process = spawn("kubectl", ["-n", namespace, "port-forward", "pod/open-webui-0", ":8080"]);
  const ended = once(process, "close").then(() => {
    throw new Error("kubectl port-forward ended.");
  });
  // Later on nobody waits for it.
  ended.catch(() => undefined);
  const [line] = (await Promise.race([once(createInterface(process.stdout), "line"), ended])) as readonly string[];
  const [address] = /127\.0\.0\.1:\d+/.exec(line ?? "") ?? [];
  if (address === undefined) throw new Error(`kubectl port-forward said "${line}".`);
  return { process, url: `http://${address}` };
}
