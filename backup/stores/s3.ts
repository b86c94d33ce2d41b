import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { DeleteObjectCommand, GetObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { BackupError } from "../error";
import { FolderStore } from "./folder";
import { type BackupStore, isBackupName, type StoredBackup } from "./store";

export interface S3Location {
  readonly bucket: string;
  /** What stands before a backup's name: empty, or ends with a slash. */
  readonly prefix: string;
}

export interface S3StoreOptions extends S3Location {
  readonly region: string;
  /** Of a server that isn't AWS's. @default AWS's, or `AWS_ENDPOINT_URL` */
  readonly endpoint?: string | undefined;
}

/** Two parts of 16 MiB are held in memory; 10,000 parts, which S3 takes at most, are 156 GiB. */
const parts = { partSize: 16 * 1024 * 1024, queueSize: 2 };

/** A bucket, with the credentials of whoever runs the program. */
export class S3Store implements BackupStore {
  readonly where: string;
  private readonly client: S3Client;
  private readonly bucket: string;
  private readonly prefix: string;

  constructor({ bucket, prefix, region, endpoint }: S3StoreOptions) {
    this.where = `s3://${bucket}/${prefix}`;
    this.bucket = bucket;
    this.prefix = prefix;
    this.client = new S3Client({
      region,
      // Other servers seldom have a host name per bucket, nor AWS's newer checksums: age's own are there.
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
  }

  async write(name: string, content: Readable, signal?: AbortSignal): Promise<number> {
    const folder = await mkdtemp(path.join(tmpdir(), "backup-"));
    try {
      // The network may be slower than the content.
      const aside = new FolderStore(folder);
      const size = await aside.write(name, content, signal);
      await this.upload(name, await aside.read(name), signal);
      return size;
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  private async upload(name: string, Body: Readable, signal: AbortSignal | undefined): Promise<void> {
    const upload = new Upload({ client: this.client, params: { ...this.object(name), Body }, ...parts });
    // It also tells S3 to forget the parts that were sent.
    const abort = () => void upload.abort();
    signal?.addEventListener("abort", abort);
    try {
      await upload.done();
    } catch (error) {
      signal?.throwIfAborted();
      throw this.explain(error);
    } finally {
      signal?.removeEventListener("abort", abort);
      Body.destroy();
    }
  }

  async read(name: string): Promise<Readable> {
    try {
      const { Body } = await this.client.send(new GetObjectCommand(this.object(name)));
      if (Body instanceof Readable) return Body;
    } catch (error) {
      throw this.explain(error, name);
    }
    throw new BackupError(`${this.where}${name}: S3 answered without a content.`);
  }

  async list(namespace: string): Promise<readonly StoredBackup[]> {
    const found: StoredBackup[] = [];
    try {
      const input = { Bucket: this.bucket, Prefix: `${this.prefix}${namespace}-` };
      for await (const { Contents = [] } of paginateListObjectsV2({ client: this.client }, input)) {
        for (const { Key = "", Size = 0 } of Contents) {
          const name = Key.slice(this.prefix.length);
          if (isBackupName(namespace, name)) found.push({ name, size: Size });
        }
      }
    } catch (error) {
      throw this.explain(error);
    }
    return found.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  async remove(name: string): Promise<void> {
    try {
      await this.client.send(new DeleteObjectCommand(this.object(name)));
    } catch (error) {
      throw this.explain(error, name);
    }
  }

  private object(name: string) {
    return { Bucket: this.bucket, Key: `${this.prefix}${name}` };
  }

  private explain(error: unknown, name = ""): unknown {
    if (!(error instanceof Error)) return error;
    const [text] = error.message.split("\n");
    return new BackupError(`${this.where}${name}: ${error.name === "Error" ? text : `${error.name}: ${text}`}`);
  }
}
