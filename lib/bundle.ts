import path from "node:path";
import { buildSync } from "esbuild";

/**
 * A program of this project as one CommonJS file that needs nothing but Node 22. It is the same in every checkout:
 * minified, so that no folder's name is in it, and small enough for a ConfigMap and for the annotation of `kubectl apply`.
 * @param entryPoint - relative to the project, such as `simulator/main.ts`
 */
export function bundleProgram(entryPoint: string): string {
  const { outputFiles } = buildSync({
    absWorkingDir: path.join(__dirname, ".."),
    entryPoints: [entryPoint],
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
  if (file === undefined) throw new Error(`${entryPoint}: esbuild answered no file.`);
  // The one control character that esbuild leaves in strings, and that YAML refuses.
  return file.text.replaceAll("\u007f", "\\x7f");
}
