import { Option } from "commander";

/** Of each command that asks: whoever gives it has consented to all that the command would ask. */
export function yesOption(): Option {
  return new Option("--yes", "don't ask").default(false);
}

/** Of each command whose output is data: that alone is printed then, and no progress. */
export function jsonOption(): Option {
  return new Option("--json", "print the result as JSON").default(false);
}
