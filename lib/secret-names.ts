import type { StackConfig } from "./config/parse";
import { secretNames } from "./naming";

/** Which Secret each component reads: ours, or the ones that the configuration says exist. */
export function secretNamesOf({ secrets }: StackConfig): Readonly<Record<keyof typeof secretNames, string>> {
  if (secrets.kind !== "existing") return secretNames;
  return {
    liteLlm: secrets.liteLlm,
    openWebUi: secrets.openWebUi,
    redis: secrets.redis,
    postgres: secrets.postgres,
    prometheus: secrets.prometheus,
  };
}
