/** Needs Terraform, and a stand-in for AWS on this machine in AWS_ENDPOINT_URL. */
import { rmSync } from "node:fs";
import path from "node:path";
import { Deployment } from "../support/deployment";
import { ProjectCopy } from "../support/project";
import { createUser, endpoint, listAccessKeys, signature, userId } from "../support/stand-in";

let project: ProjectCopy;

beforeEach(() => {
  project = new ProjectCopy();
});

afterEach(() => project.remove());

const bucket = "state-test";
const lock = `${bucket}/chat/bucket-test.tfstate.tflock`;

/** Changes the stand-in's S3, past Terraform. */
async function s3(method: "PUT" | "DELETE", key: string, body = ""): Promise<void> {
  const headers = signature("s3");
  const response = await fetch(`${endpoint()}/${key}`, { method, headers, body: method === "PUT" ? body : null });
  if (!response.ok) throw new Error(`${method} ${key}: ${response.status} ${await response.text()}`);
}

function accessKeyOf(deployment: Deployment): string {
  return /AWS_ACCESS_KEY_ID: \S+/.exec(deployment.npm("secrets").stdout)?.[0] ?? "none";
}

describe("the state in a bucket", () => {
  it("takes over a local one, is locked, serves the Secrets from another checkout, and destroys", async () => {
    await s3("PUT", bucket);
    const options = {
      example: "minimal",
      aws: { userName: "bucket-test" },
      // The stand-in has no host name per bucket.
      env: { TF_CLI_ARGS_init: "-backend-config=use_path_style=true" },
    };
    const local = new Deployment(project, { ...options, env: {} });
    local.render();
    local.terraform(["init", "-input=false"]);
    local.apply();
    const key = accessKeyOf(local);
    expect(key).toMatch(/: AKIA/);

    const inBucket = new Deployment(project, options);
    inBucket.render({ state: { kind: "s3", bucket, keyPrefix: "chat" } });
    inBucket.terraform(["init", "-input=false", "-migrate-state", "-force-copy"]);
    expect(inBucket.isSettled()).toBe(true);

    // Another checkout knows nothing but the bucket.
    rmSync(path.join(project.folder, "state"), { recursive: true });
    rmSync(path.join(project.folder, "cdktf.out"), { recursive: true });
    inBucket.render();
    inBucket.terraform(["init", "-input=false"]);
    expect(accessKeyOf(inBucket)).toBe(key);

    await s3("PUT", lock, "{}");
    expect(inBucket.terraform(["plan", "-input=false"], [1]).stderr).toContain("Error acquiring the state lock");
    await s3("DELETE", lock);
    expect(inBucket.destroy()).toMatch(/Destroy complete! Resources: [1-9]\d* destroyed/);
  });
});

describe("an IAM user that exists already", () => {
  it("is taken over as it is, by terraform import", async () => {
    const userName = "import-test";
    const id = await createUser(userName);
    const deployment = new Deployment(project, { example: "minimal", aws: { userName } });
    deployment.render();
    deployment.terraform(["init", "-input=false"]);
    expect(deployment.terraform(["apply", "-input=false", "-auto-approve"], [1]).stderr).toContain(
      "EntityAlreadyExists",
    );

    deployment.terraform(["import", "-input=false", "aws_iam_user.user", userName]);
    expect(deployment.apply()).toContain("0 destroyed");
    expect(await userId(userName)).toBe(id);
    expect(await listAccessKeys(userName)).toHaveLength(1);
    expect(deployment.isSettled()).toBe(true);
    expect(deployment.destroy()).toMatch(/Destroy complete! Resources: [1-9]\d* destroyed/);
  });
});
