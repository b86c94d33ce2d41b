/** Needs what lifecycle.test.ts needs. */
import path from "node:path";
import type { StackConfigInput } from "../../../lib/config";
import { catalogue } from "../../../lib/models";
import { stackFolder } from "../../../lib/terraform-outputs";
import { minimal } from "../../support/config-input";
import { writeFile } from "../../support/temporary-folder";
import { ProjectCopy } from "../support/project";
import { run } from "../support/run";

const userName = "changing-chat";
const cwd = () => path.join(project.folder, stackFolder(userName));
let project: ProjectCopy;
let rendered: Partial<StackConfigInput> = {};

beforeEach(() => {
  project = new ProjectCopy();
});

afterEach(() => {
  try {
    render({ ...rendered, aws: { ...rendered.aws, allowDestroy: { reason: "the test is over" } } });
    terraform(["destroy", "-input=false", "-auto-approve"]);
  } finally {
    project.remove();
  }
});

function terraform(args: readonly string[], accept: readonly number[] = [0]) {
  return run("terraform", args, { cwd: cwd(), accept });
}

function render(changes: Partial<StackConfigInput>): void {
  const config = { ...minimal, ...changes, aws: { userName, ...changes.aws } };
  writeFile(project.folder, "stack.config.ts", `export default ${JSON.stringify(config)};`);
  run("npm", ["run", "-s", "synth"], { cwd: project.folder });
  terraform(["init", "-input=false"]);
  rendered = changes;
}

/** Renders a configuration and applies it, or a part of it. @returns Terraform's summary */
function apply(changes: Partial<StackConfigInput>, args: readonly string[] = []): string | undefined {
  render(changes);
  const { stdout } = terraform(["apply", "-input=false", "-auto-approve", "-no-color", ...args]);
  return /Resources: .*/.exec(stdout)?.[0];
}

function resources(): readonly string[] {
  const { stdout } = terraform(["state", "list"]);
  return stdout
    .trim()
    .split("\n")
    .filter((address) => address.startsWith("aws_"));
}

it("a model that doesn't fit into the first policy gets a second one, and the first stays as it is", () => {
  const models = Object.fromEntries(
    Object.entries(catalogue)
      .filter(([, { offers }]) => offers.us !== undefined)
      .map(([model], index) => [`model-${index}`, { model }]),
  );
  const fitting = Object.fromEntries(Object.entries(models).slice(0, 8));
  expect(apply({ models: fitting })).toBe("Resources: 12 added, 0 changed, 0 destroyed.");
  expect(apply({ models })).toBe("Resources: 2 added, 0 changed, 0 destroyed.");
  expect(apply({ models: fitting })).toBe("Resources: 0 added, 0 changed, 2 destroyed.");
});

describe("from a key to a role", () => {
  const credentials = {
    kind: "web-identity",
    accountId: "123456789012",
    issuerUrl: "https://oidc.example.com",
  } as const;
  const role = [
    "aws_iam_openid_connect_provider.web-identity_provider_58E857B2",
    "aws_iam_policy.policy_1_3ED22366",
    "aws_iam_role.web-identity_role_85712D00",
    "aws_iam_role_policy_attachment.policy_1-attachment_CD9765B7",
  ];

  it("the role can come first, while the key still works, and then the user goes", () => {
    expect(apply({})).toBe("Resources: 12 added, 0 changed, 0 destroyed.");
    const before = resources();
    const roleFirst = ["-target=aws_iam_role_policy_attachment.policy_1-attachment_CD9765B7"];
    expect(apply({ aws: { credentials } }, roleFirst)).toBe("Resources: 3 added, 0 changed, 0 destroyed.");
    expect([...resources()].sort()).toEqual([...new Set([...before, ...role])].sort());

    expect(apply({ aws: { credentials } })).toBe("Resources: 0 added, 0 changed, 3 destroyed.");
    expect([...resources()].sort()).toEqual(role);
  });

  it("and back: the user and its key come first, with the outputs that the Secret needs, and then the role goes", () => {
    apply({ aws: { credentials } });
    const userFirst = [
      "-target=aws_iam_user_policy_attachment.policy_1-attachment_CD9765B7",
      "-target=aws_iam_access_key.access-key_a_93B21314",
    ];
    expect(apply({}, userFirst)).toBe("Resources: 3 added, 0 changed, 0 destroyed.");
    expect(resources()).toEqual(expect.arrayContaining(role));
    const secrets = run("npm", ["run", "-s", "secrets"], { cwd: project.folder }).stdout;
    expect(secrets).toMatch(/AWS_ACCESS_KEY_ID: AKIA\w+$/m);

    expect(apply({})).toBe("Resources: 0 added, 0 changed, 3 destroyed.");
  });

  it("another account than the configured one is refused before anything is planned", () => {
    const wrong = () => apply({ aws: { credentials: { ...credentials, accountId: "210987654321" } } });
    expect(wrong).toThrow(/210987654321|AWS account ID not allowed/);
    expect(() => resources()).toThrow("No state file was found!");
  });
});
