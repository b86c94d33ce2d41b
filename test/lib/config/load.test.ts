import { mkdirSync } from "node:fs";
import { ConfigError, explainConfigErrors, loadConfig } from "../../../lib/config";
import { project, runProgram } from "../../support/command-line";
import { loadExample } from "../../support/examples";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";

const valid = `export default {
  host: "chat.example.com",
  models: { "nova-lite": { model: "amazon.nova-lite-v1:0" } },
  openWebUi: { auth: { kind: "accounts", owner: "you@example.com" } as const },
};
`;

const projectFolder = process.cwd();
afterEach(() => process.chdir(projectFolder));

/** The error with which a configuration file is refused. */
function refuse(env: NodeJS.ProcessEnv): ConfigError {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

describe("loadConfig", () => {
  it("reads stack.config.ts of the current folder", () => {
    const folder = temporaryFolder();
    writeFile(folder, "stack.config.ts", valid);
    process.chdir(folder);
    expect(loadConfig({}).host).toBe("chat.example.com");
  });

  it("takes an empty STACK_CONFIG for none", () => {
    const folder = temporaryFolder();
    writeFile(folder, "stack.config.ts", valid);
    process.chdir(folder);
    expect(loadConfig({ STACK_CONFIG: "" }).host).toBe("chat.example.com");
  });

  it("reads the file that STACK_CONFIG names, relative to the current folder", () => {
    process.chdir(project);
    expect(loadConfig({ STACK_CONFIG: "examples/family.ts" })).toEqual(loadExample("family"));
  });

  it("reads the file that STACK_CONFIG names by an absolute path", () => {
    const file = writeFile(temporaryFolder(), "mine.ts", valid.replace("chat.example", "mine.example"));
    expect(loadConfig({ STACK_CONFIG: file }).host).toBe("mine.example.com");
  });

  it("looks STACK_CONFIG up in the process's environment", () => {
    const file = writeFile(temporaryFolder(), "mine.ts", valid.replace("chat.example", "env.example"));
    const before = process.env["STACK_CONFIG"];
    process.env["STACK_CONFIG"] = file;
    try {
      expect(loadConfig().host).toBe("env.example.com");
    } finally {
      if (before === undefined) delete process.env["STACK_CONFIG"];
      else process.env["STACK_CONFIG"] = before;
    }
  });

  it("loads what the project itself deploys", () => {
    process.chdir(project);
    expect(loadConfig({}).models.length).toBeGreaterThan(0);
  });

  it("takes the state of the access keys from the file that is named as the user", () => {
    const folder = temporaryFolder();
    process.chdir(folder);
    writeFile(folder, "stack.config.ts", valid.replace("models:", 'aws: { userName: "my-chat" },\n  models:'));
    expect(loadConfig({}).accessKeys).toEqual({ inUse: "a", a: { status: "Active" } });
    mkdirSync("access-keys");
    const b = { status: "Active", created: "2026-01-02T03:04:05Z" };
    writeFile(folder, "access-keys/other-chat.json", JSON.stringify({ inUse: "a" }));
    writeFile(folder, "access-keys/my-chat.json", JSON.stringify({ inUse: "b", b }));
    expect(loadConfig({}).accessKeys).toEqual({ inUse: "b", b });
    writeFile(folder, "access-keys/my-chat.json", JSON.stringify({ inUse: "a", b }));
    expect(refuse({}).message).toBe(
      'access-keys/my-chat.json: 1 problem; nothing was written.\n  - inUse: got "a", a slot without a key; allowed: one with an active key.',
    );
  });

  it("tells that there is no stack.config.ts", () => {
    process.chdir(temporaryFolder());
    expect(refuse({}).message).toBe(
      "stack.config.ts: 1 problem; nothing was written.\n  - there is no such file; create it, or name another one: STACK_CONFIG=examples/minimal.ts.",
    );
  });

  it("tells that the file which STACK_CONFIG names is missing, by the name that was given", () => {
    expect(refuse({ STACK_CONFIG: "examples/none.ts" }).message).toBe(
      "examples/none.ts: 1 problem; nothing was written.\n  - there is no such file; create it, or name another one: STACK_CONFIG=examples/minimal.ts.",
    );
  });

  it("tells that a file exports nothing by default", () => {
    process.chdir(temporaryFolder());
    writeFile(process.cwd(), "named.ts", "export const config = {};\n");
    expect(refuse({ STACK_CONFIG: "named.ts" }).message).toBe(
      "named.ts: 1 problem; nothing was written.\n  - exports nothing by default; write: export default defineConfig({ ... }).",
    );
  });

  it("tells the problems of what a file exports under the file's name", () => {
    process.chdir(temporaryFolder());
    writeFile(process.cwd(), "bad.ts", valid.replace("chat.example.com", "https://chat.example.com"));
    expect(refuse({ STACK_CONFIG: "bad.ts" }).message).toBe(
      'bad.ts: 1 problem; nothing was written.\n  - host: got "https://chat.example.com"; allowed: a DNS name in lower case without scheme, port or path, such as "chat.example.com".',
    );
  });

  it("tells with which error a file ends, without the machine's path", () => {
    const folder = temporaryFolder();
    process.chdir(folder);
    writeFile(folder, "throws.ts", "throw new Error('no price list at ' + __dirname + '/prices.json');\n");
    expect(refuse({ STACK_CONFIG: "throws.ts" }).message).toBe(
      "throws.ts: 1 problem; nothing was written.\n  - can't be read: no price list at prices.json",
    );
  });

  it("tells which module a file lacks, without the way to it", () => {
    process.chdir(temporaryFolder());
    writeFile(process.cwd(), "lacks.ts", "throw new Error(\"Cannot find module './x'\\nRequire stack:\\n- a.ts\");\n");
    expect(refuse({ STACK_CONFIG: "lacks.ts" }).message).toBe(
      "lacks.ts: 1 problem; nothing was written.\n  - can't be read: Cannot find module './x'",
    );
  });

  it("tells with which text a file ends that throws no Error", () => {
    process.chdir(temporaryFolder());
    writeFile(process.cwd(), "throws.ts", 'throw "out of luck\\n";\n');
    expect(refuse({ STACK_CONFIG: "throws.ts" }).message).toBe(
      "throws.ts: 1 problem; nothing was written.\n  - can't be read: out of luck",
    );
  });

  it("tells where a file doesn't parse, in the words of the loader that users have", async () => {
    const folder = temporaryFolder();
    writeFile(folder, "broken.ts", 'export default {\n  host = "chat.example.com",\n};\n');
    const load = writeFile(
      folder,
      "program.ts",
      `import { explainConfigErrors, loadConfig } from ${JSON.stringify(`${project}/lib/config`)};\nexplainConfigErrors(() => loadConfig());\n`,
    );
    const run = await runProgram(load, folder, { STACK_CONFIG: "broken.ts" });
    expect(run).toEqual({
      exitCode: 1,
      stdout: "",
      stderr:
        'broken.ts: 1 problem; nothing was written.\n  - can\'t be read: Transform failed with 1 error:\nbroken.ts:2:7: ERROR: Unexpected "="\n',
    });
  }, 30_000);
});

describe("explainConfigErrors", () => {
  const exitCodeBefore = process.exitCode;
  const written: string[] = [];
  beforeEach(() => {
    process.exitCode = 0;
    written.length = 0;
    jest.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = exitCodeBefore;
  });

  it("runs the program once, and neither writes nor changes the exit code", () => {
    const run = jest.fn();
    explainConfigErrors(run);
    expect(run).toHaveBeenCalledTimes(1);
    expect(written).toEqual([]);
    expect(process.exitCode).toBe(0);
  });

  it("writes a configuration error's message on standard error, and sets exit code 1", () => {
    explainConfigErrors(() => {
      throw new ConfigError("stack.config.ts", [{ path: "host", message: "is missing; give text." }]);
    });
    expect(written).toEqual(["stack.config.ts: 1 problem; nothing was written.\n  - host: is missing; give text.\n"]);
    expect(process.exitCode).toBe(1);
  });

  it("passes any other error through", () => {
    const defect = new TypeError("undefined is not a function");
    expect(() =>
      explainConfigErrors(() => {
        throw defect;
      }),
    ).toThrow(defect);
    expect(written).toEqual([]);
    expect(process.exitCode).toBe(0);
  });
});
