import { run } from "./run";

/** kubectl against the current context. Its warnings are failures: an API server only warns of a pod that it will refuse. */
export function kubectl(args: readonly string[], input?: string): string {
  const { stdout, stderr } = run("kubectl", args, input === undefined ? {} : { input });
  const warnings = stderr.split("\n").filter((line) => line.startsWith("Warning:"));
  if (warnings.length > 0) throw new Error(`kubectl ${args.join(" ")} warned\n${warnings.join("\n")}`);
  return stdout;
}

/** `kubectl ... -o json`, parsed. */
export function kubectlJson<Result>(args: readonly string[]): Result {
  return JSON.parse(kubectl([...args, "-o", "json"])) as Result;
}

/**
 * Deletes a Namespace and waits until everything in it is gone. Pods first: while one may still take its time to stop,
 * the cluster looks at the Namespace again only after half of that time, which would be minutes.
 */
export function deleteNamespace(name: string): void {
  const wait = ["--ignore-not-found", "--wait", "--timeout=180s"];
  if (kubectl(["get", "namespace", name, "--ignore-not-found"]) === "") return;
  kubectl(["-n", name, "delete", "deployments,statefulsets", "--all", "--cascade=foreground", ...wait]);
  kubectl(["delete", "namespace", name, ...wait]);
}
