import { partOf } from "../lib/naming";
import type { ProvisionedDocument } from "../lib/provisioning";
import { sha256 } from "../lib/sha256";
import type { OpenWebUi } from "./open-webui";

/** What is kept with a file of ours: whose it is, and of what text. */
export interface FileMetadata {
  readonly provisioned_by: string;
  readonly file_hash: string;
  /** The collection in which it is indexed: Open WebUI reads it, too. */
  readonly knowledge_id?: string;
  /** By what it is indexed. */
  readonly embedding_model?: string;
}

/** A file as Open WebUI answers it, whoever uploaded it. */
export interface StoredFile {
  readonly id: string;
  readonly data?: { readonly status?: string; readonly error?: string } | null;
  readonly meta?: { readonly data?: Partial<FileMetadata> | null } | null;
}

/** A file that was uploaded by this program. */
export interface OurFile {
  readonly id: string;
  /** Id of its folder. */
  readonly knowledge: string;
  /** The folder's id and the path in it. */
  readonly document: string;
  /** Whether it was read to its end. */
  readonly isComplete: boolean;
  readonly metadata: Partial<FileMetadata>;
}

/** In a file's metadata: with the document's folder and path it says that a file is ours. */
const ourMark = `${partOf}/`;

export async function listOurFiles(openWebUi: Pick<OpenWebUi, "listFiles">): Promise<readonly OurFile[]> {
  const files = (await openWebUi.listFiles()).flatMap(({ id, data, meta }): OurFile[] => {
    const metadata = meta?.data ?? {};
    const mark = metadata.provisioned_by ?? "";
    if (!mark.startsWith(ourMark)) return [];
    const document = mark.slice(ourMark.length);
    const [knowledge = ""] = document.split("/");
    return [{ id, knowledge, document, isComplete: data?.status === "completed", metadata }];
  });
  // Open WebUI's own order is by the second of the upload, and any within one.
  return files.toSorted((a, b) => (a.document < b.document ? -1 : 1));
}

/** A declared document and the file that it is to be. */
export interface DeclaredFile {
  readonly knowledge: string;
  /** The folder's id and the path in it. */
  readonly document: string;
  /** Under which answers name their source: Open WebUI keeps a name's last part alone. */
  readonly name: string;
  readonly text: string;
  readonly metadata: FileMetadata;
}

/** @param indexed - where and by what, if it is */
export function declaredFile(
  { knowledge, path, text }: ProvisionedDocument,
  indexed: Pick<FileMetadata, "knowledge_id" | "embedding_model"> = {},
): DeclaredFile {
  const document = `${knowledge}/${path}`;
  return {
    knowledge,
    document,
    name: path.replaceAll("/", " - "),
    text,
    metadata: { provisioned_by: `${ourMark}${document}`, file_hash: sha256(text), ...indexed },
  };
}

/** Whether a file is all that it is to be. */
export function isSameFile({ isComplete, metadata: there }: OurFile, { metadata }: DeclaredFile): boolean {
  return (
    isComplete &&
    there.provisioned_by === metadata.provisioned_by &&
    there.file_hash === metadata.file_hash &&
    there.knowledge_id === metadata.knowledge_id &&
    there.embedding_model === metadata.embedding_model
  );
}
