import { InvalidArgumentError, Option } from "commander";

/** Of each command that asks: whoever gives it has consented to all that the command would ask. */
export function yesOption(): Option {
  return new Option("--yes", "don't ask").default(false);
}

/** Of each command whose output is data: that alone is printed then, and no progress. */
export function jsonOption(): Option {
  return new Option("--json", "print the result as JSON").default(false);
}

/** A port of this machine that needs no rights. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1024 || port > 65535) {
    throw new InvalidArgumentError("Allowed: 1024 to 65535.");
  }
  return port;
}
