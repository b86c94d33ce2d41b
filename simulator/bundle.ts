import path from "node:path";
import { buildSync } from "esbuild";

/**
 * The simulator as one CommonJS file that needs nothing but Node 22. It is the same in every checkout: minified, so
 * that no folder's name is in it, and small enough for a ConfigMap and for the annotation of `kubectl apply`.
 */
export function bundleSimulator(): string {
  const { outputFiles } = buildSync({
    absWorkingDir: path.join(__dirname, ".."),
    entryPoints: [path.join("simulator", "main.ts")],
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
  if (file === undefined) throw new Error("simulator: esbuild answered no file.");
  return file.text;
}
