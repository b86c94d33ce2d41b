import { parseAllDocuments } from "yaml";

/** What the stack sets for the sake of memory alone. */
const variables = new Set([
  "MALLOC_ARENA_MAX",
  "MALLOC_TRIM_THRESHOLD_",
  "MALLOC_MMAP_THRESHOLD_",
  "NO_DOCS",
  "NO_REDOC",
  "NO_OPENAPI",
]);
const mountPath = "/app/CHANGELOG.md";

interface Container {
  env?: readonly { readonly name: string }[];
  volumeMounts?: readonly { readonly mountPath: string }[];
}

/**
 * The same manifests as the programs are by default.
 * @throws when one of the levers is in none of them: then there would be nothing to compare with
 */
export function withoutLevers(manifests: string): string {
  const found = new Set<string>();
  const keep = (isLever: boolean, name: string) => {
    if (isLever) found.add(name);
    return !isLever;
  };
  const objects = parseAllDocuments(manifests).map((document) => document.toJSON() as object);
  for (const container of objects.flatMap(containersOf)) {
    container.env = (container.env ?? []).filter(({ name }) => keep(variables.has(name), name));
    container.volumeMounts = (container.volumeMounts ?? []).filter((mount) =>
      keep(mount.mountPath === mountPath, mountPath),
    );
  }
  const missing = [...variables, mountPath].filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`withoutLevers: ${missing.join(", ")} is in no manifest.`);
  return objects.map((object) => JSON.stringify(object)).join("\n---\n");
}

/** The containers of a workload; none of another object. */
function containersOf(object: object): readonly Container[] {
  const { spec } = object as { spec?: { template?: { spec?: { containers?: readonly Container[] } } } };
  return spec?.template?.spec?.containers ?? [];
}
