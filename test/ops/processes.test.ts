import { Failure } from "../../ops/failure";
import { runProcess } from "../../ops/processes";
import { temporaryFolder } from "../support/temporary-folder";

const node = (script: string) => ["-e", script];

async function failureOf(program: string, args: readonly string[]): Promise<Failure> {
  const reason = await runProcess(program, args).catch((error: unknown) => error);
  if (!(reason instanceof Failure)) throw new Error(`got ${reason}; expected a Failure.`);
  return reason;
}

describe("runProcess", () => {
  it("hands over what a program prints, and the input to it", async () => {
    const script = "process.stdin.pipe(process.stdout); console.error('aside')";
    expect(await runProcess(process.execPath, node(script), { input: "text" })).toEqual({
      code: 0,
      stdout: "text",
      stderr: "aside\n",
    });
  });

  it("runs it elsewhere, with added variables", async () => {
    const cwd = temporaryFolder();
    const script = "console.log(process.cwd(), process.env.ADDED, process.env.PATH.length > 0)";
    const { stdout } = await runProcess(process.execPath, node(script), { cwd, env: { ADDED: "yes" } });
    expect(stdout).toBe(`${cwd} yes true\n`);
  });

  it("takes other exit codes for an answer when told so", async () => {
    expect(await runProcess(process.execPath, node("process.exit(2)"), { accept: [0, 2] })).toMatchObject({ code: 2 });
  });

  it.each([
    ["its error output", "console.error(' no such pod '); process.exit(3)", "no such pod"],
    ["else its output", "console.log('no changes'); process.exit(1)", "no changes"],
  ])("fails with the program's own words: %s", async (_, script, words) => {
    const { message, exitCode } = await failureOf(process.execPath, node(script));
    expect({ message, exitCode }).toEqual({
      message: `${process.execPath} -e ${script} failed: ${words}`,
      exitCode: 1,
    });
  });

  it("survives a program that doesn't read its input", async () => {
    const input = "x".repeat(1_000_000);
    expect(await runProcess(process.execPath, node("process.exit(0)"), { input })).toMatchObject({ code: 0 });
  });

  it("tells of a program that something else ended", async () => {
    const { message } = await failureOf(process.execPath, node("process.kill(process.pid, 'SIGKILL')"));
    expect(message).toBe(`${process.execPath} was ended by SIGKILL.`);
  });

  it("tells of a program that isn't there, and where it comes from", async () => {
    const before = process.env["PATH"];
    process.env["PATH"] = temporaryFolder();
    const known = await failureOf("kubectl", []);
    const unknown = await failureOf("nobody-has-this", []);
    process.env["PATH"] = before;
    expect([known.message, known.next]).toEqual([
      "kubectl isn't installed, or not on the PATH.",
      "install it: https://kubernetes.io/docs/tasks/tools/",
    ]);
    expect([unknown.message, unknown.next]).toEqual([
      "nobody-has-this isn't installed, or not on the PATH.",
      undefined,
    ]);
  });
});
