import type { Readable } from "node:stream";

export interface StoredBackup {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** A place for backups. */
export interface BackupStore {
  /** For people, such as `s3://my-backups/chat/`. */
  readonly where: string;
  /**
   * Writes a backup all at once: its name is there when it is complete, or never. The content is taken as fast as it
   * comes, as whoever sends it may hang up on a slow reader: kubectl exec does after some seconds.
   * @param signal - gives up
   * @returns bytes
   */
  write(name: string, content: Readable, signal?: AbortSignal): Promise<number>;
  /** @throws BackupError when there is none of that name */
  read(name: string): Promise<Readable>;
  /** The backups of a Namespace, oldest first, by their names. */
  list(namespace: string): Promise<readonly StoredBackup[]>;
  remove(name: string): Promise<void>;
}

/** Such as `open-webui-20261126T031500Z.tar.gz.age`: in alphabetical order the oldest comes first. */
export function backupName(namespace: string, created: Date): string {
  return `${namespace}-${created.toISOString().replace(/[-:]|\.\d+/g, "")}.tar.gz.age`;
}

/** Whether a backup of that Namespace has such a name: others' files are never counted nor removed. */
export function isBackupName(namespace: string, name: string): boolean {
  return name.startsWith(`${namespace}-`) && /^\d{8}T\d{6}Z\.tar\.gz\.age$/.test(name.slice(namespace.length + 1));
}

/**
 * Removes the oldest backups of a Namespace.
 * @param keep - how many stay
 * @returns the names of those that are gone
 */
export async function removeOld(store: BackupStore, namespace: string, keep: number): Promise<readonly string[]> {
  const names = (await store.list(namespace)).map(({ name }) => name);
  const old = names.slice(0, Math.max(0, names.length - keep));
  for (const name of old) await store.remove(name);
  return old;
}
