/** Something that a person can mend: its message is printed without a stack trace, and the command ends with code 1. */
export class Failure extends Error {
  override readonly name = "Failure";
}
