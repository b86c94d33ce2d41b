import password from "@inquirer/password";
import { passphraseVariable } from "../backup/passphrase";
import { Failure, Interrupted } from "./failure";
import { interruption } from "./interruption";

/**
 * The passphrase of a backup, from the environment or the keyboard.
 * @param isNew - whether a slip would lock the backup for good: then it is asked twice
 * @throws Failure when there is nobody to ask
 */
export async function readPassphrase({ isNew }: { readonly isNew: boolean }): Promise<string> {
  const given = process.env[passphraseVariable];
  if (given !== undefined) return given;
  if (!process.stdin.isTTY) {
    throw new Failure(
      `The backup's passphrase? There is nobody to ask; ${passphraseVariable} in the environment answers.`,
    );
  }
  const passphrase = await ask("Passphrase of the backup");
  if (isNew && (await ask("Once more")) !== passphrase)
    throw new Failure("The two passphrases differ; nothing was done.");
  return passphrase;
}

async function ask(message: string): Promise<string> {
  try {
    return await password({ message, mask: true }, { signal: interruption });
  } catch (error) {
    if (error instanceof Error && error.name === "ExitPromptError") throw new Interrupted("nothing was changed");
    throw error;
  }
}
