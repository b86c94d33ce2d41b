import { images } from "../lib/versions";
import { bundleSimulator } from "../simulator/bundle";
import { LoadGenerator } from "../test/real/load/load-generator";
import { TestStack } from "../test/real/support/test-stack";
import { loadExample } from "../test/support/examples";

/**
 * Deploys the homelab example with a simulated Bedrock, works with it and takes it down.
 * @param namespace - of this work alone
 * @param change - what is done to the manifests first
 */
export async function withStack<Result>(
  namespace: string,
  change: (manifests: string) => string,
  work: (stack: TestStack, load: LoadGenerator, deploySeconds: number) => Promise<Result>,
): Promise<Result> {
  const stack = new TestStack({ ...loadExample("homelab"), namespace });
  try {
    const started = performance.now();
    stack.deploy({ simulatedBedrock: { image: images.node, program: bundleSimulator() } }, change);
    const deploySeconds = (performance.now() - started) / 1000;
    const load = new LoadGenerator(stack);
    load.deploy();
    return await work(stack, load, deploySeconds);
  } finally {
    stack.remove();
  }
}
