import { Failure } from "../failure";
import { type Check, type ClusterContext, type Finding, ok, warning } from "./check";

interface Versions {
  readonly clientVersion: { readonly minor: string };
  readonly serverVersion?: { readonly gitVersion: string; readonly minor: string };
}

/** Which cluster this is, and whether kubectl fits it. @throws Failure when the API server can't be reached */
export const checkContext: Check<ClusterContext> = async ({ cluster, config }) => {
  const { stdout, stderr, code } = await cluster.try(["version", "-o", "json", "--request-timeout=10s"]);
  const { clientVersion, serverVersion } = parseVersions(stdout);
  if (code !== 0 || serverVersion === undefined) {
    throw new Failure(
      `${cluster}: the API server doesn't answer: ${lastLine(stderr)}`,
      "kubectl cluster-info; or another context: kubectl config use-context NAME",
    );
  }
  const [namespace] = await cluster.list(["namespace", config.namespace]);
  const holds = namespace === undefined ? "no stack is here yet" : `Namespace ${config.namespace} is here`;
  return [
    ok(`cluster ${cluster}, Kubernetes ${serverVersion.gitVersion}; ${holds}`),
    ...checkSkew(clientVersion.minor, serverVersion.minor),
  ];
};

function parseVersions(json: string): Versions {
  return json === "" ? { clientVersion: { minor: "" } } : (JSON.parse(json) as Versions);
}

/** Source: Kubernetes' "Version Skew Policy". */
function checkSkew(client: string, server: string): readonly Finding[] {
  const distance = Math.abs(Number.parseInt(client, 10) - Number.parseInt(server, 10));
  if (!(distance > 1)) return [];
  const what = `kubectl is ${distance} minor versions away from the cluster`;
  return [
    warning(
      what,
      "only one is supported; server-side apply and diff may differ",
      "https://kubernetes.io/docs/tasks/tools/",
    ),
  ];
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
