import { setTimeout as sleep } from "node:timers/promises";

export interface Count {
  readonly asked: number;
  /** Why, of each chat that got no answer. */
  readonly failures: readonly string[];
}

/**
 * Somebody who asks one question after the other, through Open WebUI and past its ingress, until told to stop. After a
 * failure they wait a second, as after an answer half of that.
 */
export class SteadyClient {
  private readonly url: string;
  private readonly model: string;
  private token: string | undefined;
  private isOver = false;
  private asked = 0;
  private failures: string[] = [];
  private readonly asking: Promise<void>;

  /** @param url - of Open WebUI with the sign-in `proxy` */
  constructor(url: string, model: string) {
    this.url = url;
    this.model = model;
    this.asking = this.keepAsking();
  }

  /** What was asked since it was last counted; first the answer that is on its way is waited for. */
  async count(): Promise<Count> {
    const before = this.asked;
    while (this.asked === before) await sleep(100);
    const { asked, failures } = this;
    this.asked = 0;
    this.failures = [];
    return { asked, failures };
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.asking;
  }

  private async keepAsking(): Promise<void> {
    while (!this.isOver) {
      const failure = await this.ask().catch((error: Error) => String(error.cause ?? error));
      if (failure !== undefined) this.failures.push(`${new Date().toISOString()} ${failure.slice(0, 200)}`);
      this.asked += 1;
      await sleep(failure === undefined ? 500 : 1000);
    }
  }

  /** @returns why there is no answer */
  private async ask(): Promise<string | undefined> {
    this.token ??= await this.signIn();
    const messages = [{ role: "user", content: "Are you there?" }];
    const answer = await this.post("/api/chat/completions", { model: this.model, stream: false, messages });
    const text = await answer.text();
    if (answer.ok && text.includes("Are you there?")) return undefined;
    // Another key of the sessions: people are asked to sign in again.
    if (answer.status === 401) this.token = undefined;
    return `status ${answer.status}, ${text}`;
  }

  private async signIn(): Promise<string> {
    const answer = await this.post("/api/v1/auths/signin", { email: "", password: "" });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`sign-in: status ${answer.status}, ${text}`);
    const { token } = JSON.parse(text) as { readonly token: string };
    // The page asks for the menu first; without that the first chat finds no model.
    await fetch(`${this.url}/api/models`, { headers: { Authorization: `Bearer ${token}`, Connection: "close" } });
    return token;
  }

  private post(path: string, body: object): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        // A connection that outlives its pod would be a failure of this client's own.
        Connection: "close",
        ...(this.token === undefined ? {} : { Authorization: `Bearer ${this.token}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
  }
}
