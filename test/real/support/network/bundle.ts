import path from "node:path";
import { buildSync } from "esbuild";

/** The probe (probe.ts) as one text for `node -e`. */
export function bundleProbe(): string {
  const { outputFiles } = buildSync({
    entryPoints: [path.join(__dirname, "probe.ts")],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    write: false,
    logLevel: "silent",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("probe: esbuild answered no file.");
  return file.text;
}
