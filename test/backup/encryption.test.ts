import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { decrypt, encrypt } from "../../backup/encryption";

/** A guess costs a millisecond. */
const cheap = 8;
const passphrase = "correct horse battery staple";

/** "made by age", encrypted with this passphrase by `age --passphrase`, version 1.1.1. */
const madeByAge = Buffer.from(
  "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBXTDFnckdHbXhaMk9uOUY4ZDJ2TTBRIDE4Ck9GVGpsYWd5cmdVbzB1VmRicWg5KzRHMThM" +
    "NmpOZ0svbWNiSTdXandMREkKLS0tIDlJK3ZKYjMvbk9nQjJOL1FqMnNPM0JTaWhnN3JubUtlZWNNdktJTU5UbUUKwbBDfFwW/yQQkamdihqDcInZ" +
    "Ocf2yYs1Qwr0gRD8KYwnCMqh5lsjuHVxMw==",
  "base64",
);

const open = async (bytes: Buffer, secret = passphrase) => text(await decrypt(Readable.from([bytes]), secret));
const seal = async (plain: Buffer) => buffer(await encrypt(() => Readable.from([plain]), passphrase, cheap));

describe("encryption", () => {
  it("opens a file that age made", async () => {
    expect(await open(madeByAge)).toBe("made by age");
  });

  it("comes back as it was, in several chunks of age's 64 KiB", async () => {
    const plain = Buffer.alloc(200_000, "chat ");
    const sealed = await seal(plain);
    expect(sealed.includes("chat")).toBe(false);
    expect(await buffer(await decrypt(Readable.from([sealed]), passphrase))).toEqual(plain);
  });

  it("names its cost as age does: a guess takes 256 MiB and a second", async () => {
    expect((await buffer(await encrypt(() => Readable.from([]), passphrase))).toString("latin1")).toMatch(
      /^age-encryption\.org\/v1\n-> scrypt [\w+/]{22} 18\n/,
    );
  });

  it("reads nothing before the key is there", async () => {
    const opened = jest.fn(() => Readable.from([]));
    const sealing = encrypt(opened, passphrase, 12);
    await new Promise(setImmediate);
    expect(opened).not.toHaveBeenCalled();
    await buffer(await sealing);
    expect(opened).toHaveBeenCalledTimes(1);
  });

  it("is never the same twice", async () => {
    const [one, other] = [await seal(Buffer.from("x")), await seal(Buffer.from("x"))];
    expect(one).not.toEqual(other);
  });

  it("refuses another passphrase", async () => {
    await expect(open(madeByAge, `${passphrase}!`)).rejects.toThrow("This passphrase doesn't open the backup.");
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["another file", Buffer.from("PK\u0003\u0004 a zip file")],
    ["a file that is cut off in its head", madeByAge.subarray(0, 60)],
  ])("refuses %s", async (_, bytes) => {
    await expect(open(bytes)).rejects.toThrow(/^This is no backup, or its beginning is damaged: .+\.$/);
  });

  it.each([
    ["a factor that would take more than 1 GiB", " 18\n", " 21\n"],
    ["a factor that is no number", " 18\n", " 1x\n"],
    ["another kind of recipient", "-> scrypt ", "-> X25519 "],
  ])("refuses %s", async (_, from, to) => {
    const changed = Buffer.from(madeByAge.toString("latin1").replace(from, to), "latin1");
    await expect(open(changed)).rejects.toThrow("This passphrase doesn't open the backup.");
  });

  it("notices a changed byte and a missing end when they are read", async () => {
    const sealed = await seal(Buffer.alloc(200_000, "chat "));
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(150_000) ^ 1, 150_000);
    await expect(open(changed)).rejects.toThrow();
    await expect(open(sealed.subarray(0, sealed.length - 100))).rejects.toThrow();
    // At the border of a chunk.
    const head = sealed.length - 200_000 - 4 * 16;
    await expect(open(sealed.subarray(0, head + 2 * (65_536 + 16)))).rejects.toThrow();
  });

  it("fails with its source", async () => {
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from("x");
        throw new Error("the disk is gone");
      })(),
    );
    await expect(buffer(await encrypt(() => failing, passphrase, cheap))).rejects.toThrow("the disk is gone");
  });
});
