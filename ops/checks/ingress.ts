import type { StackConfig } from "../../lib/config";
import type { Container, PodSpec } from "../pod-template";
import { type Check, type ClusterContext, type Finding, ok, problem, warning } from "./check";

type TraefikIngress = Extract<StackConfig["ingress"], { kind: "traefik" }>;

interface Pod {
  readonly spec: PodSpec;
}

/** Whether requests would find their way in: the controller, its class, the middlewares, and their Namespace. */
export const checkIngress: Check<ClusterContext> = async (context) => {
  const { ingress } = context.config;
  switch (ingress.kind) {
    case "none":
      return [ok("no ingress: people come in by npm run open")];
    case "ingress":
      return ingress.className === undefined ? [] : [await checkClass(context, ingress.className)];
    case "traefik":
      return [...(await checkMiddlewares(context, ingress)), ...(await checkCrossNamespace(context, ingress))];
  }
};

async function checkClass({ cluster }: ClusterContext, name: string): Promise<Finding> {
  const [found] = await cluster.list(["ingressclass", name]);
  if (found !== undefined) return ok(`IngressClass ${name}`);
  const mend = "kubectl get ingressclasses shows what there is; correct ingress.className";
  return problem(`there is no IngressClass ${name}`, "no controller would take the Ingress", mend);
}

async function checkMiddlewares(
  { cluster, config }: ClusterContext,
  { middlewares }: TraefikIngress,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name, namespace = config.namespace } of middlewares) {
    // Without the CRD, which another check tells, kubectl knows no such kind.
    const { code, stdout } = await cluster.try(["get", "middlewares.traefik.io", name, "-n", namespace, "-o", "name"]);
    const found = code === 0 && stdout.trim() !== "";
    const why = "Traefik drops the route then, and answers 404";
    const mend = `make it, or correct ingress.middlewares; kubectl get middlewares -A shows what there is`;
    findings.push(
      found ? ok(`middleware ${namespace}/${name}`) : problem(`there is no middleware ${namespace}/${name}`, why, mend),
    );
  }
  return findings;
}

/** Traefik takes middlewares of other Namespaces only when told so; it is off by default, in k3s' Traefik too. */
async function checkCrossNamespace({ cluster, config }: ClusterContext, ingress: TraefikIngress): Promise<Finding[]> {
  if (ingress.middlewares.every(({ namespace = config.namespace }) => namespace === config.namespace)) return [];
  const { namespace, podLabels } = ingress.controller;
  const selector = Object.entries(podLabels).map(([key, value]) => `${key}=${value}`);
  const pods = await cluster.list<Pod>(["pods", "-n", namespace, "-l", selector.join(",")]);
  // That there is no pod is told by the check of the network policies' peers.
  if (pods.length === 0) return [];
  const values = pods.flatMap(({ spec }) => spec.containers).flatMap(allowCrossNamespace);
  if (values.includes(true)) return [ok("Traefik takes middlewares of other Namespaces")];
  const why = "the sign-in is in another Namespace: Traefik drops the route, and answers 404";
  const mend = "set providers.kubernetesCRD.allowCrossNamespace=true in Traefik's Helm values (k3s: a HelmChartConfig)";
  const what = "Traefik doesn't take middlewares of other Namespaces";
  const usesFile = pods.some(({ spec }) => spec.containers.some(hasConfigFile));
  return [usesFile ? warning(`${what}, unless its configuration file says so`, why, mend) : problem(what, why, mend)];
}

const option = "providers.kubernetescrd.allowcrossnamespace";

/** What a container's arguments and variables say about it; Traefik takes them in any case of letters. */
function allowCrossNamespace({ args = [], command = [], env = [] }: Container): readonly boolean[] {
  const settings = [
    ...[...command, ...args].map((argument) => argument.replace(/^--/, "")),
    ...env.map(({ name, value = "" }) => `${name.replace(/^TRAEFIK_/, "").replaceAll("_", ".")}=${value}`),
  ].map((setting) => setting.toLowerCase());
  return settings.flatMap((setting) => {
    const [name, value = "true"] = setting.split("=");
    return name === option ? [value === "true"] : [];
  });
}

function hasConfigFile({ args = [], command = [] }: Container): boolean {
  return [...command, ...args].some((argument) => /^--configfile/i.test(argument));
}
