import type { Readable } from "node:stream";
import { podScripts } from "../backup/pod/scripts";
import type { StackConfig } from "../lib/config";
import { postgres, postgresFolders, postgresNames } from "../lib/naming";
import type { Cluster } from "./cluster";
import { Failure } from "./failure";
import { pour, type StreamingProcess } from "./processes";

const { user, database } = postgresNames;

/** Databases beside the one that is used. Their names tell, after a kill, how far an exchange was. */
const beside = {
  /** Being read from a backup: worth nothing before its end. */
  loading: `${database}_loading`,
  /** Read to its end. */
  loaded: `${database}_loaded`,
  /** What was used before. */
  former: `${database}_former`,
} as const;

const mib = 1024 ** 2;

/** Postgres' log grows up to this, with what is written. */
const mostLog = 1024 * mib;
const spare = 32 * mib;

/** The stack's own Postgres, by the programs in its pod: inside of it no password is asked for. */
export class PostgresPod {
  private readonly cluster: Cluster;
  private readonly namespace: string;

  private constructor(cluster: Cluster, namespace: string) {
    this.cluster = cluster;
    this.namespace = namespace;
  }

  /** @returns undefined where the chats aren't in such a one */
  static of(cluster: Cluster, config: StackConfig): PostgresPod | undefined {
    return config.database.kind === "postgres" ? new PostgresPod(cluster, config.namespace) : undefined;
  }

  /** Prints what `backup/pod/dump.sh` does, while the chat goes on. */
  dump(): StreamingProcess {
    const dump = this.exec(["sh", "-c", podScripts.dump]);
    dump.stdin.end();
    return dump;
  }

  /** Whether there is nothing more to be loaded. */
  async isLoaded(): Promise<boolean> {
    const there = await this.list();
    return there.has(beside.loaded) || there.has(beside.former);
  }

  /** Whether a backup's database is in the place of the one that was used before. */
  async isExchanged(): Promise<boolean> {
    return (await this.list()).has(beside.former);
  }

  /**
   * Reads a dump into a database beside the one that is used, which nobody notices.
   * @param size - bytes that it had on Postgres' disk
   * @throws Failure when the disk has no room for both, or with the words of pg_restore
   */
  async load(dump: Readable, size: number): Promise<void> {
    await this.discard();
    await this.requireRoom(size);
    await this.sql([`CREATE DATABASE ${beside.loading}`]);
    try {
      await pour(dump, this.exec(["pg_restore", "--exit-on-error", "--no-owner", `--dbname=${beside.loading}`]));
    } catch (error) {
      await this.discard();
      throw error;
    }
    await this.sql([`ALTER DATABASE ${beside.loading} RENAME TO ${beside.loaded}`]);
  }

  /** Puts what was loaded in place of what is used. Nobody may use it meanwhile. */
  async swap(): Promise<void> {
    if ((await this.list()).has(beside.loaded)) await this.rename([database, beside.former], [beside.loaded, database]);
  }

  /** The way back, from wherever it was; what was loaded is gone then. */
  async undo(): Promise<void> {
    if (await this.isExchanged()) await this.rename([database, beside.loaded], [beside.former, database]);
    await this.discard();
  }

  /** Removes what was used before. */
  async finish(): Promise<void> {
    await this.drop(beside.former);
  }

  private discard(): Promise<unknown> {
    return this.drop(beside.loading, beside.loaded);
  }

  private drop(...names: readonly string[]): Promise<unknown> {
    return this.sql(names.map((name) => `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  }

  /** All or none: statements that arrive together are one transaction. */
  private async rename(...pairs: readonly (readonly [string, string])[]): Promise<void> {
    const names = pairs.map(([from]) => `'${from}'`).join(", ");
    // Somebody's psql would keep its database from being renamed.
    const end = `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname IN (${names})`;
    await this.sql([end, pairs.map(([from, to]) => `ALTER DATABASE ${from} RENAME TO ${to}`).join("; ")]);
  }

  private async list(): Promise<ReadonlySet<string>> {
    return new Set((await this.sql(["SELECT datname FROM pg_database"])).split("\n"));
  }

  private async requireRoom(size: number): Promise<void> {
    const printed = await this.run(["df", "--output=avail", "--block-size=1", postgresFolders.volume]);
    const free = Number(printed.split("\n")[1]);
    const needed = size + Math.min(size, mostLog) + spare;
    if (free >= needed) return;
    throw new Failure(
      `Postgres' volume has ${Math.floor(free / mib)} MiB free, and the backup needs ${Math.ceil(needed / mib)}: what is there now stays beside it until the chat runs.`,
      "raise database.storage.size where the storage class can grow, and npm run deploy; nothing was changed",
    );
  }

  /** @param statements - each in a transaction of its own */
  private sql(statements: readonly string[]): Promise<string> {
    const options = [
      "--no-psqlrc",
      "--quiet",
      "--tuples-only",
      "--no-align",
      "--set=ON_ERROR_STOP=1",
      "--dbname=postgres",
    ];
    const commands = statements.map((statement) => `--command=${statement}`);
    return this.run(["psql", ...options, ...commands]);
  }

  private run(program: readonly string[]): Promise<string> {
    return this.cluster.kubectl(this.arguments(program));
  }

  private exec(program: readonly string[]): StreamingProcess {
    return this.cluster.stream(this.arguments(program));
  }

  private arguments(program: readonly string[]): readonly string[] {
    const where = ["exec", "-i", "-n", this.namespace, `${postgres}-0`, "-c", "postgres", "--"];
    return [
      ...where,
      "env",
      `PGHOST=${postgresFolders.socket}`,
      `PGUSER=${user}`,
      `PGDATABASE=${database}`,
      ...program,
    ];
  }
}
