import { chmodSync, mkdirSync } from "node:fs";
import { checkStateFolder } from "../../../ops/checks/state-folder";
import { checkTools } from "../../../ops/checks/tools";
import { awsContext } from "../../support/checks";
import { type Answers, FakePrograms, fails } from "../../support/fake-programs";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";

const s3 = { "aws.state": { kind: "s3", bucket: "my-state" } };
const kubectl = { "version --client": { clientVersion: { gitVersion: "v1.33.1" } } };
const terraform = (version: string) => ({ "version -json": { terraform_version: version } });

function useOnly(programs: Readonly<Record<string, Answers>>): void {
  process.env["PATH"] = new FakePrograms(programs).path({ only: true });
}

describe("the tools", () => {
  it("are there", async () => {
    const context = awsContext({});
    useOnly({ npx: {}, kubectl, terraform: terraform("1.5.7") });
    expect(await checkTools(context)).toEqual([
      { level: "ok", what: `Node ${process.versions.node}` },
      { level: "ok", what: "the packages are installed" },
      { level: "ok", what: "kubectl v1.33.1" },
      { level: "ok", what: "terraform 1.5.7" },
    ]);
  });

  it("are missing: each with the page that has it", async () => {
    const context = awsContext({});
    useOnly({ npx: { cdktf: fails("npm error npx canceled") } });
    const [, ...findings] = await checkTools(context);
    expect(findings).toEqual([
      {
        level: "problem",
        what: "the packages aren't installed",
        why: "both sides are rendered by them",
        mend: "npm ci",
      },
      {
        level: "problem",
        what: "kubectl isn't installed, or not on the PATH",
        why: "the Kubernetes side is applied by it",
        mend: "https://kubernetes.io/docs/tasks/tools/",
      },
      {
        level: "problem",
        what: "terraform isn't installed, or not on the PATH",
        why: "the AWS side is deployed by it",
        mend: "https://developer.hashicorp.com/terraform/install",
      },
    ]);
  });

  it.each([
    ["1.9.8", "problem"],
    ["1.10.0", "ok"],
    ["2.0.0", "ok"],
  ])("have to lock a state in a bucket: Terraform %s", async (version, level) => {
    const context = awsContext({}, s3);
    useOnly({ npx: {}, kubectl, terraform: terraform(version) });
    expect((await checkTools(context)).at(-1)).toMatchObject({ level });
  });
});

describe("the state folder", () => {
  const before = process.cwd();
  beforeEach(() => process.chdir(temporaryFolder()));
  afterEach(() => process.chdir(before));

  it("isn't there yet", async () => {
    expect(await checkStateFolder(awsContext({}))).toEqual([
      { level: "ok", what: "there is no state/ yet; it will be private" },
    ]);
  });

  it("is private", async () => {
    mkdirSync("state", { mode: 0o700 });
    expect(await checkStateFolder(awsContext({}))).toEqual([
      { level: "ok", what: "state/ is private; nothing was deployed from here yet" },
    ]);
    writeFile("state", "open-webui-bedrock.tfstate", "{}");
    expect(await checkStateFolder(awsContext({}))).toEqual([{ level: "ok", what: "state/ is private" }]);
  });

  it("can be read by others", async () => {
    mkdirSync("state");
    chmodSync("state", 0o750);
    expect(await checkStateFolder(awsContext({}))).toEqual([
      {
        level: "problem",
        what: "state/ has mode 0750: others of this machine can read it",
        why: "it holds the access key and all secrets in clear",
        mend: "chmod 700 state",
      },
    ]);
  });

  it("is a bucket", async () => {
    expect(await checkStateFolder(awsContext({}, s3))).toEqual([
      { level: "ok", what: "the Terraform state is in the bucket my-state" },
    ]);
  });
});
