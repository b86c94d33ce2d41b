import { components, ports } from "../../lib/naming";
import { interruption } from "../interruption";
import { type Check, type ClusterContext, ok, problem } from "./check";

interface Deployment {
  readonly status: { readonly readyReplicas?: number };
}

/** Whether LiteLLM refuses who has no key, or a wrong one. Without a ready pod there is nothing to ask. */
export const checkProxyKey: Check<ClusterContext> = async ({ cluster, config: { namespace } }) => {
  const [deployment] = await cluster.list<Deployment>(["deployment", components.liteLlm, "-n", namespace]);
  if (!deployment?.status.readyReplicas) return [];
  const statuses = await cluster.forward(namespace, `service/${components.liteLlm}`, ports.liteLlm, async (url) => {
    const ask = async (headers: Readonly<Record<string, string>>) =>
      (
        await fetch(`${url}/v1/models`, {
          headers,
          signal: AbortSignal.any([interruption, AbortSignal.timeout(10_000)]),
        })
      ).status;
    return [await ask({}), await ask({ authorization: "Bearer sk-wrong" })];
  });
  if (statuses.every((status) => status === 401)) return [ok("LiteLLM answers 401 without a key")];
  const what = `LiteLLM answers ${statuses.join(" and ")} without a key and with a wrong one, instead of 401`;
  const why = "whoever reaches it would spend your money";
  return [problem(what, why, "npx cdk8s synth --stdout | kubectl apply --server-side -f -, and look at its log")];
};
