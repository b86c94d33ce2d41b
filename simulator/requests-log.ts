/** A request to a model, answered or refused. */
export interface LoggedRequest {
  /** ISO 8601. */
  readonly time: string;
  readonly modelId: string;
  readonly operation: string;
  /** Undefined without a signature. */
  readonly accessKeyId: string | undefined;
  /** The JSON, or the text when it is none. */
  readonly body: unknown;
  /** Whether the answer, or the refusal, was sent to its end, or was cut or left by the client before. Undefined while it runs. */
  ended: "whole" | "early" | undefined;
}

/** The newest requests: at most 1,000, and 32 MiB of bodies. */
export class RequestsLog {
  private readonly entries: { readonly request: LoggedRequest; readonly bytes: number }[] = [];
  private bytes = 0;
  private readonly maxEntries: number;
  private readonly maxBytes: number;

  constructor(maxEntries = 1000, maxBytes = 32 * 1024 * 1024) {
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
  }

  /** @param bytes - of the body */
  add(request: LoggedRequest, bytes: number): void {
    this.entries.push({ request, bytes });
    this.bytes += bytes;
    while (this.entries.length > this.maxEntries || (this.bytes > this.maxBytes && this.entries.length > 1))
      this.bytes -= this.entries.shift()?.bytes ?? 0;
  }

  /** Newest last. */
  list(): readonly LoggedRequest[] {
    return this.entries.map(({ request }) => request);
  }

  clear(): void {
    this.entries.length = 0;
    this.bytes = 0;
  }
}
