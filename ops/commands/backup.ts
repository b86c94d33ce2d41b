import { existsSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { passphraseVariable, requireStrongPassphrase } from "../../backup/passphrase";
import { loadConfig } from "../../lib/config";
import { explainBackupErrors, type MadeBackup, makeBackup, requireOwnDatabase } from "../backup";
import { type BackupLocation, formatLocation, formatMebibytes, parseLocation } from "../backup-location";
import { Cluster } from "../cluster";
import { Failure } from "../failure";
import { type FetchedBackups, fetchBackups } from "../fetch-backups";
import { jsonOption } from "../options";
import { readPassphrase } from "../passphrase";
import { showProgress } from "../progress";
import { type Result, tell } from "../result";

/** `backup`: everything that can't be made anew, as one encrypted file. */
export function backupCommand(): Command {
  return new Command("backup")
    .description("Back up the chats, the uploads and the Secrets, as one encrypted file. The chat goes on meanwhile.")
    .argument("[destination]", "a folder, a new file, or s3://BUCKET/PREFIX/", "backups/")
    .option("--fetch", "make none: copy to the destination those that the schedule made", false)
    .addOption(jsonOption())
    .addHelpText("after", `\nThe passphrase is asked for, or ${passphraseVariable} in the environment.`)
    .action((destination: string, { json, fetch }: BackupOptions) =>
      explainBackupErrors(async () =>
        tell(fetch ? await fetchAll(destination, json) : resultOf(await backUp(destination, json)), json),
      ),
    );
}

interface BackupOptions {
  readonly json: boolean;
  readonly fetch: boolean;
}

async function fetchAll(destination: string, silent: boolean): Promise<Result> {
  const config = loadConfig();
  if (config.backup === undefined) {
    throw new Failure(
      "--fetch: no backups are made on a schedule.",
      "set backup.recipient, and npm run deploy: docs/operations.md#backups-on-a-schedule",
    );
  }
  const location = parseLocation(destination, config);
  if (location.name !== undefined)
    throw new Failure(
      `${destination}: --fetch copies several; allowed: a folder with "/" at its end, or s3://BUCKET/PREFIX/.`,
    );
  const cluster = await Cluster.current();
  let all: FetchedBackups | undefined;
  const run = async (report: (state: string) => void) => {
    all = await fetchBackups(cluster, config, location, report);
    report("done");
  };
  await showProgress([{ name: `backups of ${config.namespace} on ${cluster}`, run }], { silent });
  if (all === undefined) throw new Error("showProgress ended without a result.");
  const { fetched, known } = all;
  const newest = fetched.at(-1);
  return {
    lines: [
      ...fetched.map((name) => formatLocation(location.store, name)),
      `${fetched.length} backups copied to ${location.store.where}, ${known} were there already.`,
    ],
    data: { fetched, known },
    next:
      newest === undefined
        ? `npm run restore -- ${destination} --check`
        : `npm run restore -- ${formatLocation(location.store, newest)} --check`,
  };
}

async function backUp(destination: string, silent: boolean): Promise<MadeBackup> {
  const config = loadConfig();
  requireOwnDatabase(config);
  const location = parseLocation(destination, config);
  requireNew(location);
  const cluster = await Cluster.current();
  const passphrase = await readPassphrase({ isNew: true });
  requireStrongPassphrase(passphrase);
  let made: MadeBackup | undefined;
  const run = async (report: (state: string) => void) => {
    made = await makeBackup(cluster, config, location, passphrase, report);
    report("done");
  };
  await showProgress([{ name: `backup of ${config.namespace} on ${cluster}`, run }], { silent });
  if (made === undefined) throw new Error("showProgress ended without a backup.");
  return made;
}

function requireNew({ store, name }: BackupLocation): void {
  if (name === undefined || store.where.startsWith("s3://") || !existsSync(path.join(store.where, name))) return;
  throw new Failure(`${path.join(store.where, name)} is there already; give the backup another name.`);
}

function resultOf({ store, name, size, created, files, secrets }: MadeBackup): Result {
  const place = formatLocation(store, name);
  return {
    lines: [
      `${place}: ${formatMebibytes(size)}: the database at ${created}, ${files} other files, ${secrets} Secrets.`,
      "Without its passphrase nobody can read it, you included: keep that somewhere else.",
    ],
    data: { place, size, created, files, secrets },
    next: `npm run restore -- ${place} --check`,
  };
}
