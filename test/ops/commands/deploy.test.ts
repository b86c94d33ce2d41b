import path from "node:path";
import { deployCommand } from "../../../ops/commands/deploy";
import { expired } from "../../support/aws-stand-in";
import { type DeployScenario, differenceOf, runDeployCommand, workloadsQuery } from "../../support/deploy-command";
import { fails } from "../../support/fake-programs";
import { changeOf } from "../../support/key-command";
import { livePod, liveWorkload, waitingFor } from "../../support/live-objects";

const deploy = (scenario: DeployScenario, ...args: readonly string[]) =>
  runDeployCommand(["deploy", "--no-doctor", ...args], scenario);

const changed: DeployScenario = {
  plan: [changeOf("aws_iam_policy.policy", "update")],
  kubectl: { diff: differenceOf("apps.v1.Deployment.chat.litellm") },
};

jest.setTimeout(180_000);

describe("deploy", () => {
  it("shows the plan, and changes nothing when nobody is there to consent", async () => {
    const { exitCode, stdout, stderr, changes } = await deploy(changed);
    expect({ exitCode, changes }).toEqual({ exitCode: 1, changes: [] });
    expect(stdout).toBe(
      [
        "",
        "AWS: 1 change",
        "  update aws_iam_policy.policy",
        "cluster k3s (https://192.0.2.7:6443): 1 change",
        "  update Deployment litellm",
        "",
      ].join("\n"),
    );
    expect(stderr).toBe(
      "Change this in AWS and on k3s (https://192.0.2.7:6443)? There is nobody to ask; --yes answers.\n",
    );
  });

  it("brings AWS, then the Secrets, then the manifests, waits, and verifies", async () => {
    const { exitCode, stdout, stderr, changes, input } = await deploy(changed, "--yes");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(changes).toEqual([
      "terraform -chdir=cdktf.out/stacks/test-chat apply -input=false -no-color ops.tfplan",
      "kubectl apply --server-side -f -",
      "kubectl apply --server-side -f -",
    ]);
    expect(input.lastIndexOf("of-the-secret")).toBeLessThan(input.lastIndexOf("kind: Deployment"));
    expect(stdout).toContain("Secrets: Deployment litellm applied\nmanifests: 1 object applied\n");
    expect(stdout).toMatch(/ s {2}litellm: ready\n +\d+ s {2}open-webui: ready\n/);
    expect(stdout).toMatch(/│ nova-lite +│/);
    expect(stdout).toMatch(/\nnext: npm run open, and chat\n$/);
    expect(stdout).not.toMatch(/of-the-secret|sk-verify|of-the-owner/);
  });

  it("changes nothing when nothing differs, and asks nobody", async () => {
    const { exitCode, stdout, changes } = await deploy({});
    expect({ exitCode, changes }).toEqual({ exitCode: 0, changes: [] });
    expect(stdout).toContain("Secrets: no change\nmanifests: no change\n");
  });

  it("leaves Secrets alone that come from elsewhere", async () => {
    const settings = { secrets: { kind: "existing", liteLlm: "my-keys" } };
    const { stdout, calls } = await deploy({ settings });
    expect(stdout).toContain("Secrets: of kind existing, not brought from here\n");
    expect(calls).not.toContain("npm run -s secrets");
  });

  it("fails when a model doesn't answer in the end", async () => {
    const { exitCode, stdout } = await deploy({ answers: 403 });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/\nnext: mend what failed above, and run npm run verify again\n$/);
  });

  it("stops before the cluster when AWS fails", async () => {
    const apply = fails("Error: AccessDenied");
    const { exitCode, stderr, changes } = await deploy({ ...changed, terraform: { " apply ": apply } }, "--yes");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("failed: Error: AccessDenied");
    expect(changes.filter((call) => call.startsWith("kubectl"))).toEqual([]);
  });

  it("says what to do about a field that somebody else owns", async () => {
    const kubectl = { ...changed.kubectl, "apply ": fails('conflict with "helm": .spec.replicas') };
    const { stderr } = await deploy({ kubectl }, "--yes");
    expect(stderr).toContain('conflict with "helm": .spec.replicas\n');
    expect(stderr).toContain("next: somebody else owns these fields: docs/configuration.md#moving-in-and-out\n");
  });

  it.each(["0", "-1", "soon", "100000"])("refuses to wait %s", async (seconds) => {
    const command = deployCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    await expect(command.parseAsync(["--timeout", seconds], { from: "user" })).rejects.toThrow(
      `'${seconds}' is invalid. Allowed: seconds, 1 to 99999.`,
    );
  });
});

