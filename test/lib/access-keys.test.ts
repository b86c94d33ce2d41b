import {
  type AccessKeys,
  accessKeysFile,
  afterRevocation,
  describeAccessKeys,
  describeStatuses,
  firstAccessKeys,
  formatAccessKeys,
  isAtRest,
  isDueForRotation,
  nextStep,
  otherSlot,
  parseAccessKeys,
  previousStep,
  stepsToRest,
} from "../../lib/access-keys";
import { ConfigError } from "../../lib/config";
import { fakeSecrets } from "../support/fake-secrets";

const now = new Date("2026-11-23T12:00:00Z");
const old = "2026-01-01T00:00:00Z";
const recent = "2026-11-22T00:00:00Z";
const active = (created: string) => ({ status: "Active", created }) as const;
const inactive = (created: string) => ({ status: "Inactive", created }) as const;

function accept(input: unknown): AccessKeys {
  return parseAccessKeys(JSON.stringify(input), "keys.json", now);
}

/** The problems of a refused file, each as its line of the message. */
function problemsOf(text: string): readonly string[] {
  try {
    parseAccessKeys(text, "keys.json", now);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n  - ");
    throw error;
  }
  throw new Error("the file was accepted");
}

/** A whole rotation, phase by phase. */
const phases: readonly AccessKeys[] = [
  { inUse: "a", a: active(old) },
  { inUse: "a", a: active(old), b: active("2026-11-23T12:00:00Z") },
  { inUse: "b", a: active(old), b: active("2026-11-23T12:00:00Z") },
  { inUse: "b", a: inactive(old), b: active("2026-11-23T12:00:00Z") },
  { inUse: "b", b: active("2026-11-23T12:00:00Z") },
];

describe("the file of the access keys", () => {
  it("is named as the deployment", () => {
    expect(accessKeysFile("family-chat")).toBe("access-keys/family-chat.json");
  });

  it.each(phases)("takes every phase of a rotation, and is written as it was read: %j", (keys) => {
    expect(accept(keys)).toEqual(keys);
    expect(parseAccessKeys(formatAccessKeys(keys), "keys.json", now)).toEqual(keys);
    expect(formatAccessKeys(keys)).toMatch(/^\{\n {2}"inUse": "[ab]",\n[\s\S]*\n\}\n$/);
  });

  it("takes a first key whose time nobody noted, as the older one", () => {
    const keys = { inUse: "b", a: { status: "Inactive" }, b: active(old) } as const;
    expect(accept(keys)).toEqual(keys);
  });

  it("takes a key that is made this moment", () => {
    expect(accept({ inUse: "a", a: active(now.toISOString()) }).inUse).toBe("a");
  });

  it.each([
    [
      "the key in use is gone",
      { inUse: "b", a: active(old) },
      'inUse: got "b", a slot without a key; allowed: one with an active key.',
    ],
    ["both keys are gone", { inUse: "a" }, 'inUse: got "a", a slot without a key; allowed: one with an active key.'],
    [
      "the key in use is inactive",
      { inUse: "a", a: inactive(old) },
      'a.status: got "Inactive", for the key in use: every call would be refused; allowed: "Active".',
    ],
    [
      "it switched and deactivated the wrong key",
      { inUse: "b", a: active(old), b: inactive(recent) },
      'b.status: got "Inactive", for the key in use: every call would be refused; allowed: "Active".',
    ],
    [
      "a key is made in the future",
      { inUse: "a", a: active("2026-11-23T12:00:01Z") },
      'a.created: got "2026-11-23T12:00:01Z", which is still to come; allowed: a past time.',
    ],
    [
      "both keys are made at once",
      { inUse: "a", a: active(old), b: active(old) },
      `b.created: got "${old}", like slot a; allowed: another time, so that the older key can be told.`,
    ],
    [
      "neither key has a time",
      { inUse: "b", a: { status: "Active" }, b: { status: "Active" } },
      "a.created: got nothing, like slot b; allowed: another time, so that the older key can be told.",
    ],
    [
      "a new key is inactive before it was ever in use",
      { inUse: "a", a: active(old), b: inactive(recent) },
      'b.status: got "Inactive", for a key that is newer than the one in use; allowed: "Active", or no key in slot b.',
    ],
    ["it names no slot in use", { a: active(old) }, 'inUse: got nothing; allowed: "a", "b".'],
    ["it names a third slot", { inUse: "c", a: active(old) }, 'inUse: got "c"; allowed: "a", "b".'],
    [
      "it has a third slot",
      { inUse: "a", a: active(old), c: active(old) },
      'has no setting "c". Allowed: inUse, a, b.',
    ],
    [
      "a status isn't AWS's",
      { inUse: "a", a: { status: "active" } },
      'a.status: got "active"; allowed: "Active", "Inactive". Did you mean "Active"?',
    ],
    [
      "a time has no zone",
      { inUse: "a", a: active("2026-01-01") },
      'a.created: got "2026-01-01"; allowed: a time in UTC such as "2026-11-23T08:00:00Z".',
    ],
    [
      "a time doesn't exist",
      { inUse: "a", a: active("2026-02-30T00:00:00Z") },
      'a.created: got "2026-02-30T00:00:00Z"; allowed: a time in UTC such as "2026-11-23T08:00:00Z".',
    ],
  ])("is refused when %s", (_, input, problem) => {
    expect(problemsOf(JSON.stringify(input))).toEqual(["keys.json: 1 problem; nothing was written.", problem]);
  });

  it("is refused when it is no JSON, without repeating it", () => {
    expect(problemsOf('{ "inUse": "a", ')).toEqual([
      "keys.json: 1 problem; nothing was written.",
      "is no JSON; remove it, or take it back from git.",
    ]);
  });

  it.each(fakeSecrets)("is refused with $what in it, which it doesn't repeat", ({ value, confidential }) => {
    const [, ...problems] = problemsOf(JSON.stringify({ ...phases[0], secret: value }));
    expect(problems).toEqual([expect.stringMatching(/^secret: looks like .* \(hidden here\)/)]);
    expect(problems.join()).not.toContain(confidential);
  });
});

