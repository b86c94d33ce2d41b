import { createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BackupError } from "../error";
import { type BackupStore, isBackupName, type StoredBackup } from "./store";

const unfinished = ".partial";

/** A folder, be it of this machine or a volume. */
export class FolderStore implements BackupStore {
  readonly where: string;

  constructor(folder: string) {
    this.where = folder;
  }

  async write(name: string, content: Readable, signal?: AbortSignal): Promise<number> {
    const target = path.join(this.where, name);
    const aside = `${target}${unfinished}`;
    try {
      await mkdir(this.where, { recursive: true });
      const size = await writeFlushed(aside, content, signal);
      await rename(aside, target);
      await flush(this.where);
      return size;
    } catch (error) {
      content.destroy();
      await rm(aside, { force: true });
      signal?.throwIfAborted();
      throw explain(error, target);
    }
  }

  async read(name: string): Promise<Readable> {
    const file = path.join(this.where, name);
    try {
      return (await open(file)).createReadStream();
    } catch (error) {
      throw explain(error, file);
    }
  }

  async list(namespace: string): Promise<readonly StoredBackup[]> {
    const all = await readdir(this.where).catch((error: unknown) => {
      throw explain(error, this.where);
    });
    const names = all.filter((name) => isBackupName(namespace, name)).sort();
    return Promise.all(names.map(async (name) => ({ name, size: (await stat(path.join(this.where, name))).size })));
  }

  async remove(name: string): Promise<void> {
    await rm(path.join(this.where, name), { force: true });
  }
}

/** @returns bytes */
async function writeFlushed(name: string, content: Readable, signal: AbortSignal | undefined): Promise<number> {
  const target = createWriteStream(name, { mode: 0o600 });
  await (signal === undefined ? pipeline(content, target) : pipeline(content, target, { signal }));
  await flush(name);
  return target.bytesWritten;
}

/** Of a folder: a rename in it is on the disk only then. */
async function flush(name: string): Promise<void> {
  const file = await open(name);
  await file.sync().finally(() => file.close());
}

function explain(error: unknown, file: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOSPC":
      return new BackupError(`${file}: the disk is full; nothing was kept. Make room, or choose another place.`);
    case "ENOENT":
      return new BackupError(`${file}: it isn't there.`);
    case "EACCES":
    case "EROFS":
      return new BackupError(`${file}: this user may not do that.`);
    default:
      return error;
  }
}
