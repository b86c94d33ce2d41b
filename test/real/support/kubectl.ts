import type { StackConfig } from "../../../lib/config";
import { run } from "./run";

/** kubectl against the current context. Its warnings are failures: an API server only warns of a pod that it will refuse. */
export function kubectl(args: readonly string[], input?: string): string {
  const { stdout, stderr } = run("kubectl", args, input === undefined ? {} : { input });
  const warnings = stderr.split("\n").filter((line) => line.startsWith("Warning:"));
  if (warnings.length > 0) throw new Error(`kubectl ${args.join(" ")} warned\n${warnings.join("\n")}`);
  return stdout;
}

/** The same configuration in a Namespace of the tests' own: an installation in the same cluster stays untouched. */
export function inTestNamespace(config: StackConfig): StackConfig {
  return { ...config, namespace: `${config.namespace}${testSuffix}` };
}

/** Another one lets two runs share a cluster. */
const testSuffix = process.env["TEST_NAMESPACE_SUFFIX"] || "-test";

/**
 * Deletes a Namespace of the tests and waits until everything in it is gone. Pods first: while one may still take its
 * time to stop, the cluster looks at the Namespace again only after half of that time, which would be minutes.
 * @throws when the Namespace is none of the tests'
 */
export function deleteNamespace(name: string): void {
  if (!name.endsWith(testSuffix))
    throw new Error(`deleteNamespace: got "${name}"; allowed: a name that ends with "${testSuffix}".`);
  if (kubectl(["get", "namespace", name, "--ignore-not-found"]) === "") return;
  const wait = ["--ignore-not-found", "--wait", "--timeout=180s"];
  kubectl(["-n", name, "delete", "deployments,statefulsets", "--all", "--cascade=foreground", ...wait]);
  kubectl(["delete", "namespace", name, ...wait]);
}
