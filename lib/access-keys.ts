import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { group } from "./config/group";
import { ConfigError, describeIssue, findSecrets, type Problem, show } from "./config/problems";
import { type KeySlot, keySlots } from "./naming";

const keySchema = group({
  /** AWS's word for whether the key is accepted. */
  status: z.enum(["Active", "Inactive"]),
  /** When the key was asked for, in UTC. Left out of a key that is older than this file. */
  created: z.iso.datetime('allowed: a time in UTC such as "2026-11-23T08:00:00Z".').optional(),
});

const accessKeysSchema = group({
  /** The slot whose key the Secret carries. */
  inUse: z.enum(keySlots),
  /** The key in each slot; left out where there is none. */
  a: keySchema.optional(),
  b: keySchema.optional(),
});

/** Which access keys exist and which one is in use. No secret: the file is committed. */
export type AccessKeys = Readonly<z.output<typeof accessKeysSchema>>;

/** How every installation begins, and what holds without a file. */
export const firstAccessKeys: AccessKeys = { inUse: "a", a: { status: "Active" } };

/** Where the state of a deployment's keys is written, relative to the project. Named as its Terraform state. */
export function accessKeysFile(userName: string): string {
  return path.posix.join("access-keys", `${userName}.json`);
}

/**
 * Reads a deployment's file.
 * @returns the first key alone when there is no file
 * @throws ConfigError when the file is none that a rotation leads to
 */
export function loadAccessKeys(userName: string, now: Date = new Date()): AccessKeys {
  const file = accessKeysFile(userName);
  return existsSync(file) ? parseAccessKeys(readFileSync(file, "utf8"), file, now) : firstAccessKeys;
}

/**
 * Checks a file's text.
 * @param source - the file's name, for the message
 * @throws ConfigError with every problem that was found
 */
export function parseAccessKeys(text: string, source: string, now: Date): AccessKeys {
  const input = parseJson(text, source);
  const leaks = findSecrets(input);
  if (leaks.length > 0) throw new ConfigError(source, leaks);
  const { success, data, error } = accessKeysSchema.safeParse(input, { reportInput: true });
  const problems = success ? checkMeaning(data, now) : error.issues.map(describeIssue);
  if (!success || problems.length > 0) throw new ConfigError(source, problems);
  return data;
}

/** As the file is written: the same keys, the same bytes. */
export function formatAccessKeys({ inUse, a, b }: AccessKeys): string {
  return `${JSON.stringify({ inUse, a, b }, undefined, 2)}\n`;
}

/** Node's own message would repeat some of the text. */
function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError(source, [{ path: "", message: "is no JSON; remove it, or take it back from git." }]);
  }
}

function checkMeaning(keys: AccessKeys, now: Date): Problem[] {
  return [...checkInUse(keys), ...checkTimes(keys, now), ...checkOther(keys)];
}

function checkInUse(keys: AccessKeys): Problem[] {
  const { inUse } = keys;
  if (keys[inUse] === undefined) {
    return [{ path: "inUse", message: `got ${show(inUse)}, a slot without a key; allowed: one with an active key.` }];
  }
  if (keys[inUse].status === "Active") return [];
  const message = 'got "Inactive", for the key in use: every call would be refused; allowed: "Active".';
  return [{ path: `${inUse}.status`, message }];
}

function checkTimes(keys: AccessKeys, now: Date): Problem[] {
  return keySlots.flatMap((slot) => {
    const created = keys[slot]?.created;
    return created === undefined || Date.parse(created) <= now.getTime()
      ? []
      : [{ path: `${slot}.created`, message: `got ${show(created)}, which is still to come; allowed: a past time.` }];
  });
}

/** Which of two keys is the newer one says whether a rotation has switched already. */
function checkOther(keys: AccessKeys): Problem[] {
  const other = otherSlot(keys.inUse);
  const [key, inUse] = [keys[other], keys[keys.inUse]];
  if (key === undefined || inUse === undefined) return [];
  if (createdAt(key) === createdAt(inUse)) {
    const message = `got ${show(key.created)}, like slot ${keys.inUse}; allowed: another time, so that the older key can be told.`;
    return [{ path: `${other}.created`, message }];
  }
  if (key.status === "Active" || createdAt(key) < createdAt(inUse)) return [];
  const message = `got "Inactive", for a key that is newer than the one in use; allowed: "Active", or no key in slot ${other}.`;
  return [{ path: `${other}.status`, message }];
}

/** A key that is older than the file is older than all others. */
function createdAt({ created }: NonNullable<AccessKeys[KeySlot]>): number {
  return created === undefined ? Number.NEGATIVE_INFINITY : Date.parse(created);
}

export function otherSlot(slot: KeySlot): KeySlot {
  return slot === "a" ? "b" : "a";
}

