import type { Assistant, Provisioning } from "../../lib/provisioning";
import { type Attachment, type Entry, findChanges } from "../../provisioner/changes";

const assistant: Assistant = {
  id: "guide",
  name: "Guide",
  baseModel: "lite",
  description: "Knows the way",
  systemPrompt: "You are the guide.",
  suggestions: ["Where am I?"],
  params: { temperature: 0.5 },
  knowledge: [],
};
const nothing: Provisioning = {
  signIn: { kind: "proxy" },
  models: [],
  assistants: [],
  documents: [],
  retrieval: null,
  skipped: [],
};
const withGuide = { ...nothing, assistants: [assistant] };
const withPrompt = { ...nothing, models: [{ id: "micro", systemPrompt: "Be short." }] };

/** An entry as Open WebUI answers it: what nobody gave is null. */
function stored(entry: Entry): Entry {
  const { access_grants: _, meta, ...fields } = entry;
  return { ...fields, meta: { profile_image_url: null, background_image_url: null, knowledge: null, ...meta } };
}

/** What is there after a first run. */
function after(declared: Provisioning): readonly Entry[] {
  return findChanges(declared, []).changes.flatMap((change) =>
    change.action === "remove" ? [] : [stored(change.entry)],
  );
}

const [guide] = after(withGuide) as [Entry];
const [micro] = after(withPrompt) as [Entry];
const byHand: Entry = { id: "mine", base_model_id: "lite", name: "Mine", meta: {}, params: {}, is_active: true };
const none = { changes: [], conflicts: [] };

describe("an assistant", () => {
  it("is made, for everybody, with a mark of whose it is", () => {
    expect(findChanges(withGuide, [byHand])).toEqual({
      changes: [
        {
          action: "create",
          entry: {
            id: "guide",
            base_model_id: "lite",
            name: "Guide",
            meta: {
              description: "Knows the way",
              suggestion_prompts: [{ content: "Where am I?" }],
              knowledge: null,
              provisioned_by: "open-webui-bedrock/guide",
            },
            params: { system: "You are the guide.", temperature: 0.5 },
            is_active: true,
            access_grants: [{ principal_type: "user", principal_id: "*", permission: "read" }],
          },
        },
      ],
      conflicts: [],
    });
  });

  it("isn't written again, not even with a picture, or switched off, or for others than everybody", () => {
    expect(findChanges(withGuide, [guide, byHand])).toEqual(none);
    const changed = {
      ...guide,
      is_active: false,
      meta: { ...guide.meta, profile_image_url: "data:image/png;base64," },
    };
    expect(findChanges(withGuide, [{ ...changed, access_grants: [] }])).toEqual(none);
  });

  it.each<[string, Partial<Assistant>, object]>([
    ["another base model", { baseModel: "micro" }, { base_model_id: "micro" }],
    ["another name", { name: "Pilot" }, { name: "Pilot" }],
    ["another prompt", { systemPrompt: "Fly." }, { params: { system: "Fly.", temperature: 0.5 } }],
    ["no prompt any more", { systemPrompt: null }, { params: { temperature: 0.5 } }],
    ["no parameters any more", { params: {} }, { params: { system: "You are the guide." } }],
    ["no description any more", { description: null }, { meta: expect.objectContaining({ description: null }) }],
    ["no suggestions any more", { suggestions: [] }, { meta: expect.objectContaining({ suggestion_prompts: null }) }],
  ])("with %s is written as a whole, but for whom it is and whether it's on", (_, change, written) => {
    const { changes, conflicts } = findChanges({ ...nothing, assistants: [{ ...assistant, ...change }] }, [
      { ...guide, is_active: false },
    ]);
    expect(changes).toEqual([{ action: "update", entry: expect.objectContaining({ ...written, is_active: false }) }]);
    expect(changes[0]?.entry).not.toHaveProperty("access_grants");
    expect(conflicts).toEqual([]);
  });

  it("goes when it isn't declared any more, and neither a copy of it nor anybody else's", () => {
    const copy = { ...guide, id: "guide-clone" };
    expect(findChanges(nothing, [guide, copy, byHand])).toEqual({
      changes: [{ action: "remove", entry: guide }],
      conflicts: [],
    });
  });

  it("goes in the order of ids, whatever Open WebUI's", () => {
    const [first, last] = after({ ...nothing, assistants: [assistant, { ...assistant, id: "other" }] });
    expect(findChanges(nothing, [last as Entry, first as Entry]).changes.map(({ entry }) => entry.id)).toEqual([
      "guide",
      "other",
    ]);
  });

  it("is refused where somebody has made one with its id, and the others are written", () => {
    const other = { ...assistant, id: "other" };
    const { changes, conflicts } = findChanges({ ...nothing, assistants: [assistant, other] }, [
      { ...byHand, id: "guide" },
    ]);
    expect(changes.map(({ action, entry }) => `${action} ${entry.id}`)).toEqual(["create other"]);
    expect(conflicts).toEqual([
      "guide: somebody made an entry with this id in Open WebUI; delete it there, or rename the assistant",
    ]);
  });
});

