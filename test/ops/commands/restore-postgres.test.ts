import { fails } from "../../support/fake-programs";
import { allStepsOf, backupId as id, runRestore as restore, start, stop } from "../../support/restore-command";

jest.setTimeout(60_000);

describe("restore of a stack with Postgres", () => {
  const other = "77b1f1a2-51f7-4c3f-8d49-0b5b1f7f9f11";
  const withPostgres = { kind: "postgres", config: { database: { kind: "postgres" } } } as const;
  const drop = (name: string) => `DROP DATABASE IF EXISTS open_webui_${name} WITH (FORCE)`;
  const received = `receive ${id} 8`;
  const discard = [drop("loading"), drop("loaded")];
  const begin = [...discard, "df", "CREATE DATABASE open_webui_loading", "pg_restore"];
  const load = [...begin, "ALTER DATABASE open_webui_loading RENAME TO open_webui_loaded"];
  const forth =
    "ALTER DATABASE open_webui RENAME TO open_webui_former; ALTER DATABASE open_webui_loaded RENAME TO open_webui";
  const back =
    "ALTER DATABASE open_webui RENAME TO open_webui_loaded; ALTER DATABASE open_webui_former RENAME TO open_webui";
  const end = ["swap", start, drop("former"), "finish"];

  it("loads the database beside the other while the chat goes on, and the files without it", async () => {
    const { exitCode, stdout, stderr, programs } = await restore(withPostgres);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("and 1 other files, 0.0 MiB; Secrets.\n");
    expect(allStepsOf(programs)).toEqual([...discard, received, ...load, ...stop, ...end]);
    expect(programs.calls().join("\n")).toContain(
      " pg_restore --exit-on-error --no-owner --dbname=open_webui_loading\n",
    );
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ["received", [], [...load, ...stop, ...end]],
    ["received", ["open_webui_loading"], [...load, ...stop, ...end]],
    ["received", ["open_webui_loaded"], [...stop, forth, ...end]],
    ["received", ["open_webui_former"], [...stop, ...end]],
    ["moving-in", ["open_webui_former"], [...stop, ...end]],
    ["swapped", [], [...stop, ...end]],
  ])("goes on after %s of the same backup, with %j", async (step, databases, steps) => {
    const answers = { "/app/backend/data state": { id, step } };
    const { exitCode, programs } = await restore({ ...withPostgres, answers, databases });
    expect({ exitCode, steps: allStepsOf(programs) }).toEqual({ exitCode: 0, steps });
  });

  it.each<[object | null, readonly string[], readonly string[]]>([
    [{ id: other, step: "received" }, ["open_webui_loaded"], discard],
    [{ id: other, step: "swapped" }, ["open_webui_former"], [drop("former"), "finish"]],
    [{ id: other, step: "received" }, ["open_webui_former"], [...stop, "undo", back, ...discard]],
    [{ id: other, step: "moving-out" }, ["open_webui_former"], [...stop, "undo", back, ...discard]],
    [{ id, step: "undoing-in" }, ["open_webui_former"], [...stop, "undo", back, ...discard]],
    [null, ["open_webui_former"], [...stop, back, ...discard]],
  ])("brings what was interrupted at %j with %j to its end, before its own", async (state, databases, steps) => {
    const answers = { "/app/backend/data state": state ?? "null" };
    const { programs } = await restore({ ...withPostgres, answers, databases });
    expect(allStepsOf(programs).slice(0, steps.length + 1)).toEqual([...steps, received]);
  });

  it("puts both back when Open WebUI doesn't start, the files first", async () => {
    const answers = {
      "get pod open-webui-0": fails("no such node"),
      "/app/backend/data state": { id, step: "swapped" },
    };
    const { exitCode, programs } = await restore({ ...withPostgres, answers, databases: ["open_webui_former"] });
    expect({ exitCode, steps: allStepsOf(programs) }).toEqual({
      exitCode: 1,
      steps: [...stop, "swap", start, ...stop, "undo", back, ...discard, start],
    });
  });

  it("leaves no half, and the chat alone, where Postgres fails in loading", async () => {
    const answers = { "pg_restore --": fails("pg_restore: error: no space\ncommand terminated with exit code 1\n") };
    const { exitCode, stderr, programs } = await restore({ ...withPostgres, answers });
    expect({ exitCode, stderr, steps: allStepsOf(programs) }).toEqual({
      exitCode: 1,
      stderr: "pg_restore: error: no space\n",
      steps: [...discard, received, ...begin, ...discard],
    });
  });

  it("refuses a database that has no room beside the other, before it is loaded", async () => {
    const answers = { "df --output=avail": "    Avail\n201000000\n" };
    const { exitCode, stderr, programs } = await restore({ ...withPostgres, answers });
    expect({ exitCode, stderr, steps: allStepsOf(programs) }).toEqual({
      exitCode: 1,
      stderr:
        "Postgres' volume has 191 MiB free, and the backup needs 192: what is there now stays beside it until the chat runs.\nnext: raise database.storage.size where the storage class can grow, and npm run deploy; nothing was changed\n",
      steps: [...discard, received, ...discard, "df"],
    });
  });
});
