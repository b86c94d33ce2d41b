import { spawnSync } from "node:child_process";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { gunzipSync, gzipSync } from "node:zlib";
import { type ArchiveEntry, packArchive, readArchive } from "../../backup/archive";
import { textEntry } from "../../backup/backup";
import { temporaryFolder, writeFile } from "../support/temporary-folder";

const files = { "one.txt": "first", "data/größe.txt": "second", "data/line\nbreak": "third", empty: "" };

async function* entriesOf(contents: Readonly<Record<string, string>>): AsyncGenerator<ArchiveEntry> {
  for (const [name, content] of Object.entries(contents)) yield textEntry(name, content);
}

function packed(): Promise<Buffer> {
  return buffer(packArchive(entriesOf(files)));
}

async function unpack(archive: Buffer): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for await (const { name, content } of readArchive(Readable.from([archive]))) found[name] = await text(content);
  return found;
}

describe("an archive", () => {
  it("comes back as it was", async () => {
    expect(await unpack(await packed())).toEqual(files);
  });

  it("is read past what nobody wants to read", async () => {
    const names: string[] = [];
    for await (const { name } of readArchive(Readable.from([await packed()]))) names.push(name);
    expect(names).toEqual(Object.keys(files));
  });

  it("is what tar and sha256sum read", async () => {
    const folder = temporaryFolder();
    const archive = await buffer(packArchive(entriesOf({ "one.txt": "first", "two.txt": "second" })));
    writeFile(folder, "archive.tar", gunzipSync(archive).toString("latin1"));
    expect(spawnSync("tar", ["-xf", "archive.tar"], { cwd: folder }).status).toBe(0);
    const { stdout } = spawnSync("sha256sum", ["--check", "SHA256SUMS"], { cwd: folder, encoding: "utf8" });
    expect(stdout).toBe("one.txt: OK\ntwo.txt: OK\n");
  });

  it("isn't whole when it was cut off, be it between two files", async () => {
    const tar = gunzipSync(await packed());
    // A header and a block of content.
    const first = gzipSync(Buffer.concat([tar.subarray(0, 1024), Buffer.alloc(1024)]));
    await expect(unpack(first)).rejects.toThrow("The backup is damaged: its end is missing.");
    const archive = await packed();
    await expect(unpack(archive.subarray(0, archive.length / 2))).rejects.toThrow(
      "The backup is damaged: unexpected end of file.",
    );
  });

  it("isn't whole when a byte was changed", async () => {
    const tar = gunzipSync(await packed());
    tar.write("worst", tar.indexOf("first"));
    await expect(unpack(gzipSync(tar))).rejects.toThrow("The backup is damaged: the checksums differ.");
  });

  it("fails with its source", async () => {
    async function* failing(): AsyncGenerator<ArchiveEntry> {
      yield textEntry("one.txt", "first");
      throw new Error("the disk is gone");
    }
    await expect(buffer(packArchive(failing()))).rejects.toThrow("the disk is gone");
  });

  it("fails when a content has another size than it was said to have", async () => {
    async function* wrong(): AsyncGenerator<ArchiveEntry> {
      yield { name: "one.txt", size: 10, content: Readable.from([Buffer.from("short")]) };
    }
    await expect(buffer(packArchive(wrong()))).rejects.toThrow("Size mismatch");
  });
});
