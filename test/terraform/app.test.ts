import path from "node:path";
import { Annotations, type AppConfig } from "cdktf";
import { createTerraformApp, listResourceTypes } from "../../terraform/app";
import { accept, minimalWith } from "../support/config-input";
import { readTree, temporaryFolder } from "../support/temporary-folder";

const config = accept(minimalWith({ "aws.userName": "test-chat" }));
const stackFile = path.join("stacks", "test-chat", "cdk.tf.json");

describe("the AWS side", () => {
  it("is one stack, named as the user", () => {
    const outdir = temporaryFolder();
    createTerraformApp(config, { outdir }).synth();
    expect(Object.keys(readTree(outdir)).filter((file) => file.endsWith("cdk.tf.json"))).toEqual([stackFile]);
  });

  it("has nothing of this machine in its output by default, though cdktf would put stack traces there", () => {
    const render = (options: AppConfig) => {
      const outdir = temporaryFolder();
      const app = createTerraformApp(config, { outdir, ...options });
      Annotations.of(app.node.findChild("test-chat")).addInfo("a remark, which has a stack trace");
      app.synth();
      return JSON.stringify(readTree(outdir));
    };
    const project = path.resolve(__dirname, "..", "..");
    expect(render({ stackTraces: true })).toContain(project);
    expect(render({})).not.toContain(project);
  });

  it("is the same at every synthesis", () => {
    const [first, second] = [temporaryFolder(), temporaryFolder()].map((outdir) => {
      createTerraformApp(config, { outdir }).synth();
      return readTree(outdir)[stackFile];
    });
    expect(first).toContain("aws_iam_user");
    expect(second).toBe(first);
  });

  it("goes to cdktf.out by default", () => {
    const before = process.cwd();
    const folder = temporaryFolder();
    process.chdir(folder);
    try {
      createTerraformApp(config).synth();
    } finally {
      process.chdir(before);
    }
    expect(Object.keys(readTree(folder))).toContain(path.join("cdktf.out", stackFile));
  });
});

describe("listResourceTypes", () => {
  it("names the type of every resource, one by one", () => {
    const types = listResourceTypes(createTerraformApp(config, { outdir: temporaryFolder() }));
    expect([...types].sort()).toEqual([
      "aws_iam_access_key",
      "aws_iam_policy",
      "aws_iam_user",
      "aws_iam_user_policy_attachment",
      ...Array.from({ length: 8 }, () => "random_password"),
    ]);
  });
});
