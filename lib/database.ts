import type { StackConfig } from "./config/parse";

/** The volume that has accounts and chats; with somebody else's Postgres, Open WebUI's, which has its files. */
export function databaseStorage({
  database,
  openWebUi,
}: Pick<StackConfig, "database" | "openWebUi">): StackConfig["openWebUi"]["storage"] {
  return database.kind === "postgres" ? database.storage : openWebUi.storage;
}
