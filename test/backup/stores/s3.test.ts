import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { S3Store } from "../../../backup/stores/s3";

/** As much of S3 as the store asks: PUT, GET, DELETE and a list, by path, such as `/bucket/key`. */
class FakeBucket {
  readonly objects = new Map<string, Buffer>();
  refuse = false;
  readonly server: Server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    const body = await buffer(request);
    if (this.refuse) {
      response.writeHead(403, { "content-type": "application/xml" });
      response.end("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
    } else if (searchParams.has("list-type")) {
      response.writeHead(200, { "content-type": "application/xml" }).end(this.list(searchParams.get("prefix") ?? ""));
    } else if (request.method === "PUT") {
      this.objects.set(pathname, body);
      response.writeHead(200, { etag: '"1"' }).end();
    } else if (request.method === "DELETE") {
      this.objects.delete(pathname);
      response.writeHead(204).end();
    } else if (this.objects.has(pathname)) {
      response.writeHead(200).end(this.objects.get(pathname));
    } else {
      response.writeHead(404, { "content-type": "application/xml" });
      response.end("<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>");
    }
  });

  private list(prefix: string): string {
    const found = [...this.objects].filter(([name]) => name.startsWith(`/my-bucket/${prefix}`));
    const contents = found.map(
      ([name, { length }]) =>
        `<Contents><Key>${name.slice("/my-bucket/".length)}</Key><Size>${length}</Size></Contents>`,
    );
    return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join("")}</ListBucketResult>`;
  }
}

let bucket: FakeBucket;
let store: S3Store;

beforeEach(async () => {
  process.env["AWS_ACCESS_KEY_ID"] = "test";
  process.env["AWS_SECRET_ACCESS_KEY"] = "test";
  bucket = new FakeBucket();
  bucket.server.listen(0, "127.0.0.1");
  await once(bucket.server, "listening");
  const endpoint = `http://127.0.0.1:${(bucket.server.address() as AddressInfo).port}`;
  store = new S3Store({ bucket: "my-bucket", prefix: "chat/", region: "eu-central-1", endpoint });
});

afterEach(() => {
  bucket.server.close();
});

const sealed = () => Readable.from([Buffer.from("sealed")]);
const name = "chat-20261126T031500Z.tar.gz.age";

describe("a bucket of backups", () => {
  it("takes a backup below its prefix and gives it back", async () => {
    expect(await store.write(name, sealed())).toBe(6);
    expect([...bucket.objects.keys()]).toEqual([`/my-bucket/chat/${name}`]);
    expect(await text(await store.read(name))).toBe("sealed");
    expect(store.where).toBe("s3://my-bucket/chat/");
  });

  it("lists a Namespace's backups, oldest first, and removes one", async () => {
    const older = name.replace("26T", "25T");
    for (const one of [name, older, "chat-notes.txt", "chat-two-20261126T031500Z.tar.gz.age"]) {
      await store.write(one, sealed());
    }
    expect(await store.list("chat")).toEqual([
      { name: older, size: 6 },
      { name, size: 6 },
    ]);
    await store.remove(older);
    expect(await store.list("chat")).toEqual([{ name, size: 6 }]);
  });

  it("keeps nothing of what fails, and tells why", async () => {
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from("half");
        throw new Error("the disk is gone");
      })(),
    );
    await expect(store.write(name, failing)).rejects.toThrow("the disk is gone");
    expect(bucket.objects.size).toBe(0);
  });

  it("keeps nothing when it is told to give up", async () => {
    const controller = new AbortController();
    const endless = new PassThrough();
    endless.write("half");
    setTimeout(() => controller.abort(new Error("Interrupted.")), 10);
    await expect(store.write(name, endless, controller.signal)).rejects.toThrow("Interrupted.");
    expect(bucket.objects.size).toBe(0);
  });

  it("tells what S3 refuses, in its words, and where", async () => {
    await expect(store.read("none.age")).rejects.toMatchObject({
      name: "BackupError",
      message: "s3://my-bucket/chat/none.age: NoSuchKey: The specified key does not exist.",
    });
    bucket.refuse = true;
    await expect(store.write(name, sealed())).rejects.toThrow("s3://my-bucket/chat/: AccessDenied: Access Denied");
    await expect(store.list("chat")).rejects.toThrow("s3://my-bucket/chat/: AccessDenied: Access Denied");
    await expect(store.remove(name)).rejects.toThrow(`s3://my-bucket/chat/${name}: AccessDenied: Access Denied`);
  });
});
