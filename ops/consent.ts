import confirm from "@inquirer/confirm";
import { Failure, Interrupted } from "./failure";
import { interruption } from "./interruption";
import { say } from "./result";

/**
 * Asks before something changes.
 * @param what - where and what, such as `On k3s (https://192.0.2.7:6443): remove the preview`
 * @param yes - the answer that `--yes` gave
 * @throws Failure when the answer is no, or nobody is there to give one
 */
export async function requireConsent(what: string, yes: boolean): Promise<void> {
  if (!(await askConsent(what, yes))) throw new Failure("Nothing was changed.");
}

/**
 * The same where the command goes on without: @returns the answer.
 * @throws Failure when nobody is there to give one
 */
export async function askConsent(what: string, yes: boolean): Promise<boolean> {
  if (yes) {
    say(`${what}.`);
    return true;
  }
  if (!process.stdin.isTTY) throw new Failure(`${what}? There is nobody to ask; --yes answers.`);
  try {
    return await confirm({ message: `${what}?`, default: false }, { signal: interruption });
  } catch (error) {
    // The terminal is in raw mode meanwhile: Ctrl-C is a key, and no signal.
    if (error instanceof Error && error.name === "ExitPromptError") throw new Interrupted("nothing was changed");
    throw error;
  }
}
