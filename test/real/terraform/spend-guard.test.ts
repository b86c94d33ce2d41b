/** Needs Terraform, and a stand-in for AWS on this machine in AWS_ENDPOINT_URL, in which AWS Budgets' part is played. */
import { Deployment } from "../support/deployment";
import { ProjectCopy } from "../support/project";
import { attachUserPolicy, detachUserPolicy, listAttachedPolicies } from "../support/stand-in";

const userName = "guard-test";
const project = new ProjectCopy();
const deployment = new Deployment(project, { example: "family", aws: { userName } });
const denial = `arn:aws:iam::123456789012:policy/${userName}-spend-guard`;
const permission = `arn:aws:iam::123456789012:policy/${userName}`;

beforeAll(() => {
  deployment.render();
  deployment.terraform(["init", "-input=false"]);
  deployment.apply();
});

afterAll(() => project.remove());

describe("the spend guard", () => {
  it("attaches nothing by itself", async () => {
    expect(await listAttachedPolicies(userName)).toEqual([permission]);
  });

  it("keeps the denial that AWS Budgets attached, also when Terraform changes other things", async () => {
    await attachUserPolicy(userName, denial);
    expect(deployment.isSettled()).toBe(true);
    deployment.render({ spendGuard: { monthlyUsd: 50, notify: ["parent@example.com"] } });
    // The budget's limit, and the topic with its subscription and three alarms, which were left out.
    expect(deployment.apply()).toBe("Resources: 0 added, 1 changed, 5 destroyed.");
    expect([...(await listAttachedPolicies(userName))].sort()).toEqual([permission, denial].sort());
  });

  it("is destroyed with everything else once somebody lifted the denial", async () => {
    await detachUserPolicy(userName, denial);
    expect(deployment.destroy()).toMatch(/Destroy complete! Resources: [1-9]\d* destroyed/);
  });
});
