import type { Provisioning } from "../lib/provisioning";
import { type Change, findChanges } from "./changes";
import { storeKnowledge } from "./knowledge";
import { NeedsPerson } from "./needs-person";
import type { OpenWebUi } from "./open-webui";

/**
 * Brings what is declared into Open WebUI. What is there already isn't written again, so that a run that was killed goes
 * on where it was.
 * @param say - told of each step
 * @throws NeedsPerson when something that people made is in the way, or a file is no document; the rest is done before
 */
export async function provision(
  openWebUi: OpenWebUi,
  declared: Provisioning,
  say: (line: string) => void,
): Promise<void> {
  await openWebUi.signIn();
  const knowledge = await storeKnowledge(openWebUi, declared, say);
  const { changes, conflicts } = findChanges(declared, await openWebUi.listEntries(), knowledge.attachments);
  for (const change of changes) {
    await apply(openWebUi, change);
    say(`${change.action} ${change.entry.id}`);
  }
  for (const { id, document } of knowledge.obsoleteFiles) {
    await openWebUi.removeFile(id);
    say(`remove ${document}`);
  }
  for (const { id, name } of knowledge.obsoleteCollections) {
    await openWebUi.removeCollection(id);
    say(`remove ${name}`);
  }
  if (changes.length > 0) await openWebUi.refreshMenu();
  const { writes, obsoleteFiles, obsoleteCollections } = knowledge;
  const count = changes.length + writes + obsoleteFiles.length + obsoleteCollections.length;
  say(count === 0 ? "no change" : `${count} written`);
  const told = [...conflicts, ...declared.skipped];
  if (told.length > 0) throw new NeedsPerson(told.join("\n"));
}

async function apply(openWebUi: OpenWebUi, change: Change): Promise<void> {
  switch (change.action) {
    case "create":
      return openWebUi.create(change.entry);
    case "update":
      return openWebUi.update(change.entry);
    case "remove":
      return openWebUi.remove(change.entry.id);
  }
}