describe("deploy: assistants", () => {
  const name = "open-webui-provisioner-1a2b3c4d5e";
  const job = (type: string) => ({
    kind: "Job",
    metadata: { name },
    status: { conditions: [{ type, status: "True" }] },
  });
  const described = `---\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: ${name}\nspec: {}\n`;
  const diff = differenceOf("v1.ConfigMap.chat.open-webui-provisioner");

  it("are brought again by a Job that is there since an earlier time, and waited for", async () => {
    const kubectl = { diff, [`get job ${name}`]: job("Complete") };
    const { exitCode, stdout, changes } = await deploy({ described, kubectl }, "--yes");
    expect(exitCode).toBe(0);
    expect(changes.slice(-2)).toEqual([
      `kubectl delete job ${name} -n chat --wait`,
      "kubectl apply --server-side -f -",
    ]);
    expect(stdout).toContain("assistants and prompts: done\n");
  });

  it("with documents that are pushed end with how", async () => {
    const settings = {
      models: { lite: { model: "amazon.nova-lite-v1:0" }, titan: { model: "amazon.titan-embed-text-v2:0" } },
      database: { kind: "postgres" },
      assistants: { guide: { baseModel: "lite", knowledge: ["docs"] } },
      knowledge: { docs: { path: path.resolve("docs/decisions"), delivery: "push" } },
    };
    const { stdout } = await deploy({ settings }, "--yes", "--no-doctor");
    expect(stdout).toMatch(/\nnext: npm run push-knowledge brings the documents of docs\n$/);
  });

  it("that can't be brought fail the deployment, in their Job's words", async () => {
    const kubectl = {
      [`get job ${name}`]: job("Failed"),
      [`job-name=${name}`]: { items: [{ metadata: { name: "last" } }] },
      "logs last": "guide: somebody made an entry with this id\n",
    };
    const { exitCode, stderr } = await deploy({ described, kubectl }, "--yes");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`Job ${name} failed.\nguide: somebody made an entry with this id\n`);
  });
});

describe("deploy: what nothing describes any more", () => {
  const leftOver: DeployScenario = {
    kubectl: { "part-of=": { items: [{ apiVersion: "v1", kind: "Service", metadata: { name: "old" } }] } },
  };

  it("is listed, and removed with consent", async () => {
    const { exitCode, stdout, changes } = await deploy(leftOver, "--yes");
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      "Nothing describes these any more, which are ours by their label:\n  Service old\nRemove them from k3s (https://192.0.2.7:6443).\n",
    );
    expect(changes).toEqual(["kubectl delete -n chat service/old --ignore-not-found --wait --timeout=120s"]);
  });

  it("says how assistants go that were declared", async () => {
    const item = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "open-webui-provisioner" } };
    const { stdout } = await deploy({ kubectl: { "part-of=": { items: [item] } } }, "--yes");
    expect(stdout).toContain("To remove them, too, deploy with assistants: {}.\n");
    expect((await deploy(leftOver, "--yes")).stdout).not.toContain("assistants");
  });

  it("stays without", async () => {
    const { exitCode, stderr, changes } = await deploy(leftOver);
    expect({ exitCode, changes }).toEqual({ exitCode: 1, changes: [] });
    expect(stderr).toContain("Remove them from k3s (https://192.0.2.7:6443)? There is nobody to ask; --yes answers.");
  });
});

