import type { StackConfig } from "../../lib/config";
import { components, matchLabels } from "../../lib/naming";
import { explainAnswerError } from "../answer-errors";
import { AnswerError } from "../answers";
import type { Cluster } from "../cluster";

/** Why a model last gave no answer. It may have given many since. */
export interface LastError {
  readonly alias: string;
  /** UTC. */
  readonly at: string;
  /** In AWS's words, or LiteLLM's. */
  readonly words: string;
  readonly cause: string;
  readonly fix: string;
}

/** Of each pod. Health checks fill most of them: about two days. */
const lines = 50_000;

/** The last error of each model that had one, by LiteLLM's log. What another model answered instead isn't there. */
export async function readLastErrors(
  cluster: Cluster,
  { namespace, models }: StackConfig,
): Promise<readonly LastError[]> {
  const label = `app=${matchLabels(components.liteLlm).app}`;
  const log = await cluster.kubectl(["logs", "-n", namespace, "-l", label, "--timestamps", `--tail=${lines}`]);
  const errors = parseErrors(log);
  return models.flatMap(({ alias }) => errors.filter((error) => error.alias === alias).slice(-1));
}

/** The errors in a log with Kubernetes' timestamps, as LiteLLM 1.103.2 writes them; oldest first. */
export function parseErrors(log: string): readonly LastError[] {
  const pattern =
    /^(?<at>\S+) .*_handle_llm_api_exception\(\).* - litellm_call_id=\S+ - (?<words>.*?)(?:No fallback model group found.*)?\.? Received Model Group=(?<alias>\S+)/gm;
  return [...log.matchAll(pattern)]
    .map(({ groups: { at = "", words = "", alias = "" } = {} }) => {
      const message = bare(words);
      return { alias, at, words: message, ...explainAnswerError(new AnswerError(words)) };
    })
    .toSorted((a, b) => (a.at < b.at ? -1 : 1));
}

/** Without LiteLLM's names for it and AWS's JSON around. */
function bare(words: string): string {
  const text = words.replace(/^litellm\.\w+: (?:\w+Exception - )?/, "");
  return /^\{"[Mm]essage":"(?<message>(?:[^"\\]|\\.)*)"\}/.exec(text)?.groups?.["message"] ?? text;
}
