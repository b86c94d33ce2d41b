import { Command } from "commander";
import { ConfigError } from "../lib/config";
import { deployCommand } from "./commands/deploy";
import { diffCommand } from "./commands/diff";
import { doctorCommand } from "./commands/doctor";
import { logsCommand } from "./commands/logs";
import { openCommand } from "./commands/open";
import { previewCommand } from "./commands/preview";
import { revokeKeyCommand } from "./commands/revoke-key";
import { rotateKeyCommand } from "./commands/rotate-key";
import { verifyCommand } from "./commands/verify";
import { Failure } from "./failure";
import { listenForInterruption } from "./interruption";

/** One per file under commands/, in the order of the help. Each is also an npm script of its own. */
const commands = [
  doctorCommand,
  diffCommand,
  deployCommand,
  verifyCommand,
  openCommand,
  logsCommand,
  previewCommand,
  rotateKeyCommand,
  revokeKeyCommand,
];

const program = new Command("npm run -s stack --").description("What the standard tools don't do.");
for (const command of commands) program.addCommand(command());

listenForInterruption();
program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof Failure || error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  if (error instanceof Failure && error.next !== undefined) process.stderr.write(`next: ${error.next}\n`);
  process.exitCode = error instanceof Failure ? error.exitCode : 1;
});
