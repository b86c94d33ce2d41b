import { logsCommand } from "../../../ops/commands/logs";
import { runProgram } from "../../support/command-line";
import { minimal } from "../../support/config-input";
import { type Answers, FakePrograms, fails } from "../../support/fake-programs";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";

const pod = (name: string, restartCount = 0) => ({
  metadata: { name },
  status: { containerStatuses: [{ ready: true, restartCount, state: {} }] },
});
const one = { items: [pod("litellm-1")] };
const two = { items: [pod("litellm-1"), pod("litellm-2", 3)] };

async function logs(answers: Answers, ...args: readonly string[]) {
  const context = { "config current-context": "k3s", "config view": "https://192.0.2.7:6443" };
  const programs = new FakePrograms({ kubectl: { "logs ": "a line\n", ...context, ...answers } });
  const folder = temporaryFolder();
  writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(minimal)};`);
  const run = await runProgram("ops/main.ts", folder, { PATH: programs.path() }, ["logs", ...args]);
  const calls = programs.calls().filter((call) => call.startsWith("kubectl logs"));
  return { ...run, calls, changes: programs.changes() };
}

jest.setTimeout(30_000);

describe("logs", () => {
  it("prints the last lines of a component, and nothing else", async () => {
    const { exitCode, stdout, stderr, calls, changes } = await logs({ "get pods": one }, "litellm");
    expect({ exitCode, stdout, stderr, changes }).toEqual({ exitCode: 0, stdout: "a line\n", stderr: "", changes: [] });
    expect(calls).toEqual(["kubectl logs -n open-webui -l app=litellm --tail=200"]);
  });

  it.each([
    [["--follow"], "--tail=200 --follow --max-log-requests=50"],
    [["--since", "1h30m"], "--tail=-1 --since=1h30m"],
    [["--since", "10m", "--tail", "5"], "--tail=5 --since=10m"],
  ])("hands %j on", async (args, handedOn) => {
    const { calls } = await logs({ "get pods": one }, "redis", ...args);
    expect(calls).toEqual([`kubectl logs -n open-webui -l app=open-webui-redis ${handedOn}`]);
  });

  it("tells the pods apart where there are several", async () => {
    const { calls } = await logs({ "get pods": two }, "litellm");
    expect(calls).toEqual(["kubectl logs -n open-webui -l app=litellm --tail=200 --prefix"]);
  });

  it("looks at the pods alone that were started again, for the time before", async () => {
    const { calls } = await logs({ "get pods": two }, "litellm", "--previous");
    expect(calls).toEqual(["kubectl logs -n open-webui litellm-2 --tail=200 --previous --prefix"]);
  });

  it.each<[string, Answers, string[], string]>([
    [
      "there is no pod",
      { "get pods": { items: [] } },
      [],
      "There is no pod of litellm in Namespace open-webui on k3s (https://192.0.2.7:6443).\nnext: npm run status\n",
    ],
    [
      "there was no time before",
      { "get pods": one },
      ["--previous"],
      "No container of litellm was started again: there is no log of a time before.\nnext: npm run logs -- litellm\n",
    ],
    [
      "kubectl fails, after its own words",
      { "get pods": one, "logs ": fails("container is waiting to start\n") },
      [],
      "container is waiting to start\nThe log couldn't be read.\nnext: npm run status\n",
    ],
  ])("fails when %s", async (_, answers, args, message) => {
    const { exitCode, stdout, stderr } = await logs(answers, "litellm", ...args);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 1, stdout: "", stderr: message });
  });

  it.each([
    [["nginx"], "Allowed choices are litellm, open-webui, redis, postgres"],
    [["litellm", "--since", "1d"], "Allowed: such as 30s, 10m or 2h."],
    [["litellm", "--tail", "all"], "Allowed: a number of lines."],
    [["litellm", "--previous", "--follow"], "cannot be used with option '-f, --follow'"],
  ])("refuses %j", async (args, message) => {
    const command = logsCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    await expect(command.parseAsync(args, { from: "user" })).rejects.toThrow(message);
  });
});
