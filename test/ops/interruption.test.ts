import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { previewNamespace } from "../../lib/preview";
import { project } from "../support/command-line";
import { Ending, FakePrograms } from "../support/fake-programs";

const preview = { metadata: { labels: { "app.kubernetes.io/part-of": "open-webui-bedrock" } } };

/** Starts the removal of a preview whose first step takes its time, and interrupts it there. */
async function interrupt(times: number, seconds: number) {
  const programs = new FakePrograms({
    kubectl: {
      "current-context": "kind-test",
      "config view": "https://127.0.0.1:6443",
      "get namespace": preview,
      "delete deployments": new Ending({ seconds }),
    },
  });
  const args = ["-r", require.resolve("tsx/cjs"), "ops/main.ts", "preview", "--down", "--yes"];
  const child = spawn(process.execPath, args, { cwd: project, env: { PATH: programs.path() }, detached: true });
  const ended = Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
  while (!programs.calls().some((call) => call.includes("delete"))) await sleep(50);
  await sleep(200);
  for (let time = 0; time < times; time++) {
    // As a terminal does: the whole group is told.
    process.kill(-(child.pid ?? 0), "SIGINT");
    await sleep(100);
  }
  const [[code], stdout, stderr] = await ended;
  return { code, stdout, stderr, calls: programs.calls() };
}

describe("Ctrl-C", () => {
  it("is told once to the program that runs, waits for its end, and begins nothing more", async () => {
    const { code, stderr, calls } = await interrupt(1, 1.5);
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr: "Interrupted.\nnext: run the same command again: it goes on where this one stopped\n",
    });
    expect(calls.filter((call) => call.includes("SIGINT"))).toEqual(["kubectl SIGINT"]);
    expect(calls.at(-1)).toBe("kubectl SIGINT");
    expect(calls).not.toContainEqual(expect.stringContaining(`delete namespace ${previewNamespace}`));
  }, 30_000);

  it("ends at once the second time", async () => {
    const start = Date.now();
    const { code, stdout } = await interrupt(2, 25);
    expect({ code, stdout: stdout.includes("Removed.") }).toEqual({ code: 130, stdout: false });
    expect(Date.now() - start).toBeLessThan(25_000);
  }, 60_000);
});
