import { type AwsAnswers, AwsStandIn, expired } from "../../support/aws-stand-in";
import { runProgram } from "../../support/command-line";
import { minimal } from "../../support/config-input";
import { type Answers, FakePrograms, fails } from "../../support/fake-programs";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";

const manifests = `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: open-webui
spec: {}
`;

const isDefault = { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } };
const ready = { conditions: [{ type: "Ready", status: "True" }], allocatable: { cpu: "2", memory: "4Gi" } };
const node = {
  metadata: { name: "one" },
  spec: {},
  status: { ...ready, nodeInfo: { kubeletVersion: "v1.33.4+k3s1" } },
};

const kubectl: Answers = {
  "version --client": { clientVersion: { gitVersion: "v1.33.1" } },
  version: { clientVersion: { minor: "33" }, serverVersion: { gitVersion: "v1.33.4", minor: "33" } },
  "config current-context": "k3s",
  "config view": "https://192.0.2.7:6443",
  "/api/v1": { resources: [{ kind: "PersistentVolumeClaim" }] },
  storageclasses: { items: [{ metadata: { name: "fast", ...isDefault } }] },
  "get nodes": { items: [node] },
  "-l k8s-app=kube-dns": { items: [node] },
};

interface Scenario {
  readonly kubectl?: Answers;
  readonly aws?: AwsAnswers;
  readonly args?: readonly string[];
}

async function doctor({ kubectl: answers = {}, aws = {}, args = [] }: Scenario) {
  const folder = temporaryFolder();
  writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(minimal)};`);
  const terraform = { "version -json": { terraform_version: "1.11.4" } };
  const programs = new FakePrograms({
    kubectl: { ...answers, ...kubectl, ...answers },
    terraform,
    npx: { cdk8s: manifests },
  });
  const standIn = await AwsStandIn.start(aws);
  try {
    const env = { ...standIn.env(), PATH: programs.path() };
    const run = await runProgram("ops/main.ts", folder, env, ["doctor", ...args]);
    return { ...run, changes: programs.changes() };
  } finally {
    standIn.stop();
  }
}

jest.setTimeout(30_000);

describe("doctor", () => {
  it("tells all that is right, changes nothing, and says what to do next", async () => {
    const { exitCode, stdout, stderr, changes } = await doctor({});
    expect({ exitCode, stderr, changes }).toEqual({ exitCode: 0, stderr: "", changes: [] });
    expect(stdout).toContain("this machine: 5 ok, 0 warnings, 0 problems\n");
    expect(stdout).toContain(
      "\ncluster:\n  ok       cluster k3s (https://192.0.2.7:6443), Kubernetes v1.33.4; no stack is here yet\n",
    );
    expect(stdout).toContain("\nAWS:\n  ok       AWS account 123456789012");
    expect(stdout).toMatch(/\nnext: npm run deploy, or npm run verify when it is deployed\n$/);
  });

  it("tells a problem with why it matters and what mends it, and fails", async () => {
    const { exitCode, stdout } = await doctor({ kubectl: { storageclasses: { items: [] } } });
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      "  problem  the cluster has no default storage class\n" +
        "           why:  the pods would wait for their volumes for ever\n" +
        "           mend: name one in openWebUi.storage.storageClass and redis.storage.storageClass; there is none\n",
    );
    expect(stdout).toMatch(/\nnext: mend what is a problem above, and run npm run doctor again\n$/);
  });

  it("goes on where one part can't be looked at", async () => {
    const { stdout } = await doctor({
      kubectl: { "config current-context": fails("error: current-context is not set") },
      aws: { refuse: { "*": expired } },
    });
    expect(stdout).toContain(
      "problem  kubectl has no current context.\n           why:  nothing of the cluster was checked\n           mend: choose a cluster: kubectl config use-context NAME\n",
    );
    expect(stdout).toContain(
      "problem  AWS doesn't take the credentials: the AWS credentials are temporary, and their time is over",
    );
    expect(stdout).toContain("mend: sign in again, such as with aws sso login, and run the command again");
    expect(stdout).toContain("this machine: 5 ok");
  });

  it("prints data alone with --json", async () => {
    const { exitCode, stdout } = await doctor({ args: ["--json"] });
    const { findings, next } = JSON.parse(stdout) as { readonly findings: readonly object[]; readonly next: string };
    expect(exitCode).toBe(0);
    expect(findings).toContainEqual({ part: "cluster", level: "ok", what: "a default storage class" });
    expect(next).toBe("npm run deploy, or npm run verify when it is deployed");
  });
});
