/**
 * Needs what pods.test.ts needs. The figures of docs/benchmarks.md are `npm run bench:memory`'s; this is its quick
 * part, in CI.
 */
import { components } from "../../../lib/naming";
import { images } from "../../../lib/versions";
import { bundleSimulator } from "../../../simulator/bundle";
import { loadExample } from "../../support/examples";
import { LoadGenerator } from "../load/load-generator";
import { TestStack } from "../support/test-stack";
import { readUsage, sumWorkingSets } from "../support/usage";

const stack = new TestStack({ ...loadExample("homelab"), namespace: "memory" });
const load = new LoadGenerator(stack);
const limitMegabytes = 650;

const usedMegabytes = async () => sumWorkingSets(await readUsage(stack), Object.values(components));

beforeAll(() => {
  stack.deploy({ simulatedBedrock: { image: images.node, program: bundleSimulator() } });
  load.deploy();
});

afterAll(() => stack.remove());

describe("the three pods together", () => {
  it(`need at most ${limitMegabytes} MB before the first chat, and after 50`, async () => {
    expect(await usedMegabytes()).toBeLessThan(limitMegabytes);
    await load.makeChats({ count: 50, concurrency: 4, model: "claude-sonnet", question: "What does a kubelet do?" });
    expect(await usedMegabytes()).toBeLessThan(limitMegabytes);
  });

  it("survive 16 long answers at once", async () => {
    await load.makeChats({ count: 16, concurrency: 16, model: "claude-sonnet", question: "simulate:long=2000" });
    const pods = stack.kubectl(["get", "pods", "-o", "jsonpath={.items[*].status.containerStatuses[*].restartCount}"]);
    expect(pods.split(" ").every((count) => count === "0")).toBe(true);
  });
});
