import type { StackConfig } from "./config/parse";

/** The volume that has accounts and chats. Without one of the stack's own, they are somebody else's. */
export function databaseStorage({
  database,
  openWebUi,
}: Pick<StackConfig, "database" | "openWebUi">): StackConfig["openWebUi"]["storage"] {
  return database.kind === "postgres" ? database.storage : openWebUi.storage;
}
