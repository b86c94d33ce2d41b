import { networkEdges } from "../../lib/network";
import { type Check, type ClusterContext, type Finding, ok, problem, warning } from "./check";

/** Whether the pods are there that the network policies let in or out: a wrong label keeps everybody out, silently. */
export const checkPeers: Check<ClusterContext> = async ({ cluster, config }) => {
  const peers = new Map(
    networkEdges(config)
      .flatMap(({ from, to }) => [from, to])
      .flatMap((peer) => (peer.kind === "pods" ? [[peer.name, peer] as const] : [])),
  );
  const findings: Finding[] = [];
  for (const { name, namespace, podLabels } of peers.values()) {
    const selector = Object.entries(podLabels)
      .map(([key, value]) => `${key}=${value}`)
      .join(",");
    const pods = await cluster.list(["pods", "-n", namespace, "-l", selector]);
    const where = `pods ${selector} in ${namespace}`;
    findings.push(pods.length > 0 ? ok(`${name}: ${where}`) : missing(name, where));
  }
  return findings;
};

/** Without Prometheus the chat works all the same. */
function missing(name: string, where: string): Finding {
  const why = "the network policies let it in by these labels, and nobody else";
  const tell = name === "Prometheus" ? warning : problem;
  return tell(`${name}: there are no ${where}`, why, settings[name] ?? "docs/configuration.md");
}

/** By the peer's name in lib/network.ts. */
const settings: Readonly<Record<string, string>> = {
  "ingress controller": "correct ingress.controller (docs/configuration.md#ingress)",
  Prometheus: "correct monitoring.prometheus (docs/configuration.md#monitoring)",
  "cluster DNS": "correct cluster.dns (docs/configuration.md#cluster)",
};
