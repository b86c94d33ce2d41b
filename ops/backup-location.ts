import { statSync } from "node:fs";
import path from "node:path";
import { FolderStore } from "../backup/stores/folder";
import { S3Store } from "../backup/stores/s3";
import type { BackupStore } from "../backup/stores/store";
import type { StackConfig } from "../lib/config";
import { Failure } from "./failure";

/** Where a backup is, or is to be. */
export interface BackupLocation {
  readonly store: BackupStore;
  /** Undefined for a place that may hold several. */
  readonly name: string | undefined;
}

/**
 * Reads what people write: a folder (it ends with `/`, or is there), a file, or `s3://BUCKET/PREFIX/` or
 * `s3://BUCKET/KEY`.
 */
export function parseLocation(text: string, config: StackConfig): BackupLocation {
  if (text.startsWith("s3://")) return parseBucket(text, config);
  if (/^[a-z][a-z0-9+.-]*:\/\//.test(text)) {
    throw new Failure(`${text}: no place for backups; allowed: a folder, a file, or s3://BUCKET/PREFIX/.`);
  }
  if (text.endsWith("/") || statSync(text, { throwIfNoEntry: false })?.isDirectory()) {
    return { store: new FolderStore(text), name: undefined };
  }
  return { store: new FolderStore(path.dirname(text)), name: path.basename(text) };
}

function parseBucket(text: string, { aws }: StackConfig): BackupLocation {
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(text) ?? [];
  if (bucket === "") throw new Failure(`${text}: names no bucket; allowed: s3://BUCKET/PREFIX/ or s3://BUCKET/KEY.`);
  const prefix = key.slice(0, key.lastIndexOf("/") + 1);
  const name = key.slice(prefix.length);
  const region = process.env["AWS_REGION"] || aws.region;
  return { store: new S3Store({ bucket, prefix, region }), name: name === "" ? undefined : name };
}

/** For people, and to be read by {@link parseLocation} again. */
export function formatLocation(store: BackupStore, name: string): string {
  return store.where.startsWith("s3://") ? `${store.where}${name}` : path.join(store.where, name);
}

/** 1 MiB is 1,048,576 bytes. */
export function formatMebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
