import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { loadConfig, readText } from "../../../lib/config";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";

const projectFolder = process.cwd();
afterEach(() => process.chdir(projectFolder));

function folderWith(...files: readonly string[]): string {
  const folder = temporaryFolder();
  for (const file of files) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFile(folder, file, `${file}\n\n`);
  }
  return folder;
}

describe("readText", () => {
  it("reads a file beside the configuration, without the blanks at its end", () => {
    process.chdir(folderWith("prompts/a.md"));
    expect(readText("prompts/a.md", {})).toBe("prompts/a.md");
  });

  it("looks in the folder of the file that STACK_CONFIG names, and then in the project", () => {
    process.chdir(folderWith("a.md", "mine/a.md", "b.md"));
    const env = { STACK_CONFIG: "mine/stack.ts" };
    expect(readText("a.md", env)).toBe("mine/a.md");
    expect(readText("b.md", env)).toBe("b.md");
  });

  it("says which file isn't there, or isn't text", () => {
    const folder = temporaryFolder();
    process.chdir(folder);
    writeFileSync(path.join(folder, "picture.png"), Buffer.from([0x89, 0x50, 0xff]));
    expect(() => readText("prompts/a.md", {})).toThrow(
      'readText("prompts/a.md"): there is no such file; give its path from the configuration file\'s folder',
    );
    expect(() => readText("picture.png", {})).toThrow(
      'readText("picture.png"): the file isn\'t UTF-8 text; save it as UTF-8',
    );
  });

  it("is told by the configuration that calls it as a problem of its own", () => {
    const folder = temporaryFolder();
    process.chdir(folder);
    const index = path.join(projectFolder, "lib", "config");
    writeFile(
      folder,
      "stack.config.ts",
      `import { readText } from ${JSON.stringify(index)};\nexport default { host: readText("host.txt") };\n`,
    );
    expect(() => loadConfig({})).toThrow(
      /stack\.config\.ts: 1 problem; nothing was written\.\n {2}- can't be read: readText\("host\.txt"\): there is no such file/,
    );
  });
});
