import { Command } from "commander";
import { passphraseVariable } from "../../backup/passphrase";
import { loadConfig, type StackConfig } from "../../lib/config";
import { components } from "../../lib/naming";
import { explainBackupErrors, requireOwnDatabase } from "../backup";
import { formatLocation, formatMebibytes, parseLocation } from "../backup-location";
import { Cluster } from "../cluster";
import { requireConsent } from "../consent";
import { Failure } from "../failure";
import { jsonOption, yesOption } from "../options";
import { readPassphrase } from "../passphrase";
import { showProgress } from "../progress";
import { type CheckedBackup, checkBackup, type OpenSealed, Restore } from "../restore";
import { type Result, tell } from "../result";
import { applySecrets } from "../secrets";

interface RestoreOptions {
  readonly check: boolean;
  readonly secrets: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

interface Source {
  readonly place: string;
  readonly open: OpenSealed;
  readonly passphrase: string;
  readonly checked: CheckedBackup;
}

/** `restore`: what `backup` made, in place of what is there. */
export function restoreCommand(): Command {
  return new Command("restore")
    .description("Put a backup's chats and uploads in place of what the stack has, be it running or new.")
    .argument("[source]", "a backup, or where several are: then the newest", "backups/")
    .option("--check", "only see that the backup is whole; needs no cluster", false)
    .option("--secrets", "also put the backup's Secrets in place of those in the cluster", false)
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText("after", `\nThe passphrase is asked for, or ${passphraseVariable} in the environment.`)
    .action((source: string, options: RestoreOptions) =>
      explainBackupErrors(async () => tell(await restore(source, options), options.json)),
    );
}

async function restore(text: string, options: RestoreOptions): Promise<Result> {
  const config = loadConfig();
  const source = await readSource(text, config, options.json);
  if (options.check) return resultOf(source, `npm run restore -- ${source.place}`);
  requireOwnDatabase(config);
  requireSameDatabase(source.checked, config);
  requireSecrets(source.checked, options, config);
  const cluster = await Cluster.current();
  const { namespace } = config;
  const { manifest, secrets } = source.checked;
  const what = `replace all chats and files of ${namespace}, and its accounts, by those of ${manifest.created}`;
  await requireConsent(`On ${cluster}: ${what}${options.secrets ? "; its Secrets, too" : ""}`, options.yes);
  const run = (report: (state: string) => void) => new Restore(cluster, config, source, report).run();
  await showProgress([{ name: `restore of ${namespace} on ${cluster}`, run }], { silent: options.json });
  if (!options.secrets || secrets === undefined) return resultOf(source, "npm run verify");
  await applySecrets(cluster, config, secrets);
  return resultOf(source, restartAll(namespace));
}

/** Reads a backup to its end, before anything is changed. */
async function readSource(text: string, config: StackConfig, silent: boolean): Promise<Source> {
  const { store, name: given } = parseLocation(text, config);
  const name = given ?? (await store.list(config.namespace)).at(-1)?.name;
  if (name === undefined) throw new Failure(`${store.where} has no backup of ${config.namespace}.`);
  const place = formatLocation(store, name);
  const passphrase = await readPassphrase({ isNew: false });
  const open = () => store.read(name);
  const checked: CheckedBackup[] = [];
  const run = async (report: (state: string) => void) => {
    report("reading");
    checked.push(await checkBackup(open, passphrase));
    report("whole");
  };
  await showProgress([{ name: place, run }], { silent });
  const [only] = checked;
  if (only === undefined) throw new Error("showProgress ended without a result.");
  return { place, open, passphrase, checked: only };
}

function requireSameDatabase({ manifest }: CheckedBackup, { database, namespace }: StackConfig): void {
  const { kind } = manifest.database;
  if (kind === database.kind) return;
  throw new Failure(
    `The backup's chats are of database.kind "${kind}", and those of ${namespace} of "${database.kind}": nothing moves them from one to the other. Nothing was changed.`,
    `restore it into a stack with database.kind "${kind}": docs/configuration.md#database`,
  );
}

function requireSecrets({ secrets }: CheckedBackup, options: RestoreOptions, config: StackConfig): void {
  if (!options.secrets) return;
  if (secrets === undefined) throw new Failure("--secrets: the backup has none; nothing was changed.");
  if (config.secrets.kind === "external") {
    throw new Failure("--secrets: secrets.kind is external: the operator would replace them; nothing was changed.");
  }
}

function resultOf({ place, checked: { manifest, size, files, secrets } }: Source, next: string): Result {
  const { created, namespace, image, database } = manifest;
  return {
    lines: [
      `${place}: the database of ${namespace} at ${created} and ${files} other files, ${formatMebibytes(size)}${secrets === undefined ? "" : "; Secrets"}.`,
      `Made with ${image}.`,
    ],
    data: {
      place,
      created,
      namespace,
      image,
      revision: database.revision,
      size,
      files,
      secrets: secrets !== undefined,
    },
    next,
  };
}

/** All of them: they have to agree on passwords and keys. */
function restartAll(namespace: string): string {
  const deployments = `deployment/${components.liteLlm} deployment/${components.redis}`;
  return `kubectl -n ${namespace} rollout restart ${deployments}; kubectl -n ${namespace} delete pod ${components.openWebUi}-0; then npm run verify`;
}
