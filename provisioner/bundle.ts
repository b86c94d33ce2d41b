import path from "node:path";
import { buildSync } from "esbuild";

/** The provisioner as one CommonJS file that needs nothing but Node 22, the same in every checkout. */
export function bundleProvisioner(): string {
  const { outputFiles } = buildSync({
    absWorkingDir: path.join(__dirname, ".."),
    entryPoints: [path.join("provisioner", "main.ts")],
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    minify: true,
    charset: "utf8",
    write: false,
    logLevel: "silent",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("provisioner: esbuild answered no file.");
  return file.text;
}
