/** Needs Terraform, and a stand-in for AWS on this machine in AWS_ENDPOINT_URL, in which AWS Budgets' part is played. */
import { exampleNames, loadExample } from "../../support/examples";
import { Deployment } from "../support/deployment";
import { ProjectCopy } from "../support/project";
import { attachPolicy, detachPolicy, listAttachedPolicies, type Principal } from "../support/stand-in";

const notify = ["parent@example.com"];

describe.each(exampleNames)("the spend guard of examples/%s", (example) => {
  const name = `guard-${example}`;
  const principal: Principal = {
    kind: loadExample(example).aws.credentials.kind === "access-key" ? "User" : "Role",
    name,
  };
  const project = new ProjectCopy();
  const deployment = new Deployment(project, {
    example,
    aws: { userName: name, spendGuard: { monthlyUsd: 40, notify, tokenAlarms: {} } },
  });
  const denial = `arn:aws:iam::123456789012:policy/${name}-spend-guard`;
  const permission = `arn:aws:iam::123456789012:policy/${name}`;

  beforeAll(() => {
    deployment.render();
    deployment.terraform(["init", "-input=false"]);
    deployment.apply();
  });

  afterAll(() => project.remove());

  it("attaches nothing by itself", async () => {
    expect(await listAttachedPolicies(principal)).toEqual([permission]);
  });

  it("keeps the denial that AWS Budgets attached, also when Terraform changes other things", async () => {
    await attachPolicy(principal, denial);
    expect(deployment.isSettled()).toBe(true);
    deployment.render({ spendGuard: { monthlyUsd: 50, notify } });
    // The budget's limit. The topic, its subscription and an alarm per model were left out.
    expect(deployment.apply()).toMatch(/^Resources: 0 added, 1 changed, [3-9] destroyed\.$/);
    expect([...(await listAttachedPolicies(principal))].sort()).toEqual([permission, denial].sort());
  });

  it("is destroyed with everything else once somebody lifted the denial", async () => {
    await detachPolicy(principal, denial);
    expect(deployment.destroy()).toMatch(/Destroy complete! Resources: [1-9]\d* destroyed/);
  });
});
