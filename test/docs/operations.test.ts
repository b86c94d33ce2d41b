import { readFileSync } from "node:fs";
import path from "node:path";
import { errorTexts } from "../../k8s/constructs/litellm/readable-errors";
import { bedrockErrors } from "../../lib/bedrock-errors";
import { codeBlocks, codeSpans, readPage, readPages, rowsUnder } from "./markdown";

describe("docs/operations.md", () => {
  const page = readPage("docs/operations.md");
  const texts = (text: string) => rowsUnder(text, "When a model doesn't answer").map((row) => row["In the chat"]);

  it("has every sentence that the chat shows when a model doesn't answer, with its cause and what to do", () => {
    expect(texts(page).sort()).toEqual(Object.values(errorTexts).sort());
    for (const row of rowsUnder(page, "When a model doesn't answer")) expect(Object.values(row)).not.toContain("");
  });

  it("would differ with another word", () => {
    const changed = page.replace(errorTexts.brokenOff, "The answer broke off. Ask once more.");
    expect(texts(changed).sort()).not.toEqual(Object.values(errorTexts).sort());
  });

  it("has every error that the commands explain, in their order and words", () => {
    expect(rowsUnder(page, "What Bedrock's errors mean")).toEqual(
      bedrockErrors.map(({ name, cause, fix }) => ({ Error: name, "What is behind it": cause, "What to do": fix })),
    );
  });
});

/** The npm scripts that a text tells people to run. */
function scriptsIn(text: string): readonly string[] {
  const commands = [...codeSpans(text), ...codeBlocks(text, "sh")].join("\n");
  return [...commands.matchAll(/npm run (?:-s )?([a-z][a-z0-9:-]*)/g)].map(([, script = ""]) => script);
}

describe("every page", () => {
  const { scripts } = JSON.parse(readFileSync(path.join(__dirname, "..", "..", "package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };

  it("names npm scripts that exist", () => {
    const named = [...readPages().values()].flatMap(scriptsIn);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
  });

  it("would name others", () => {
    expect(scriptsIn("`npm run -s dokter -- --json`")).toEqual(["dokter"]);
  });
});

describe("npm scripts of the commands", () => {
  it("are one per command, by its name", async () => {
    const main = readFileSync(path.join(__dirname, "..", "..", "ops", "main.ts"), "utf8");
    const commands = [...main.matchAll(/from "\.\/commands\/([a-z-]+)"/g)].map(([, name = ""]) => name);
    const { scripts } = JSON.parse(readFileSync(path.join(__dirname, "..", "..", "package.json"), "utf8"));
    expect(commands.length).toBeGreaterThanOrEqual(3);
    expect(commands.map((name) => scripts[name])).toEqual(
      commands.map((name) => `node -r tsx/cjs ops/main.ts ${name}`),
    );
  });
});
