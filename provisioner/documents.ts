import type { ProvisionedDocument } from "../lib/provisioning";
import type { Attachment } from "./changes";
import { declaredFile, isSameFile, listOurFiles, type OurFile } from "./files";
import type { OpenWebUi } from "./open-webui";

export interface StoredDocuments {
  readonly attachments: readonly Attachment[];
  /** Files of ours that nothing declares. */
  readonly obsolete: readonly OurFile[];
  /** How many were uploaded. */
  readonly uploads: number;
}

/**
 * For full context: uploads what isn't there with the same text. What isn't needed any more is only found: assistants may
 * still have it.
 */
export async function storeDocuments(
  openWebUi: Pick<OpenWebUi, "listFiles" | "uploadFile">,
  documents: readonly ProvisionedDocument[],
  say: (line: string) => void,
): Promise<StoredDocuments> {
  const ours = await listOurFiles(openWebUi);
  const attachments: Attachment[] = [];
  let uploads = 0;
  for (const file of documents.map((each) => declaredFile(each))) {
    const { knowledge, document, name, text, metadata } = file;
    const there = ours.find((each) => isSameFile(each, file));
    const id = there?.id ?? (await openWebUi.uploadFile(name, text, metadata));
    if (there === undefined) {
      uploads += 1;
      say(`upload ${document}`);
    }
    attachments.push({ knowledge, item: { id, name, type: "file", context: "full" } });
  }
  const used = new Set(attachments.map(({ item }) => item.id));
  return { attachments, obsolete: ours.filter(({ id }) => !used.has(id)), uploads };
}
