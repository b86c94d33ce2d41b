import Table from "cli-table3";
import type { StackConfig } from "../../lib/config";
import { formatMebibytes } from "../quantity";
import type { LastError } from "./last-errors";
import type { Use } from "./model-use";
import type { PodStatus, PodsStatus } from "./pods";
import type { Section } from "./section";
import type { Status } from "./status";

/** A status for people. What can't be read says why. */
export function describeStatus(status: Status, config: StackConfig): readonly string[] {
  const { at, cluster, namespace } = status;
  return [
    `${at.slice(0, 19).replace("T", " ")} UTC, Namespace ${namespace} on ${cluster}`,
    "",
    ...describe("pods", status.pods, describePods),
    "",
    ...describe("models", status.use, (use) => describeUse(use, at, config)),
    ...describe("last errors", status.lastErrors, (errors) => errors.flatMap((error) => describeError(error, at))),
    "",
    ...describe("access key", status.accessKeys, (keys) =>
      keys.length === 0
        ? ["access key: none"]
        : keys.map(({ id, days, status }) => `access key: ${id}, ${counted(days, "day")} old, ${status}`),
    ),
    ...describe("last backup", status.lastBackup, (backup) => [
      `last backup: ${backup === null ? "none is recorded" : `${backup}, ${describeAge(backup, at)} ago`}`,
    ]),
  ];
}

function describe<T>(name: string, section: Section<T>, lines: (value: T) => readonly string[]): readonly string[] {
  return "value" in section ? lines(section.value) : [`${name}: can't be read: ${section.unreadable}`];
}

function describePods({ pods, missing, usage }: PodsStatus): readonly string[] {
  const rows = [
    ...pods.map((pod) => [pod.name, pod.state, describeRestarts(pod), describeMemory(pod), describeCpu(pod)]),
    ...missing.map((workload) => [workload, "no pod", "", "", ""]),
  ];
  return [
    tableOf(["Pod", "State", "Restarts", "Memory of limit", "Cores of limit"], rows),
    ...("value" in usage ? [] : [`memory and cores: can't be read: ${usage.unreadable}`]),
  ];
}

function describeRestarts({ restarts, lastEnd }: PodStatus): string {
  return lastEnd === undefined ? String(restarts) : `${restarts}, last after ${lastEnd}`;
}

function describeMemory({ memory, memoryLimit }: PodStatus): string {
  if (memory === undefined) return memoryLimit === undefined ? "?" : `? of ${formatMebibytes(memoryLimit)}`;
  if (memoryLimit === undefined) return formatMebibytes(memory);
  const percent = Math.round((memory / memoryLimit) * 100);
  return `${formatMebibytes(memory)} of ${formatMebibytes(memoryLimit)}, ${percent} %`;
}

function describeCpu({ cpu, cpuLimit }: PodStatus): string {
  const used = cpu === undefined ? "?" : cpu.toFixed(3);
  return cpuLimit === undefined ? used : `${used} of ${cpuLimit}`;
}

function describeUse({ since, models, budgetLeftUsd }: Use, at: string, { liteLlm }: StackConfig): readonly string[] {
  const rows = models.map(({ alias, requests, failures, inputTokens, outputTokens, spentUsd }) => [
    alias,
    String(requests),
    String(failures),
    `${inputTokens} / ${outputTokens}`,
    spentUsd.toFixed(6),
  ]);
  const total = models.reduce((sum, { spentUsd }) => sum + spentUsd, 0);
  const { budget } = liteLlm;
  const left =
    budget.kind === "limited" && budgetLeftUsd !== undefined
      ? `; of the budget of ${budget.limitUsd} USD in ${budget.period} are left ${budgetLeftUsd.toFixed(4)}`
      : "";
  return [
    tableOf(["Model", "Requests", "Failed", "Tokens in / out", "USD"], rows),
    `${total.toFixed(4)} USD in ${describeAge(since, at)}, since LiteLLM started at ${since.slice(0, 19)}Z${left}`,
  ];
}

function describeError({ alias, at: when, words, cause, fix }: LastError, at: string): readonly string[] {
  const [first = ""] = words.split("\n");
  const shown = first.length > 300 ? `${first.slice(0, 299)}…` : first;
  return [
    "",
    `${alias}: last error ${describeAge(when, at)} ago`,
    `  words: ${shown}`,
    `  cause: ${cause}`,
    `  mend:  ${fix}`,
  ];
}

function tableOf(head: string[], rows: string[][]): string {
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  table.push(...rows);
  return table.toString();
}

/** The time between two moments, in its largest unit. */
export function describeAge(from: string, to: string): string {
  const minutes = Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 60_000));
  if (minutes < 60) return counted(minutes, "minute");
  return minutes < 48 * 60 ? counted(Math.floor(minutes / 60), "hour") : counted(Math.floor(minutes / 1440), "day");
}

function counted(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}
