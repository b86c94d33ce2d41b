export interface SimulatorSettings {
  /** Where models answer. 0 takes a free port. @default 8080 */
  readonly port: number;
  /** Where tests look at what came. @default 8081 */
  readonly controlPort: number;
  /** Milliseconds between two pieces of a streamed answer, and before one that isn't. @default 15 */
  readonly delayMs: number;
  /** Access key ids that are answered like deleted ones. @default none */
  readonly revokedKeys: readonly string[];
}

/**
 * Settings by PORT, CONTROL_PORT, DELAY_MS and REVOKED_KEYS (separated by commas).
 * @throws Error that names the variable
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): SimulatorSettings {
  return {
    port: readNumber(environment, "PORT", 8080, 65_535),
    controlPort: readNumber(environment, "CONTROL_PORT", 8081, 65_535),
    delayMs: readNumber(environment, "DELAY_MS", 15, 60_000),
    revokedKeys: (environment["REVOKED_KEYS"] ?? "").split(",").flatMap((key) => key.trim() || []),
  };
}

function readNumber(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
  byDefault: number,
  most: number,
): number {
  const text = environment[name]?.trim() || String(byDefault);
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  throw new Error(`${name}: "${text}" is no whole number from 0 to ${most}.`);
}
