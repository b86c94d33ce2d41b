import { partOf } from "../lib/naming";
import type { ProvisionedDocument } from "../lib/provisioning";
import { sha256 } from "../lib/sha256";
import type { OpenWebUi } from "./open-webui";

/** What is kept with a file of ours: whose it is, and of what text. */
export interface FileMetadata {
  readonly provisioned_by: string;
  readonly file_hash: string;
}

/** A file as Open WebUI answers it, whoever uploaded it. */
export interface StoredFile {
  readonly id: string;
  readonly data?: { readonly status?: string } | null;
  readonly meta?: { readonly data?: Partial<FileMetadata> | null } | null;
}

/** A declared document that is in Open WebUI. */
export interface StoredDocument {
  readonly id: string;
  readonly knowledge: string;
  /** Under which answers name their source. */
  readonly name: string;
}

export interface StoredDocuments {
  readonly stored: readonly StoredDocument[];
  /** Files of ours that nothing declares. */
  readonly obsolete: readonly { readonly id: string; readonly document: string }[];
  /** How many were uploaded. */
  readonly uploads: number;
}

/** In a file's metadata: with the document's folder and path it says that a file is ours. */
const ourMark = `${partOf}/`;

/** Uploads what isn't there with the same text. What isn't needed any more is only found: assistants may still have it. */
export async function storeDocuments(
  openWebUi: Pick<OpenWebUi, "listFiles" | "uploadFile">,
  documents: readonly ProvisionedDocument[],
  say: (line: string) => void,
): Promise<StoredDocuments> {
  const ours = (await openWebUi.listFiles()).flatMap((file) => {
    const mark = file.meta?.data?.provisioned_by ?? "";
    return mark.startsWith(ourMark) ? [{ ...file, document: mark.slice(ourMark.length) }] : [];
  });
  const stored: StoredDocument[] = [];
  let uploads = 0;
  for (const { knowledge, path, text } of documents) {
    const document = `${knowledge}/${path}`;
    const file_hash = sha256(text);
    // Open WebUI keeps a name's last part alone.
    const name = path.replaceAll("/", " - ");
    const there = ours.find(
      (file) =>
        file.document === document && file.meta?.data?.file_hash === file_hash && file.data?.status === "completed",
    );
    const id =
      there?.id ?? (await openWebUi.uploadFile(name, text, { provisioned_by: `${ourMark}${document}`, file_hash }));
    if (there === undefined) {
      uploads += 1;
      say(`upload ${document}`);
    }
    stored.push({ id, knowledge, name });
  }
  const used = new Set(stored.map(({ id }) => id));
  // Open WebUI's own order is by the second of the upload, and any within one.
  const obsolete = ours.filter(({ id }) => !used.has(id)).toSorted((a, b) => (a.document < b.document ? -1 : 1));
  return { stored, obsolete, uploads };
}