/** What a deployment puts out about its keys, such as `a Active, b Inactive`: to be compared with what is configured. */
export function describeStatuses(statuses: Readonly<Partial<Record<KeySlot, string>>>): string {
  return keySlots.flatMap((slot) => (statuses[slot] === undefined ? [] : [`${slot} ${statuses[slot]}`])).join(", ");
}

/** One step of a rotation, which is one deployment. */
export interface RotationStep {
  readonly keys: AccessKeys;
  /** What it does, such as `makes a second key, in slot b`. */
  readonly does: string;
  /** Whether the Secret then carries another key: it has to be applied, and LiteLLM's pods read it anew. */
  readonly changesSecret: boolean;
}

/** The step that leads on: create the other key, switch to it, deactivate the old one, delete it. */
export function nextStep(keys: AccessKeys, now: Date): RotationStep {
  const other = otherSlot(keys.inUse);
  const [key, inUse] = [keys[other], keys[keys.inUse]];
  if (key === undefined || inUse === undefined) {
    const made = { ...keys, [other]: { status: "Active", created: inUtc(now) } } as const;
    return { keys: made, does: `makes a second key, in slot ${other}; nobody uses it yet`, changesSecret: false };
  }
  if (key.status === "Inactive") {
    return { keys: without(keys, other), does: `deletes the old key in slot ${other}, for good`, changesSecret: false };
  }
  if (createdAt(key) > createdAt(inUse)) return switchTo(other, keys);
  const inactive = { ...keys, [other]: { ...key, status: "Inactive" } } as const;
  return {
    keys: inactive,
    does: `deactivates the old key in slot ${other}; it can still come back`,
    changesSecret: false,
  };
}

/** Whether a rotation may stop here: one key is left, or the old one waits, inactive, for somebody to miss it. */
export function isAtRest(keys: AccessKeys): boolean {
  return keys[otherSlot(keys.inUse)]?.status !== "Active";
}

/** The steps that lead to the next rest. */
export function stepsToRest(keys: AccessKeys, now: Date): readonly RotationStep[] {
  const step = nextStep(keys, now);
  return isAtRest(step.keys) ? [step] : [step, ...stepsToRest(step.keys, now)];
}

/** What is described once a key was deleted in AWS: another one in its slot when it was in use, else none. */
export function afterRevocation(keys: AccessKeys, slot: KeySlot, now: Date): AccessKeys {
  return slot === keys.inUse ? { ...keys, [slot]: { status: "Active", created: inUtc(now) } } : without(keys, slot);
}

/** The step that takes the last one back, or `undefined` when there is none: a deleted key doesn't come back. */
export function previousStep(keys: AccessKeys): RotationStep | undefined {
  const other = otherSlot(keys.inUse);
  const [key, inUse] = [keys[other], keys[keys.inUse]];
  if (key === undefined || inUse === undefined) return undefined;
  if (key.status === "Inactive") {
    const active = { ...keys, [other]: { ...key, status: "Active" } } as const;
    return { keys: active, does: `makes the old key in slot ${other} active again`, changesSecret: false };
  }
  if (createdAt(key) < createdAt(inUse)) return switchTo(other, keys);
  return {
    keys: without(keys, other),
    does: `deletes the new key in slot ${other}, for good`,
    changesSecret: false,
  };
}

function inUtc(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

function switchTo(slot: KeySlot, keys: AccessKeys): RotationStep {
  const does = `switches to the key in slot ${slot}; the one in slot ${keys.inUse} stays active`;
  return { keys: { ...keys, inUse: slot }, does, changesSecret: true };
}

function without({ inUse, a, b }: AccessKeys, slot: KeySlot): AccessKeys {
  return slot === "a" ? { inUse, b } : { inUse, a };
}

/** For people: the key in use with its age, and the other one, if there is one. */
export function describeAccessKeys(keys: AccessKeys, now: Date): string {
  const other = otherSlot(keys.inUse);
  const second =
    keys[other] === undefined ? "" : `; ${describeKey(keys, other, now)}, ${keys[other].status.toLowerCase()}`;
  return `${describeKey(keys, keys.inUse, now)}, in use${second}`;
}

function describeKey(keys: AccessKeys, slot: KeySlot, now: Date): string {
  const created = keys[slot]?.created;
  if (created === undefined) return `slot ${slot}, age not recorded`;
  const days = ageInDays(created, now);
  return `slot ${slot}, ${days} ${days === 1 ? "day" : "days"} old`;
}

/** Whole days since a key was made. */
function ageInDays(created: string, now: Date): number {
  return Math.floor((now.getTime() - Date.parse(created)) / 86_400_000);
}

/** Source: AWS Security Hub, control IAM.3, "IAM users' access keys should be rotated every 90 days or less". */
const oldAfterDays = 90;

/** Whether the key in use has the age at which AWS wants another one. */
export function isDueForRotation(keys: AccessKeys, now: Date): boolean {
  const created = keys[keys.inUse]?.created;
  return created !== undefined && ageInDays(created, now) >= oldAfterDays;
}