describe("an assistant with documents", () => {
  const withDocs = { ...nothing, assistants: [{ ...assistant, knowledge: ["docs"] }] };
  const item = { id: "file-1", name: "a.md", type: "file", context: "full" } as const;
  const attachments: readonly Attachment[] = [
    { knowledge: "docs", item },
    { knowledge: "others", item: { id: "2", name: "others", type: "collection" } },
  ];

  it("has what its folders give, past the tool that would leave it out", () => {
    expect(findChanges(withDocs, [guide], attachments).changes).toEqual([
      {
        action: "update",
        entry: expect.objectContaining({
          meta: expect.objectContaining({ knowledge: [item] }),
          params: { system: "You are the guide.", temperature: 0.5, function_calling: "legacy" },
        }),
      },
    ]);
  });

  it("is written again for another one alone, and loses them when they aren't declared any more", () => {
    const [change] = findChanges(withDocs, [], attachments).changes;
    const there = stored(change?.entry as Entry);
    expect(findChanges(withDocs, [there], attachments)).toEqual(none);
    const edited = [{ knowledge: "docs", item: { ...item, id: "file-3" } }];
    expect(findChanges(withDocs, [there], edited).changes).toHaveLength(1);
    expect(findChanges(withGuide, [there], []).changes[0]?.entry).toMatchObject({
      meta: { knowledge: null },
      params: { system: "You are the guide.", temperature: 0.5 },
    });
  });
});

describe("a model's system prompt", () => {
  it("is settings for the model, with a mark of whose they are", () => {
    expect(micro).toMatchObject({
      id: "micro",
      base_model_id: null,
      meta: { provisioned_by: "open-webui-bedrock/micro" },
      params: { system: "Be short." },
    });
    expect(findChanges(withPrompt, [micro])).toEqual(none);
  });

  it("joins what somebody set for the model, and leaves it when it goes", () => {
    const hidden = { ...micro, name: "Micro", meta: { hidden: true }, params: { temperature: 0 } };
    const [joined] = findChanges(withPrompt, [hidden]).changes;
    expect(joined).toMatchObject({
      action: "update",
      entry: {
        name: "Micro",
        meta: { hidden: true, provisioned_by: "open-webui-bedrock/micro" },
        params: { temperature: 0, system: "Be short." },
      },
    });
    const there = { ...micro, ...joined?.entry } as Entry;
    expect(findChanges(withPrompt, [there])).toEqual(none);
    expect(findChanges(nothing, [there]).changes).toEqual([{ action: "update", entry: hidden }]);
  });

  it("goes with its settings when nobody added to them", () => {
    expect(findChanges(nothing, [micro]).changes).toEqual([{ action: "remove", entry: micro }]);
  });

  it("never takes the place of one that somebody wrote, nor of an assistant of theirs", () => {
    const written = { ...micro, meta: {}, params: { system: "Mine." } };
    expect(findChanges(withPrompt, [written])).toEqual({
      changes: [],
      conflicts: [
        "micro: somebody gave this model a system prompt in Open WebUI; remove it there, or from the configuration",
      ],
    });
    expect(findChanges(withPrompt, [{ ...byHand, id: "micro" }])).toEqual({
      changes: [],
      conflicts: ["micro: somebody made an assistant with this id in Open WebUI; delete it there, or rename the alias"],
    });
  });
});

it("an id that changes between assistant and model is made anew", () => {
  const actions = (declared: Provisioning, entries: readonly Entry[]) =>
    findChanges(declared, entries).changes.map(({ action, entry }) => `${action} ${entry.id}`);
  expect(actions({ ...nothing, models: [{ id: "guide", systemPrompt: "Be short." }] }, [guide])).toEqual([
    "remove guide",
    "create guide",
  ]);
  expect(actions({ ...nothing, assistants: [{ ...assistant, id: "micro" }] }, [micro])).toEqual([
    "remove micro",
    "create micro",
  ]);
});
