import type { CallCounts } from "./behaviours";
import { type HttpAnswer, jsonAnswer } from "./errors";
import type { RequestsLog } from "./requests-log";
import type { PromptCache } from "./usage";

/** What lasts from one request to the next. */
export interface Memory {
  readonly log: RequestsLog;
  readonly cache: PromptCache;
  readonly counts: CallCounts;
}

/**
 * The control port, for tests and probes.
 * @param route - `GET /requests`, `DELETE /requests` (which also forgets cached prompts and the counts of
 * `simulate:times`) or `GET /healthz`
 */
export function answerControl({ log, cache, counts }: Memory, route: string): HttpAnswer {
  if (route === "GET /healthz") return jsonAnswer(200, { status: "ok" });
  if (route === "GET /requests") return jsonAnswer(200, log.list());
  if (route !== "DELETE /requests") return jsonAnswer(404, { message: `${route}: try GET /requests` });
  for (const part of [log, cache, counts]) part.clear();
  return jsonAnswer(200, {});
}