describe("a rotation", () => {
  it.each([0, 1, 2, 3])("goes on by one phase at a time, from phase %i", (index) => {
    expect(nextStep(phases[index] ?? firstAccessKeys, now).keys).toEqual(phases[index + 1]);
  });

  it.each([1, 2, 3])("goes back by one phase at a time, from phase %i", (index) => {
    expect(previousStep(phases[index] ?? firstAccessKeys)?.keys).toEqual(phases[index - 1]);
  });

  it.each([0, 4])("can't bring a deleted key back, from phase %i", (index) => {
    expect(previousStep(phases[index] ?? firstAccessKeys)).toBeUndefined();
  });

  it("never has a phase that would be refused, however often it goes around", () => {
    let keys = firstAccessKeys;
    const seen = new Set<string>();
    for (let step = 0; step < 9; step++) {
      // A day each.
      const day = new Date(now.getTime() + step * 86_400_000);
      keys = nextStep(keys, day).keys;
      expect(parseAccessKeys(formatAccessKeys(keys), "keys.json", day)).toEqual(keys);
      seen.add(formatAccessKeys(keys));
    }
    expect(seen.size).toBe(9);
    expect(keys).toMatchObject({ inUse: "a", a: { status: "Active" }, b: { status: "Active" } });
  });

  it("says what a step does, and whether the Secret changes", () => {
    expect(
      phases
        .slice(0, 4)
        .map((keys) => nextStep(keys, now))
        .map(({ does, changesSecret }) => [does, changesSecret]),
    ).toEqual([
      ["makes a second key, in slot b; nobody uses it yet", false],
      ["switches to the key in slot b; the one in slot a stays active", true],
      ["deactivates the old key in slot a; it can still come back", false],
      ["deletes the old key in slot a, for good", false],
    ]);
    expect(
      phases
        .slice(1, 4)
        .map(previousStep)
        .map((step) => [step?.does, step?.changesSecret]),
    ).toEqual([
      ["deletes the new key in slot b, for good", false],
      ["switches to the key in slot a; the one in slot b stays active", true],
      ["makes the old key in slot a active again", false],
    ]);
  });

  it("rests with one key, or with an old one that is inactive", () => {
    expect(phases.map(isAtRest)).toEqual([true, false, false, true, true]);
  });

  it.each([
    [0, [1, 2, 3]],
    [1, [2, 3]],
    [2, [3]],
    [3, [4]],
  ])("goes from phase %i to the next rest", (index, reached) => {
    const steps = stepsToRest(phases[index] ?? firstAccessKeys, now);
    expect(steps.map(({ keys }) => keys)).toEqual(reached.map((phase) => phases[phase]));
  });

  it.each(phases)("is at a phase again after the key in use was deleted: %j", (keys) => {
    const later = new Date("2026-11-24T00:00:00Z");
    const revoked = afterRevocation(keys, keys.inUse, later);
    expect(revoked).toEqual({ ...keys, [keys.inUse]: active("2026-11-24T00:00:00Z") });
    expect(parseAccessKeys(formatAccessKeys(revoked), "keys.json", later)).toEqual(revoked);
  });

  it.each(phases.slice(1, 4))("is over after the other key was deleted: %j", (keys) => {
    expect(afterRevocation(keys, otherSlot(keys.inUse), now)).toEqual({
      inUse: keys.inUse,
      [keys.inUse]: keys[keys.inUse],
    });
  });

  it("notes in UTC when the new key is made, to the second", () => {
    expect(nextStep(firstAccessKeys, new Date("2026-11-23T13:14:15.678+02:00")).keys.b?.created).toBe(
      "2026-11-23T11:14:15Z",
    );
  });

  it("knows the other of two slots", () => {
    expect([otherSlot("a"), otherSlot("b")]).toEqual(["b", "a"]);
  });
});

describe("what people are told about the keys", () => {
  it("is slot, age and use of each", () => {
    expect(describeAccessKeys({ inUse: "b", a: inactive(old), b: active(recent) }, now)).toBe(
      "slot b, 1 day old, in use; slot a, 326 days old, inactive",
    );
  });

  it("is an age that isn't recorded, for the key that is older than the file", () => {
    expect(describeAccessKeys(firstAccessKeys, now)).toBe("slot a, age not recorded, in use");
  });

  it("is that a key of 90 days is due for rotation, and a younger or ageless one isn't", () => {
    const due = (created: string) => isDueForRotation({ inUse: "a", a: active(created) }, now);
    expect([due("2026-08-25T12:00:00Z"), due("2026-08-25T12:00:01Z")]).toEqual([true, false]);
    expect(isDueForRotation(firstAccessKeys, now)).toBe(false);
  });

  it("is each slot's status, as a deployment puts it out", () => {
    expect(describeStatuses({ b: "Active", a: "Inactive" })).toBe("a Inactive, b Active");
    expect(describeStatuses({ b: "Active" })).toBe("b Active");
  });
});