describe("deploy: a pod that stays until it is deleted", () => {
  const others = [liveWorkload("Deployment", "litellm"), livePod("litellm")];
  const behind = (pod: Parameters<typeof livePod>[1]): DeployScenario => ({
    kubectl: {
      [workloadsQuery]: {
        items: [
          ...others,
          liveWorkload("StatefulSet", "open-webui"),
          livePod("open-webui", { revision: "old", ...pod }),
        ],
      },
      "get events": { items: [] },
    },
  });
  const deletion = "kubectl delete pod open-webui-0 -n chat --wait --timeout=600s";

  it("is explained, and replaced with consent once all else is ready", async () => {
    const { exitCode, stdout, changes } = await deploy(behind({}), "--yes");
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      "\nopen-webui-0 still runs as before: Kubernetes replaces the pods of open-webui only when they are deleted, so that two\n" +
        "versions never work on one database. Nobody can chat from then on until the new one is ready, 10 s to a minute.\n" +
        "Delete the pod open-webui-0 now.\n",
    );
    expect(changes).toEqual([deletion]);
  });

  it("stays without consent", async () => {
    const { stderr, changes } = await deploy(behind({}));
    expect(stderr).toContain("Delete the pod open-webui-0 now? There is nobody to ask; --yes answers.");
    expect(changes).toEqual([]);
  });

  it("comes with a warning when the image is another", async () => {
    const { stdout } = await deploy(behind({ image: "open-webui:0" }), "--yes");
    expect(stdout).toContain(
      "It gets another image: open-webui:1. A new version changes its database at the start, and an older\n" +
        "one doesn't start on that: npm run backup first.\n",
    );
  });

  it("is replaced before anything is waited for when it can't get ready", async () => {
    const { stdout, stderr, changes } = await deploy(
      behind({ status: waitingFor("CrashLoopBackOff") }),
      "--yes",
      "--timeout=1",
    );
    expect(stdout).toContain("It isn't ready, so that nobody loses a chat.\nDelete the pod open-webui-0 now.\n");
    expect(changes).toEqual([deletion]);
    // It never gets ready here.
    expect(stderr).toContain("Not everything gets ready:\n  - open-webui: CrashLoopBackOff\n");
  });
});

describe("deploy: what keeps it from working", () => {
  const unreachable =
    "The connection to the server 192.0.2.7:6443 was refused - did you specify the right host or port?";

  it("is told without the doctor, too: no kubectl", async () => {
    const { exitCode, stderr, changes } = await deploy({ withoutKubectl: true }, "--yes");
    expect({ exitCode, changes }).toEqual({ exitCode: 1, changes: [] });
    expect(stderr).toBe(
      "kubectl isn't installed, or not on the PATH.\nnext: install it: https://kubernetes.io/docs/tasks/tools/\n",
    );
  });

  it.each<readonly [string, DeployScenario, string]>([
    [
      "no context",
      { kubectl: { "config current-context": fails("error: current-context is not set") } },
      "kubectl has no current context.\nnext: choose a cluster: kubectl config use-context NAME\n",
    ],
    ["an unreachable API server", { kubectl: { "get namespace": fails(unreachable) } }, `failed: ${unreachable}\n`],
    [
      "a missing kind",
      { kubectl: { diff: fails('no matches for kind "IngressRoute" in version "traefik.io/v1alpha1"') } },
      'kubectl diff failed: no matches for kind "IngressRoute" in version "traefik.io/v1alpha1"\n',
    ],
    [
      "expired AWS credentials",
      { terraform: { "plan ": fails("Error: ExpiredToken: The security token included in the request is expired") } },
      "failed: Error: ExpiredToken: The security token included in the request is expired\n",
    ],
  ])("is told without the doctor, too: %s", async (_, scenario, message) => {
    const { exitCode, stderr, changes } = await deploy(scenario, "--yes");
    expect({ exitCode, changes }).toEqual({ exitCode: 1, changes: [] });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
  });

  it.each<readonly [string, DeployScenario, string]>([
    [
      "a missing storage class",
      { kubectl: { storageclasses: { items: [] } } },
      "  problem  the cluster has no default storage class\n",
    ],
    [
      "an unreachable API server",
      { kubectl: { "get --raw": fails(unreachable), version: fails(unreachable) } },
      unreachable,
    ],
    [
      "expired AWS credentials",
      { aws: { refuse: { "*": expired } } },
      "mend: sign in again, such as with aws sso login, and run the command again\n",
    ],
  ])("is looked for first, and stops it: %s", async (_, scenario, message) => {
    const { exitCode, stdout, stderr, changes } = await runDeployCommand(["deploy", "--yes"], scenario);
    expect(stderr).toBe(
      "Nothing was changed.\nnext: mend what is a problem above, and run npm run deploy again (or with --no-doctor)\n",
    );
    expect({ exitCode, changes }).toEqual({ exitCode: 1, changes: [] });
    expect(stdout).toContain(message);
    expect(stdout).not.toContain("  ok  ");
  });
});
