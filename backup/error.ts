/** Something about a backup that a person can mend. Its text is meant for people: print it without a stack trace. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}
