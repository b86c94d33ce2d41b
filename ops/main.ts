import { Command } from "commander";
import { ConfigError } from "../lib/config";
import { previewCommand } from "./commands/preview";
import { rotateKeyCommand } from "./commands/rotate-key";
import { Failure } from "./failure";

const program = new Command("npm run")
  .description("What the standard tools don't do.")
  .addCommand(previewCommand())
  .addCommand(rotateKeyCommand());

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof Failure || error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
