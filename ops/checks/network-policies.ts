import { components, ports } from "../../lib/naming";
import { type Check, type ClusterContext, type Finding, ok, problem, warning } from "./check";

const why = "without enforcement whoever reaches Open WebUI's port is let in past the sign-in in front";
const mend = "a network plug-in that enforces them: k3s' own, Cilium, Calico (docs/security.md#who-may-talk-to-whom)";

/**
 * Whether the cluster enforces network policies. Where the stack runs it is tried out: LiteLLM may not call Open
 * WebUI. Before that, it is told by the agents that are known.
 */
export const checkNetworkPolicies: Check<ClusterContext> = async (context) => {
  const tried = await tryOut(context);
  return [tried ?? (await guess(context))];
};

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** @returns nothing when the pods don't run */
async function tryOut({ cluster, config: { namespace } }: ClusterContext): Promise<Finding | undefined> {
  const ready = async (app: string) =>
    (await cluster.list<Pod>(["pods", "-n", namespace, "-l", `app=${app}`])).find(({ status }) =>
      status.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
    );
  const [from, to] = [await ready(components.liteLlm), await ready(components.openWebUi)];
  const address = to?.status.podIP;
  if (from === undefined || address === undefined) return undefined;
  const script = `
import socket
try:
    socket.create_connection(("${address}", ${ports.openWebUi}), 3)
    print("reached")
except OSError:
    print("refused")`;
  const exec = ["exec", "-n", namespace, from.metadata.name, "--", "python", "-c", script];
  const { code, stdout, stderr } = await cluster.try(exec);
  if (code !== 0)
    return warning(`whether network policies are enforced couldn't be tried: ${stderr.trim()}`, why, mend);
  return stdout.trim() === "refused"
    ? ok("network policies are enforced: LiteLLM doesn't reach Open WebUI")
    : problem("network policies aren't enforced: LiteLLM reaches Open WebUI, which none of them allows", why, mend);
}

/** DaemonSets that enforce them, by a part of their name. */
const agents = [
  "calico-node",
  "canal",
  "cilium",
  "anetd",
  "antrea-agent",
  "kube-router",
  "weave-net",
  "ovnkube-node",
  "azure-npm",
];

interface NamedObject {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

async function guess({ cluster }: ClusterContext): Promise<Finding> {
  const daemonSets = (await cluster.list<NamedObject>(["daemonsets", "--all-namespaces"])).map(
    ({ metadata }) => metadata.name,
  );
  const agent = daemonSets.find((name) => agents.some((known) => name.includes(known)));
  if (agent !== undefined) return ok(`network policies: ${agent} enforces them`);
  const nodes = await cluster.list<
    NamedObject & { readonly status: { readonly nodeInfo: { readonly kubeletVersion: string } } }
  >(["nodes"]);
  if (nodes.some(({ status }) => status.nodeInfo.kubeletVersion.includes("+k3s"))) return guessK3s(nodes);
  if (daemonSets.some((name) => name.includes("flannel"))) {
    return problem("network policies: flannel alone doesn't enforce them", why, mend);
  }
  return warning(
    "network policies: no agent is known here that enforces them",
    why,
    `${mend}; doctor tries it out once the stack runs`,
  );
}

/** k3s writes the arguments of each node into an annotation. */
function guessK3s(nodes: readonly NamedObject[]): Finding {
  const off = nodes.some(({ metadata }) =>
    metadata.annotations?.["k3s.io/node-args"]?.includes("--disable-network-policy"),
  );
  return off
    ? problem("network policies: k3s runs with --disable-network-policy", why, "start k3s without it")
    : ok("network policies: k3s enforces them");
}
