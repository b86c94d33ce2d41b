import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { packArchive } from "../../backup/archive";
import { sealBackup, textEntry } from "../../backup/backup";
import { encrypt } from "../../backup/encryption";
import { type Manifest, parseManifest } from "../../backup/manifest";
import { openBackup } from "../../backup/open";
import { requireStrongPassphrase } from "../../backup/passphrase";

/** A guess costs a millisecond. */
const cheap = 8;
const passphrase = "seven black swans over a quiet lake";

const manifest: Manifest = {
  format: 1,
  id: "7b0f6d5e-8d3c-4a52-9d10-0a4b6d3f7c11",
  created: "2026-11-26T03:15:00Z",
  namespace: "open-webui",
  image: "ghcr.io/open-webui/open-webui:v0.11.4-slim",
  database: { kind: "sqlite", revision: "38d63c18f30f" },
  hasSecrets: true,
};

async function* entries() {
  yield textEntry("secrets.json", "{}");
  yield textEntry("database.sqlite", "tables");
}

describe("a backup", () => {
  it("comes back as it was", async () => {
    const sealed = await buffer(await sealBackup({ manifest, entries: entries() }, passphrase, cheap));
    const opened = await openBackup(Readable.from([sealed]), passphrase);
    const found: string[][] = [];
    for await (const { name, content } of opened.entries) found.push([name, await text(content)]);
    expect(opened.manifest).toEqual(manifest);
    expect(found).toEqual([
      ["secrets.json", "{}"],
      ["database.sqlite", "tables"],
    ]);
  });

  it.each([
    ["cut off", (sealed: Buffer) => sealed.subarray(0, sealed.length - 20)],
    ["changed", (sealed: Buffer) => Buffer.concat([sealed.subarray(0, -5), Buffer.from("other")])],
  ])("is refused when it was %s, as damaged", async (_, change) => {
    const sealed = await buffer(await sealBackup({ manifest, entries: entries() }, passphrase, cheap));
    const read = async () => {
      const opened = await openBackup(Readable.from([change(sealed)]), passphrase);
      for await (const { content } of opened.entries) await text(content);
    };
    await expect(read()).rejects.toMatchObject({ name: "BackupError", message: /^The backup is damaged: / });
  });

  it("begins with a manifest", async () => {
    const other = await encrypt(() => packArchive(entries()), passphrase, cheap);
    await expect(openBackup(other, passphrase)).rejects.toThrow(
      "This is no backup of this program: it doesn't begin with a manifest.",
    );
  });
});

describe("a manifest", () => {
  it.each([
    ["no JSON", "{", "The backup's manifest is no JSON."],
    ["empty", "null", /^The backup's manifest is wrong: : /],
    [
      "of a later version",
      JSON.stringify({ ...manifest, format: 2 }),
      "The backup has format 2; this version reads 1: use the version that made it.",
    ],
    [
      "incomplete",
      JSON.stringify({ ...manifest, database: { kind: "sqlite" } }),
      /^The backup's manifest is wrong: database\.revision: /,
    ],
  ])("is refused when it is %s", (_, text, message) => {
    expect(() => parseManifest(text)).toThrow(message);
  });
});

describe("a passphrase", () => {
  it.each([passphrase, "0123456789abcdef"])("is accepted: %s", (given) => {
    expect(() => requireStrongPassphrase(given)).not.toThrow();
  });

  it.each([
    ["", "got nothing"],
    ["short", "got 5 characters, 5 of them different"],
    ["abcabcabcabcabcabcabc", "got 21 characters, 3 of them different"],
  ])("is refused, and not repeated: %j", (given, got) => {
    expect(() => requireStrongPassphrase(given)).toThrow(
      `BACKUP_PASSPHRASE: ${got}; allowed: at least 16 characters, 8 of them different. Such as: openssl rand -base64 24`,
    );
  });
});
