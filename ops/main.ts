import { Command } from "commander";
import { ConfigError } from "../lib/config";
import { backupCommand } from "./commands/backup";
import { deployCommand } from "./commands/deploy";
import { destroyCommand } from "./commands/destroy";
import { diffCommand } from "./commands/diff";
import { doctorCommand } from "./commands/doctor";
import { logsCommand } from "./commands/logs";
import { openCommand } from "./commands/open";
import { previewCommand } from "./commands/preview";
import { pushKnowledgeCommand } from "./commands/push-knowledge";
import { restoreCommand } from "./commands/restore";
import { revokeKeyCommand } from "./commands/revoke-key";
import { rotateKeyCommand } from "./commands/rotate-key";
import { statusCommand } from "./commands/status";
import { verifyCommand } from "./commands/verify";
import { Failure } from "./failure";
import { listenForInterruption } from "./interruption";

/** One per file under commands/, in the order of the help. Each is also an npm script of its own. */
const commands = [
  doctorCommand,
  diffCommand,
  deployCommand,
  verifyCommand,
  statusCommand,
  openCommand,
  logsCommand,
  backupCommand,
  restoreCommand,
  previewCommand,
  pushKnowledgeCommand,
  rotateKeyCommand,
  revokeKeyCommand,
  destroyCommand,
];

const program = new Command("npm run -s stack --").description("What the standard tools don't do.");
for (const command of commands) program.addCommand(command());

listenForInterruption();
let isOver = false;
const over = () => {
  isOver = true;
};
program.parseAsync().then(over, (error: unknown) => {
  over();
  if (!(error instanceof Failure || error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  if (error instanceof Failure && error.next !== undefined) process.stderr.write(`next: ${error.next}\n`);
  process.exitCode = error instanceof Failure ? error.exitCode : 1;
});

// Node ends without a word when nothing is left that a promise could wait for.
process.once("exit", (code) => {
  if (isOver || code !== 0) return;
  process.stderr.write("The command ended before its work did, which is a defect. Run it again.\n");
  process.exitCode = 1;
});
