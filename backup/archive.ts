import { createHash } from "node:crypto";
import { type Readable, Transform, type TransformCallback } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { isNativeError } from "node:util/types";
import { createGunzip, createGzip } from "node:zlib";
import { extract, type Pack, pack } from "tar-stream";
import { BackupError } from "./error";

/** A file of an archive. */
export interface ArchiveEntry {
  readonly name: string;
  /** Bytes; the content has exactly so many. */
  readonly size: number;
  readonly content: Readable;
}

/** The last file of each archive, as `sha256sum --check` reads it: an archive without it was cut off. */
const checksumsFile = "SHA256SUMS";

/** A compressed tar file, made while it is read. It ends with a checksum of each entry. */
export function packArchive(entries: AsyncIterable<ArchiveEntry>): Readable {
  const tar = pack();
  const gzip = createGzip();
  const stop = (error: unknown) => void gzip.destroy(toError(error));
  pipeline(tar, gzip).catch(stop);
  packEntries(tar, entries).catch(stop);
  return gzip;
}

async function packEntries(tar: Pack, entries: AsyncIterable<ArchiveEntry>): Promise<void> {
  const checksums: string[] = [];
  for await (const { name, size, content } of entries) {
    const hashing = new Hashing();
    await pipeline(content, hashing, tar.entry({ name, size }));
    checksums.push(formatChecksum(name, hashing.digest()));
  }
  tar.entry({ name: checksumsFile }, checksums.join(""));
  tar.finalize();
}

/**
 * Reads an archive entry by entry; what of a content isn't read is skipped. Only at the end is it certain that nothing
 * is missing.
 * @throws BackupError when the archive is damaged or was cut off
 */
export async function* readArchive(archive: Readable): AsyncGenerator<ArchiveEntry> {
  const tar = createGunzip();
  // Hands errors on, and is told by the loop.
  pipeline(archive, tar).catch(() => undefined);
  const found: string[] = [];
  let expected: string | undefined;
  try {
    for await (const { name, size, content } of readTar(tar)) {
      if (name === checksumsFile) {
        expected = await text(content);
        continue;
      }
      const hashing = new Hashing(explainDamage);
      const reading = pipeline(content, hashing);
      reading.catch(() => undefined);
      yield { name, size, content: hashing };
      hashing.resume();
      await reading;
      found.push(formatChecksum(name, hashing.digest()));
    }
  } catch (error) {
    throw explainDamage(error);
  }
  if (expected === undefined) throw new BackupError("The backup is damaged: its end is missing.");
  if (expected !== found.join("")) throw new BackupError("The backup is damaged: the checksums differ.");
}

/** The files of a tar file. Each content has to be read before the next one comes. */
export async function* readTar(tar: Readable): AsyncGenerator<ArchiveEntry> {
  const entries = extract();
  const feeding = pipeline(tar, entries);
  // Told by the loop, too.
  feeding.catch(() => undefined);
  try {
    for await (const entry of entries) {
      const { name, size = 0 } = entry.header;
      yield { name, size, content: entry };
    }
    await feeding;
  } finally {
    tar.destroy();
  }
}

/** As `sha256sum` writes it, also of a name with a line break. */
function formatChecksum(name: string, digest: string): string {
  const escaped = name.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return `${escaped === name ? "" : "\\"}${digest}  ${escaped}\n`;
}

function toError(error: unknown): Error {
  return isNativeError(error) ? error : new Error(String(error));
}

/** In place of what gzip, tar and age say: these don't name the backup. */
function explainDamage(error: unknown): Error {
  return error instanceof BackupError ? error : new BackupError(`The backup is damaged: ${toError(error).message}.`);
}

/** Lets everything pass. */
class Hashing extends Transform {
  private readonly hash = createHash("sha256");
  private readonly explain: (error: Error) => Error;

  constructor(explain = (error: Error) => error) {
    super();
    this.explain = explain;
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.hash.update(chunk);
    done(undefined, chunk);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    done(error === null ? null : this.explain(error));
  }

  digest(): string {
    return this.hash.digest("hex");
  }
}
