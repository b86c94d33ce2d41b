import { differenceOf, runDeployCommand } from "../../support/deploy-command";
import { changeOf } from "../../support/key-command";

const diff = (scenario: Parameters<typeof runDeployCommand>[1], ...args: readonly string[]) =>
  runDeployCommand(["diff", ...args], scenario);

const changed = {
  plan: [changeOf("aws_iam_policy.policy", "update")],
  kubectl: {
    diff: differenceOf("apps.v1.Deployment.chat.litellm"),
    "part-of=": { items: [{ apiVersion: "v1", kind: "Service", metadata: { name: "old" } }] },
  },
};

jest.setTimeout(60_000);

describe("diff", () => {
  it("shows what would change in AWS and in the cluster, and what would be removed; changes nothing", async () => {
    const { exitCode, stdout, stderr, changes, calls } = await diff(changed);
    expect({ exitCode, stderr, changes }).toEqual({ exitCode: 0, stderr: "", changes: [] });
    expect(stdout).toBe(
      [
        "AWS:",
        "Plan: some to change.",
        "",
        "Cluster k3s (https://192.0.2.7:6443):",
        "Deployment litellm:",
        "@@ -1,1 +1,1 @@",
        "-a: 1",
        "+a: 2",
        "",
        "AWS: 1 change",
        "  update aws_iam_policy.policy",
        "cluster k3s (https://192.0.2.7:6443): 2 changes",
        "  update Deployment litellm",
        "  remove Service old",
        "next: npm run deploy",
        "",
      ].join("\n"),
    );
    // The values come from AWS, which isn't as it is described.
    expect(calls).not.toContain("npm run -s secrets");
  });

  it("says so when there is nothing to do", async () => {
    const { stdout } = await diff({});
    expect(stdout).toBe(
      "AWS: no change\ncluster k3s (https://192.0.2.7:6443): no change\nnext: nothing: all is as it is described\n",
    );
  });

  it("names Secrets that differ, and shows nothing of them", async () => {
    const { stdout, input } = await diff({ kubectl: { diff: differenceOf("v1.Secret.chat.litellm") } });
    expect(input).toContain("of-the-secret");
    expect(stdout).toContain("  update Secret litellm\n");
    expect(stdout).not.toContain("of-the-secret");
  });

  it("prints data alone with --json", async () => {
    const { stdout } = await diff(changed, "--json");
    expect(JSON.parse(stdout)).toEqual({
      aws: [{ address: "aws_iam_policy.policy", action: "update" }],
      cluster: [{ object: "Deployment litellm", action: "update" }],
      removed: ["Service old"],
      next: "npm run deploy",
    });
  });
});
