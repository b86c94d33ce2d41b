import { createReadStream, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { openBackup } from "../../../backup/open";
import { backUp } from "../../../backup/scheduled/main";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";

const created = "2026-11-26T03:15:00Z";
const newest = "open-webui-20261126T031500Z.tar.gz.age";

/** Folders as the CronJob's pod has them, after its first container. */
async function prepare(names: readonly string[]) {
  const folder = temporaryFolder();
  const [work, data, backups] = ["work", "data", "backups"].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [work, path.join(data, "uploads"), backups]) mkdirSync(each, { recursive: true });
  writeFile(work, "database.sqlite", "tables");
  const database = { kind: "sqlite", revision: "abc" };
  writeFile(work, "snapshot.json", JSON.stringify({ created, database, names }));
  const key = await generateX25519Identity();
  const settings = {
    namespace: "open-webui",
    image: "open-webui:v1",
    recipient: await identityToRecipient(key),
    keep: 2,
  };
  return { key, data, backups, settings: { ...settings, work, data, backups } };
}

async function contentOf(file: string, key: string) {
  const { manifest, entries } = await openBackup(createReadStream(file), key);
  const found: Record<string, string> = {};
  for await (const { name, content } of entries) found[name] = await text(content);
  return { manifest, found };
}

describe("the scheduled backup", () => {
  it("seals the database's copy and the files that are there, for the recipient's key alone", async () => {
    const { key, data, backups, settings } = await prepare(["uploads/a.txt", "uploads/empty", "uploads/deleted.txt"]);
    writeFile(data, "uploads/a.txt", "uploaded");
    writeFile(data, "uploads/empty", "");
    expect(JSON.parse(await backUp(settings))).toMatchObject({ name: newest, created, files: 3, removed: [] });
    const { manifest, found } = await contentOf(path.join(backups, newest), key);
    expect(manifest).toMatchObject({ created, namespace: "open-webui", image: "open-webui:v1", hasSecrets: false });
    expect(found).toEqual({ "database.sqlite": "tables", "data/uploads/a.txt": "uploaded", "data/uploads/empty": "" });
    const other = await generateX25519Identity();
    await expect(contentOf(path.join(backups, newest), other)).rejects.toThrow("This key doesn't open the backup.");
  });

  it("keeps the newest ones, and nothing of others", async () => {
    const { backups, settings } = await prepare([]);
    const old = ["open-webui-20261124T031500Z.tar.gz.age", "open-webui-20261125T031500Z.tar.gz.age"];
    for (const name of [...old, "notes.txt", "other-20200101T000000Z.tar.gz.age"]) writeFile(backups, name, "");
    expect(JSON.parse(await backUp(settings))).toMatchObject({ removed: [old[0]] });
    expect(readdirSync(backups).sort()).toEqual(["notes.txt", old[1], newest, "other-20200101T000000Z.tar.gz.age"]);
  });

  it("keeps all where the new one fails", async () => {
    const { backups, settings } = await prepare([]);
    writeFile(backups, "open-webui-20261124T031500Z.tar.gz.age", "");
    await expect(backUp({ ...settings, keep: 1, work: path.join(settings.work, "nowhere") })).rejects.toThrow("ENOENT");
    expect(readdirSync(backups)).toEqual(["open-webui-20261124T031500Z.tar.gz.age"]);
  });
});
