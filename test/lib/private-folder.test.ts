import { chmodSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ensurePrivateFolder } from "../../lib/private-folder";
import { readTree, temporaryFolder } from "../support/temporary-folder";

const projectFolder = process.cwd();
afterEach(() => process.chdir(projectFolder));

function mode(folder: string): string {
  return (statSync(folder).mode & 0o777).toString(8);
}

describe("ensurePrivateFolder", () => {
  it("makes a folder in the current one, for its owner only", () => {
    process.chdir(temporaryFolder());
    ensurePrivateFolder("state");
    expect(mode("state")).toBe("700");
  });

  it("makes the folder it is given, with the folders above it", () => {
    const folder = path.join(temporaryFolder(), "deep", "state");
    ensurePrivateFolder(folder);
    expect(mode(folder)).toBe("700");
  });

  it("makes it for its owner only whatever the umask", () => {
    const folder = path.join(temporaryFolder(), "state");
    const umask = process.umask(0o277);
    try {
      ensurePrivateFolder(folder);
    } finally {
      process.umask(umask);
    }
    expect(mode(folder)).toBe("700");
  });

  it.each([0o755, 0o777, 0o500])("tightens a folder of mode %o, and keeps what is in it", (before) => {
    const folder = path.join(temporaryFolder(), "state");
    mkdirSync(folder);
    writeFileSync(path.join(folder, "terraform.tfstate"), "{}");
    chmodSync(folder, before);
    ensurePrivateFolder(folder);
    expect(mode(folder)).toBe("700");
    expect(readTree(folder)).toEqual({ "terraform.tfstate": "{}" });
  });
});
