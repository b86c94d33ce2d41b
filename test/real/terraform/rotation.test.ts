/** Needs Terraform, and a stand-in for AWS on this machine in AWS_ENDPOINT_URL, which is asked for its keys. */
import { Deployment } from "../support/deployment";
import { ProjectCopy } from "../support/project";
import { listAccessKeys } from "../support/stand-in";

const userName = "rotation-test";
const project = new ProjectCopy();
const deployment = new Deployment(project, { example: "minimal", aws: { userName } });

/** The key that pods would get. */
function keyInSecret(): string {
  const { stdout } = deployment.npm("secrets");
  const id = /AWS_ACCESS_KEY_ID: (\S+)$/m.exec(stdout)?.[1];
  if (id === undefined) throw new Error("the Secrets hold no AWS_ACCESS_KEY_ID");
  return id;
}

/** The keys that AWS would take, of at most two. */
async function activeKeys(): Promise<readonly string[]> {
  const keys = await listAccessKeys(userName);
  expect(keys.length).toBeGreaterThanOrEqual(1);
  expect(keys.length).toBeLessThanOrEqual(2);
  return keys.filter(({ status }) => status === "Active").map(({ id }) => id);
}

let inPods = "";

/** Moves the file, deploys once, and sees that neither the pods' key nor the Secret's stopped working. */
async function step(direction: "--next" | "--back"): Promise<{ does: string; changes: string }> {
  const { stdout } = deployment.npm("rotate-key", [direction]);
  deployment.render();
  const changes = deployment.apply();
  // Until the Secret is applied and LiteLLM's pods are replaced they go on with the key they have.
  expect(await activeKeys()).toContain(inPods);
  inPods = keyInSecret();
  expect(await activeKeys()).toContain(inPods);
  return { does: /^This (.*)\.$/m.exec(stdout)?.[1] ?? "", changes };
}

beforeAll(() => {
  deployment.render();
  deployment.terraform(["init", "-input=false"]);
  deployment.apply();
  inPods = keyInSecret();
});

afterAll(() => {
  try {
    deployment.destroy();
  } finally {
    project.remove();
  }
});

const nothing = "Resources: 0 added, 0 changed, 0 destroyed.";
const oneAdded = "Resources: 1 added, 0 changed, 0 destroyed.";
const oneChanged = "Resources: 0 added, 1 changed, 0 destroyed.";
const oneDestroyed = "Resources: 0 added, 0 changed, 1 destroyed.";

describe("the rotation of the access key", () => {
  it("goes forward, and back out of every phase, without ever taking the key in use away", async () => {
    const first = inPods;
    const made = { does: "makes a second key, in slot b; nobody uses it yet", changes: oneAdded };

    expect(await step("--next")).toEqual(made);
    expect(await step("--back")).toEqual({
      does: "deletes the new key in slot b, for good",
      changes: oneDestroyed,
    });
    expect(await activeKeys()).toEqual([first]);
    expect(await step("--next")).toEqual(made);
    expect(inPods).toBe(first);

    const toB = { does: "switches to the key in slot b; the one in slot a stays active", changes: nothing };
    expect(await step("--next")).toEqual(toB);
    const second = inPods;
    expect(second).not.toBe(first);
    expect(await step("--back")).toEqual({
      does: "switches to the key in slot a; the one in slot b stays active",
      changes: nothing,
    });
    expect(inPods).toBe(first);
    expect(await step("--next")).toEqual(toB);
    expect(inPods).toBe(second);

    const deactivated = { does: "deactivates the old key in slot a; it can still come back", changes: oneChanged };
    expect(await step("--next")).toEqual(deactivated);
    expect(await activeKeys()).toEqual([second]);
    expect(await step("--back")).toEqual({ does: "makes the old key in slot a active again", changes: oneChanged });
    expect(await activeKeys()).toEqual([first, second]);
    expect(await step("--next")).toEqual(deactivated);

    expect(await step("--next")).toEqual({ does: "deletes the old key in slot a, for good", changes: oneDestroyed });
    expect(await listAccessKeys(userName)).toEqual([{ id: second, status: "Active" }]);
    expect(deployment.npm("rotate-key", ["--back"], [1]).stderr).toContain("a deleted key doesn't come back");
  });

  it("doesn't go on before a step is deployed", async () => {
    deployment.npm("rotate-key", ["--next"]);
    const { stderr } = deployment.npm("rotate-key", ["--next"], [1]);
    expect(stderr).toContain('deployed is "b Active; in use: b", but the file says "a Active, b Active; in use: b".');
    // Taken back, without having been deployed.
    deployment.npm("rotate-key", ["--back"]);
    deployment.render();
    expect(deployment.isSettled()).toBe(true);
  });
});
