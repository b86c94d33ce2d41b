import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { FolderStore } from "../../../backup/stores/folder";
import { backupName, isBackupName, removeOld } from "../../../backup/stores/store";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";

const content = (value: string) => Readable.from([Buffer.from(value)]);

function failing(error: unknown): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.from("half");
      throw error;
    })(),
  );
}

describe("a folder of backups", () => {
  it("is made when it isn't there, and only its owner reads what is written", async () => {
    const folder = path.join(temporaryFolder(), "new", "backups");
    expect(await new FolderStore(folder).write("one.age", content("sealed"))).toBe(6);
    expect(readFileSync(path.join(folder, "one.age"), "utf8")).toBe("sealed");
    expect(statSync(path.join(folder, "one.age")).mode & 0o777).toBe(0o600);
  });

  it("gives back what was written", async () => {
    const store = new FolderStore(temporaryFolder());
    await store.write("one.age", content("sealed"));
    expect(await text(await store.read("one.age"))).toBe("sealed");
  });

  it("keeps no half of what fails", async () => {
    const folder = temporaryFolder();
    await expect(new FolderStore(folder).write("one.age", failing(new Error("source")))).rejects.toThrow("source");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("keeps no half when it is told to give up", async () => {
    const folder = temporaryFolder();
    const controller = new AbortController();
    const endless = Readable.from(
      (async function* () {
        yield Buffer.from("half");
        controller.abort(new Error("Interrupted."));
        await new Promise(() => {});
      })(),
    );
    const writing = new FolderStore(folder).write("one.age", endless, controller.signal);
    await expect(writing).rejects.toThrow("Interrupted.");
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ["ENOSPC", "the disk is full; nothing was kept. Make room, or choose another place."],
    ["EACCES", "this user may not do that."],
  ])("explains %s", async (code, words) => {
    const folder = temporaryFolder();
    const error = Object.assign(new Error(code), { code });
    await expect(new FolderStore(folder).write("one.age", failing(error))).rejects.toMatchObject({
      name: "BackupError",
      message: `${path.join(folder, "one.age")}: ${words}`,
    });
  });

  it("says what isn't there", async () => {
    const folder = temporaryFolder();
    await expect(new FolderStore(folder).read("one.age")).rejects.toThrow(`${folder}/one.age: it isn't there.`);
    await expect(new FolderStore(`${folder}/none`).list("chat")).rejects.toThrow(`${folder}/none: it isn't there.`);
  });

  it("lists a Namespace's backups, oldest first, and removes the oldest of them alone", async () => {
    const folder = temporaryFolder();
    const names = ["chat-20261126T031500Z", "chat-20261124T031500Z", "chat-20261125T031500Z"];
    for (const name of names) writeFile(folder, `${name}.tar.gz.age`, "sealed");
    const others = [
      "chat-two-20261101T031500Z.tar.gz.age",
      "chat-notes.txt",
      "chat-20261126T031500Z.tar.gz.age.partial",
    ];
    for (const name of others) writeFile(folder, name, "other");
    const store = new FolderStore(folder);
    expect(await store.list("chat")).toEqual([
      { name: "chat-20261124T031500Z.tar.gz.age", size: 6 },
      { name: "chat-20261125T031500Z.tar.gz.age", size: 6 },
      { name: "chat-20261126T031500Z.tar.gz.age", size: 6 },
    ]);
    expect(await removeOld(store, "chat", 2)).toEqual(["chat-20261124T031500Z.tar.gz.age"]);
    expect(await removeOld(store, "chat", 2)).toEqual([]);
    expect(readdirSync(folder).length).toBe(5);
  });
});

describe("a backup's name", () => {
  it("has the Namespace and the time", () => {
    const name = backupName("chat", new Date("2026-11-26T03:15:00.123Z"));
    expect(name).toBe("chat-20261126T031500Z.tar.gz.age");
    expect([isBackupName("chat", name), isBackupName("cha", name), isBackupName("chat-two", name)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
