import { spawnSync } from "node:child_process";
import { bundleProgram } from "../../lib/bundle";

const programs = ["backup/scheduled/main.ts", "provisioner/main.ts", "simulator/main.ts"];

/** But for line breaks and tabs, what YAML refuses. */
const control = /[^\t\n\r\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\ud800-\udfff]/;

describe("a bundled program", () => {
  it.each(programs)("is one program that fits a ConfigMap and YAML: %s", (entryPoint) => {
    const program = bundleProgram(entryPoint);
    expect(program.length).toBeGreaterThan(1000);
    expect(program.length).toBeLessThan(500_000);
    expect(control.exec(program)?.[0]).toBeUndefined();
    expect(spawnSync(process.execPath, ["--check", "-"], { input: program, encoding: "utf8" })).toMatchObject({
      status: 0,
      stderr: "",
    });
    expect(program).not.toContain(process.cwd());
  });

  it("would be noticed with a control character", () => {
    expect(control.test("a\u007fb")).toBe(true);
  });

  it("is none without a file", () => {
    expect(() => bundleProgram("nowhere/main.ts")).toThrow("nowhere/main.ts");
  });
});
