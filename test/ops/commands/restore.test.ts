import { externalPostgres } from "../../support/config-input";
import { fails } from "../../support/fake-programs";
import { deployedImage, deployedRevision } from "../../support/fake-stack";
import {
  backupId as id,
  newestBackup as newest,
  type RestoreScenario,
  runRestore as restore,
  backupSecrets as secrets,
  start,
  stepsOf,
  stop,
} from "../../support/restore-command";

const receive = `receive ${id} 14`;
const exchange = [...stop, "swap", start, "finish"];

jest.setTimeout(60_000);

describe("restore", () => {
  it("sends the newest backup while the chat goes on, exchanges the data while it stands still, and starts it", async () => {
    const { exitCode, stdout, stderr, programs } = await restore();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stepsOf(programs)).toEqual([receive, ...exchange]);
    expect(stdout).toContain(
      `${newest}: the database of open-webui at 2026-11-26T03:15:00Z and 1 other files, 0.0 MiB; Secrets.\nMade with ${deployedImage}.\n`,
    );
    expect(stdout).toMatch(/\nnext: npm run verify\n$/);
    expect(programs.input()).not.toContain("Secret");
  });

  it("only reads with --check, and needs no cluster", async () => {
    const { exitCode, stdout, stderr, programs } = await restore({ args: ["--check", "--json"] });
    expect({ exitCode, stderr, calls: programs.calls() }).toEqual({ exitCode: 0, stderr: "", calls: [] });
    expect(JSON.parse(stdout)).toEqual({
      place: newest,
      created: "2026-11-26T03:15:00Z",
      namespace: "open-webui",
      image: deployedImage,
      revision: deployedRevision,
      size: 14,
      files: 1,
      secrets: true,
      next: `npm run restore -- ${newest}`,
    });
  });

  it("puts the Secrets back with --secrets, prints none, and says which pods have to start again", async () => {
    const { exitCode, stdout, programs } = await restore({ args: ["--yes", "--secrets"] });
    expect(exitCode).toBe(0);
    expect(programs.input()).toContain(secrets);
    expect(programs.calls().at(-1)).toBe("kubectl apply --server-side --force-conflicts -n open-webui -f -");
    expect(stdout).not.toContain("b2YtbGl0ZWxsbQ==");
    expect(stdout).toContain(
      "next: kubectl -n open-webui rollout restart deployment/litellm deployment/open-webui-redis;",
    );
  });

  it.each(["moving-out", "swapped"])("goes on after %s of the same backup", async (step) => {
    const { exitCode, programs } = await restore({ answers: { "/app/backend/data state": { id, step } } });
    expect(exitCode).toBe(0);
    expect(stepsOf(programs)).toEqual(exchange);
  });

  it.each<[string, readonly string[]]>([
    ["received", []],
    ["moving-in", [...stop, "undo"]],
    ["swapped", ["finish"]],
  ])("brings another backup's restore to its end after %s, before its own", async (step, end) => {
    const state = { id: "77b1f1a2-51f7-4c3f-8d49-0b5b1f7f9f11", step };
    const { exitCode, programs } = await restore({ answers: { "/app/backend/data state": state } });
    expect(exitCode).toBe(0);
    expect(stepsOf(programs)).toEqual([...end, receive, ...exchange]);
  });

  it("undoes its own that was being undone, before it begins anew", async () => {
    const { programs } = await restore({ answers: { "/app/backend/data state": { id, step: "undoing-in" } } });
    expect(stepsOf(programs)).toEqual([...stop, "undo", receive, ...exchange]);
  });

  it("puts back what was there before when Open WebUI doesn't start", async () => {
    const { exitCode, programs } = await restore({ answers: { "get pod open-webui-0": fails("no such node") } });
    expect(exitCode).toBe(1);
    expect(stepsOf(programs)).toEqual([receive, ...stop, "swap", start, ...stop, "undo", start]);
  });

  it("tells why the backup wasn't taken in the pod's own words, and leaves the chat alone", async () => {
    const words =
      "The volume has 3 MiB free, and the backup needs 64: what is there now stays beside it until the chat runs.";
    const full = fails(`${words}\ncommand terminated with exit code 1\n`);
    const { exitCode, stderr, programs } = await restore({ answers: { "/app/backend/data receive": full } });
    expect({ exitCode, stderr, steps: stepsOf(programs) }).toEqual({
      exitCode: 1,
      stderr: `${words}\n`,
      steps: [receive],
    });
    expect(programs.changes().at(-1)).toMatch(/^kubectl delete pod open-webui-data /);
  });

  it.each<[string, RestoreScenario, string]>([
    [
      "a database that is newer than the image",
      { answers: { "/app/backend/data knows": "false" } },
      `The backup's database is newer than Open WebUI's image: it is of ${deployedImage}, and its revision ${deployedRevision} isn't known to ${deployedImage}.\nnext: set an image at least as new (versions.ts), deploy, and restore again; nothing was changed\n`,
    ],
    [
      "another passphrase",
      { passphrase: "eight black swans over a quiet lake" },
      "This passphrase doesn't open the backup.\n",
    ],
    [
      "a backup that was changed",
      { damage: (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]) },
      "The backup is damaged: ",
    ],
    ["a backup that was cut off", { damage: (bytes) => bytes.subarray(0, -30) }, "The backup is damaged: "],
    ["what is no backup", { args: ["stack.config.ts"] }, "This is no backup, or its beginning is damaged: "],
    ["a file that isn't there", { args: ["backups/other.age"] }, "backups/other.age: it isn't there.\n"],
    [
      "a folder without a backup of this stack",
      { config: { namespace: "nobodys" } },
      "backups/ has no backup of nobodys.\n",
    ],
    [
      "chats in somebody else's Postgres",
      { config: { database: externalPostgres } },
      'The chats of open-webui are in a Postgres that isn\'t the stack\'s (database.kind "external-postgres"); allowed: "sqlite", "postgres".\n',
    ],
    [
      "chats of another kind of database",
      { config: { database: { kind: "postgres" } } },
      'The backup\'s chats are of database.kind "sqlite", and those of open-webui of "postgres": nothing moves them from one to the other. Nothing was changed.\nnext: restore it into a stack with database.kind "sqlite": docs/configuration.md#database\n',
    ],
    [
      "nobody to consent",
      { args: [] },
      "replace all chats and files of open-webui, and its accounts, by those of 2026-11-26T03:15:00Z",
    ],
    [
      "--secrets of a backup without any",
      { args: ["--yes", "--secrets"], hasSecrets: false },
      "--secrets: the backup has none; nothing was changed.\n",
    ],
    [
      "a stack that isn't deployed",
      { answers: { "get statefulset": "" } },
      "There is no Open WebUI in the Namespace open-webui on k3s (https://192.0.2.7:6443).\nnext: deploy it first: npm run deploy\n",
    ],
  ])("refuses %s, and changes nothing", async (_, scenario, message) => {
    const { exitCode, stderr, programs } = await restore(scenario);
    expect(stderr).toContain(message);
    expect({ exitCode, steps: stepsOf(programs) }).toEqual({ exitCode: 1, steps: [] });
  });
});
