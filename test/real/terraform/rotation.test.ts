/** Needs Terraform, and a stand-in for AWS on this machine in AWS_ENDPOINT_URL, which is asked for its keys. */
import { exampleNames, loadExample } from "../../support/examples";
import { Deployment } from "../support/deployment";
import { ProjectCopy } from "../support/project";
import { type KnownKey, listAccessKeys } from "../support/stand-in";

const hasKey = (example: string) => loadExample(example).aws.credentials.kind === "access-key";

/** A deployed example whose key is rotated. */
class Rotation {
  readonly deployment: Deployment;
  /** Until the Secret is applied and LiteLLM's pods are replaced they go on with the key they have. */
  inPods: string;
  private readonly project = new ProjectCopy();
  private readonly userName: string;

  constructor(example: string) {
    this.userName = `rotation-${example}`;
    this.deployment = new Deployment(this.project, { example, aws: { userName: this.userName } });
    this.deployment.render();
    this.deployment.terraform(["init", "-input=false"]);
    this.deployment.apply();
    this.inPods = this.keyInSecret();
  }

  /** Moves the file, deploys once, and sees that neither the pods' key nor the Secret's stopped working. */
  async step(direction: "--next" | "--back"): Promise<{ does: string; changes: string }> {
    const { stdout } = this.deployment.npm("rotate-key", [direction]);
    this.deployment.render();
    const changes = this.deployment.apply();
    expect(await this.activeKeys()).toContain(this.inPods);
    this.inPods = this.keyInSecret();
    expect(await this.activeKeys()).toContain(this.inPods);
    return { does: /^This (.*)\.$/m.exec(stdout)?.[1] ?? "", changes };
  }

  /** The keys that AWS would take, of at most two. */
  async activeKeys(): Promise<readonly string[]> {
    const keys = await this.keys();
    expect(keys.length).toBeGreaterThanOrEqual(1);
    expect(keys.length).toBeLessThanOrEqual(2);
    return keys.filter(({ status }) => status === "Active").map(({ id }) => id);
  }

  keys(): Promise<readonly KnownKey[]> {
    return listAccessKeys(this.userName);
  }

  remove(): void {
    try {
      this.deployment.destroy();
    } finally {
      this.project.remove();
    }
  }

  private keyInSecret(): string {
    const { stdout } = this.deployment.npm("secrets");
    const id = /AWS_ACCESS_KEY_ID: (\S+)$/m.exec(stdout)?.[1];
    if (id === undefined) throw new Error("the Secrets hold no AWS_ACCESS_KEY_ID");
    return id;
  }
}

const nothing = "Resources: 0 added, 0 changed, 0 destroyed.";
const oneAdded = "Resources: 1 added, 0 changed, 0 destroyed.";
const oneChanged = "Resources: 0 added, 1 changed, 0 destroyed.";
const oneDestroyed = "Resources: 0 added, 0 changed, 1 destroyed.";

const made = { does: "makes a second key, in slot b; nobody uses it yet", changes: oneAdded };
const switched = { does: "switches to the key in slot b; the one in slot a stays active", changes: nothing };
const deactivated = { does: "deactivates the old key in slot a; it can still come back", changes: oneChanged };
const deleted = { does: "deletes the old key in slot a, for good", changes: oneDestroyed };

describe.each(exampleNames.filter(hasKey))("the access key of examples/%s", (example) => {
  it("is replaced in four steps, and never is the one in use missing or inactive", async () => {
    const rotation = new Rotation(example);
    try {
      const first = rotation.inPods;
      for (const expected of [made, switched, deactivated, deleted])
        expect(await rotation.step("--next")).toEqual(expected);
      expect(rotation.inPods).not.toBe(first);
      expect(await rotation.keys()).toEqual([{ id: rotation.inPods, status: "Active" }]);
    } finally {
      rotation.remove();
    }
  });
});

describe.each(exampleNames.filter((example) => !hasKey(example)))("examples/%s", (example) => {
  it("has no key to rotate", () => {
    const project = new ProjectCopy();
    try {
      const deployment = new Deployment(project, { example, aws: { userName: `rotation-${example}` } });
      deployment.render();
      expect(deployment.npm("rotate-key", ["--next"], [1]).stderr).toContain("there is no access key.");
    } finally {
      project.remove();
    }
  });
});

describe("a rotation", () => {
  let rotation: Rotation;

  beforeAll(() => {
    rotation = new Rotation("minimal");
  });

  afterAll(() => rotation.remove());

  it("goes back out of every phase, without ever taking the key in use away", async () => {
    const first = rotation.inPods;
    expect(await rotation.step("--next")).toEqual(made);
    expect(await rotation.step("--back")).toEqual({
      does: "deletes the new key in slot b, for good",
      changes: oneDestroyed,
    });
    expect(await rotation.activeKeys()).toEqual([first]);
    expect(await rotation.step("--next")).toEqual(made);
    expect(rotation.inPods).toBe(first);

    expect(await rotation.step("--next")).toEqual(switched);
    const second = rotation.inPods;
    expect(await rotation.step("--back")).toEqual({
      does: "switches to the key in slot a; the one in slot b stays active",
      changes: nothing,
    });
    expect(rotation.inPods).toBe(first);
    expect(await rotation.step("--next")).toEqual(switched);
    expect(rotation.inPods).toBe(second);

    expect(await rotation.step("--next")).toEqual(deactivated);
    expect(await rotation.activeKeys()).toEqual([second]);
    expect(await rotation.step("--back")).toEqual({
      does: "makes the old key in slot a active again",
      changes: oneChanged,
    });
    expect(await rotation.activeKeys()).toEqual([first, second]);
    expect(await rotation.step("--next")).toEqual(deactivated);

    expect(await rotation.step("--next")).toEqual(deleted);
    const { stderr } = rotation.deployment.npm("rotate-key", ["--back"], [1]);
    expect(stderr).toContain("a deleted key doesn't come back");
  });

  it("doesn't go on before a step is deployed", () => {
    const { deployment } = rotation;
    deployment.npm("rotate-key", ["--next"]);
    const { stderr } = deployment.npm("rotate-key", ["--next"], [1]);
    expect(stderr).toContain('deployed is "b Active; in use: b", but the file says "a Active, b Active; in use: b".');
    // Taken back, without having been deployed.
    deployment.npm("rotate-key", ["--back"]);
    deployment.render();
    expect(deployment.isSettled()).toBe(true);
  });
});
