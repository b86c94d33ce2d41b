/** What `npx cdk8s synth` runs in a copy of the project: as k8s/main.ts, with a simulated Bedrock instead of AWS. */
import { createKubernetesApp } from "../../../k8s/app";
import { loadConfig } from "../../../lib/config";
import { images } from "../../../lib/versions";
import { bundleSimulator } from "../../../simulator/bundle";

createKubernetesApp(loadConfig(), images, {
  simulatedBedrock: { image: images.node, program: bundleSimulator() },
}).synth();
