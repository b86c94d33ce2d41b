/** Something that a person can mend: its message is printed without a stack trace, and the command ends with code 1. */
export class Failure extends Error {
  override readonly name: string = "Failure";
  readonly exitCode: number = 1;
  /** What to do now; the last line that is printed. */
  readonly next: string | undefined;

  constructor(message: string, next?: string) {
    super(message);
    this.next = next;
  }
}

/** Ctrl-C, or a signal that asks to stop. */
export class Interrupted extends Failure {
  override readonly name = "Interrupted";
  /** 128 and the number of SIGINT, as shells do. */
  override readonly exitCode = 130;

  constructor(next = "run the same command again: it goes on where this one stopped") {
    super("Interrupted.", next);
  }
}
