import { z } from "zod";
import { BackupError } from "./error";

/** Raised when older versions of this program can't read a backup any more. */
const format = 1;

/** Alembic's name for the state of the tables: an image that doesn't know it is older than the database. */
const revision = z.string();

const manifestSchema = z.object({
  format: z.literal(format),
  /** Tells this backup from all others. */
  id: z.uuid(),
  /** When its database was copied, in UTC. */
  created: z.iso.datetime(),
  /** Where it is from. */
  namespace: z.string(),
  /** Open WebUI's image, as it was configured. */
  image: z.string(),
  database: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("sqlite"), revision }),
    /** With the bytes that it takes on Postgres' disk; its dump is smaller. */
    z.object({ kind: z.literal("postgres"), revision, size: z.int().nonnegative() }),
  ]),
  /** Whether the values of the Secrets are in it. */
  hasSecrets: z.boolean(),
});

/** What a backup begins with. */
export type Manifest = Readonly<z.output<typeof manifestSchema>>;

/** @throws BackupError when it isn't one, or one of a later version of this program */
export function parseManifest(text: string): Manifest {
  const input = parseJson(text);
  const parsed = manifestSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const given = (input as { readonly format?: unknown } | null)?.format;
  if (typeof given === "number" && given > format) {
    throw new BackupError(
      `The backup has format ${given}; this version reads ${format}: use the version that made it.`,
    );
  }
  const [issue] = parsed.error.issues;
  throw new BackupError(`The backup's manifest is wrong: ${issue?.path.join(".")}: ${issue?.message}.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BackupError("The backup's manifest is no JSON.");
  }
}
