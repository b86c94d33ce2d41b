import { createKubernetesApp } from "../../k8s/app";
import { connectToAws } from "../../ops/aws";
import type { CheckContext, ClusterContext } from "../../ops/checks/check";
import { Cluster } from "../../ops/cluster";
import { parseManifests } from "../../ops/manifests";
import { accept, minimalWith } from "./config-input";
import { type Answers, FakePrograms } from "./fake-programs";
import { testImages } from "./images";

const before = { ...process.env };

afterEach(() => {
  process.env = { ...before };
});

/** What a check of a configuration gets, with a kubectl that answers as it is told. */
export async function clusterContext(
  kubectl: Answers,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<ClusterContext> {
  const cluster = { "config current-context": "k3s", "config view": "https://192.0.2.7:6443" };
  process.env["PATH"] = new FakePrograms({ kubectl: { ...cluster, ...kubectl } }).path();
  const context = awsContext({}, settings);
  const objects = parseManifests(createKubernetesApp(context.config, testImages).synthYaml());
  return { ...context, cluster: await Cluster.current(), objects };
}

/** The same without a cluster. @param env - what tells where AWS is, and by which credentials */
export function awsContext(
  env: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, unknown>> = {},
): CheckContext {
  Object.assign(process.env, env);
  const config = accept(minimalWith(settings));
  return { config, aws: connectToAws(config) };
}
