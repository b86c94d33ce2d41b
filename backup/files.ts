/** Names of a backup's files; what else is in it begins with {@link dataPrefix}. */
export const backupFiles = {
  manifest: "manifest.json",
  secrets: "secrets.json",
  sqlite: "database.sqlite",
  postgres: "database.dump",
} as const;

/** Before the names of the data folder's files. */
export const dataPrefix = "data/";
