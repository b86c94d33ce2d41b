import { externalPostgres } from "../../support/config-input";
import { type DeployRun, type DeployScenario, runDeployCommand } from "../../support/deploy-command";
import { type Answers, fails } from "../../support/fake-programs";
import { changeOf } from "../../support/key-command";

/** As kubectl is asked to list them. */
function listed(...objects: readonly (readonly [apiVersion: string, kind: string, name: string, ...string[]])[]) {
  return objects.map(([...fields]) => `${[...fields, "", ""].slice(0, 5).join("\t")}\n`).join("");
}

const deployment = ["apps/v1", "Deployment", "litellm"] as const;
const service = ["v1", "Service", "litellm"] as const;
const policy = ["networking.k8s.io/v1", "NetworkPolicy", "litellm"] as const;
const job = ["batch/v1", "Job", "open-webui-provisioner-1a2b3c4d5e"] as const;
const pod = ["v1", "Pod", "open-webui-data"] as const;
const claim = ["v1", "PersistentVolumeClaim", "open-webui"] as const;
const secret = ["v1", "Secret", "litellm"] as const;

const ours = { metadata: { name: "chat", labels: { "app.kubernetes.io/part-of": "open-webui-bedrock" } } };

/** A cluster with these objects of ours. */
function withObjects(objects: string, answers: Answers = {}): Answers {
  return {
    ...answers,
    "get namespace": ours,
    "part-of!=": listed(["v1", "ConfigMap", "kube-root-ca.crt"], ["v1", "ServiceAccount", "default"]),
    "part-of=": objects,
    "get pvc open-webui": {
      metadata: { name: "open-webui", annotations: { "open-webui-bedrock/last-backup": "2026-11-26T03:15:00Z" } },
    },
    ...answers,
  };
}

const everything = withObjects(listed(deployment, service, policy, job, pod, claim, secret));
const nothingButData = withObjects(listed(claim, secret));
const withoutNamespace = { "get namespace": "" };

const destroys: DeployScenario = {
  settings: { aws: { userName: "test-chat", allowDestroy: { reason: "the account is given up" } } },
  plan: [changeOf("aws_iam_user.user", "delete"), changeOf("aws_iam_policy.policy", "delete")],
};

const destroy = (kubectl: Answers, args: readonly string[] = [], scenario: DeployScenario = {}): Promise<DeployRun> =>
  runDeployCommand(["destroy", ...args], { kubectl, ...scenario });

const end = "--ignore-not-found --wait --timeout=420s";
const removed = [
  `kubectl delete -n chat deployment.v1.apps/litellm job.v1.batch/open-webui-provisioner-1a2b3c4d5e pod/open-webui-data --cascade=foreground ${end}`,
  `kubectl delete -n chat service/litellm networkpolicy.v1.networking.k8s.io/litellm ${end}`,
];
const data = `kubectl delete -n chat persistentvolumeclaim/open-webui secret/litellm ${end}`;
const namespace = `kubectl delete namespace chat ${end}`;
const apply = "terraform -chdir=cdktf.out/stacks/test-chat apply -input=false -no-color ops.tfplan";

jest.setTimeout(180_000);

describe("destroy", () => {
  it("shows what goes and what stays, and removes nothing when nobody is there to consent", async () => {
    const { exitCode, stdout, stderr, changes } = await destroy(everything);
    expect({ exitCode, changes }).toEqual({ exitCode: 1, changes: [] });
    expect(stdout).toBe(
      [
        "",
        "cluster k3s (https://192.0.2.7:6443), Namespace chat: 5 changes",
        "  remove Deployment litellm",
        "  remove Job open-webui-provisioner-1a2b3c4d5e",
        "  remove Pod open-webui-data",
        "  remove Service litellm",
        "  remove NetworkPolicy litellm",
        "What stays:",
        "  PersistentVolumeClaim open-webui",
        "  Secret litellm",
        "  Namespace chat",
        "  AWS: whatever was deployed there, as aws.allowDestroy isn't set",
        "",
        "",
      ].join("\n"),
    );
    expect(stderr).toBe("On k3s (https://192.0.2.7:6443): remove 5 objects? There is nobody to ask; --yes answers.\n");
  });

  it("removes pods before the policies that confine them, and keeps volumes, Secrets, the Namespace and AWS", async () => {
    const { exitCode, stdout, stderr, calls, changes } = await destroy(everything, ["--yes"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(changes).toEqual(removed);
    expect(calls.filter((call) => call.startsWith("terraform"))).toEqual([]);
    expect(stdout).toMatch(
      / s {2}workloads and their pods: being removed\n +\d+ s {2}workloads and their pods: gone\n/,
    );
    expect(stdout).toMatch(
      /\nThe stack is taken down\.\nnext: npm run deploy brings the chat back with what stays; npm run destroy -- --delete-data deletes that, too\n$/,
    );
  });

  it("has nothing left to do the second time, and asks nobody", async () => {
    const { exitCode, stdout, stderr, changes } = await destroy(nothingButData);
    expect({ exitCode, stderr, changes }).toEqual({ exitCode: 0, stderr: "", changes: [] });
    expect(stdout).toContain("Namespace chat: no change\n");
    expect(stdout).toContain("  PersistentVolumeClaim open-webui\n  Secret litellm\n");
    expect(stdout).toMatch(/\nNothing is left to take down\.\nnext: npm run deploy brings the chat back/);
  });

  it("reads no value of a Secret", async () => {
    const { calls } = await destroy(everything, ["--delete-data", "--yes"]);
    const queries = calls.filter((call) => call.includes("secrets"));
    expect(queries).toHaveLength(2);
    for (const query of queries) {
      expect(query).toContain(" get deployments.apps,services,pods,persistentvolumeclaims,secrets -n chat ");
      expect(query).toMatch(/ -o jsonpath=/);
      expect(query).not.toContain("{.data");
    }
  });

  it("leaves to Kubernetes what another object made", async () => {
    const made = ["v1", "Secret", "made-by-an-operator", "", "0a1b"] as const;
    const { stdout } = await destroy(
      withObjects(listed(["external-secrets.io/v1", "ExternalSecret", "litellm"], made)),
      ["--yes"],
    );
    expect(stdout).not.toContain("made-by-an-operator");
    expect(stdout).toContain("The Secrets that an ExternalSecret made go with it; their values stay in the store.\n");
  });

  it("tells that a volume goes which somebody has begun to delete: only its pod has kept it", async () => {
    const begun = [...claim, "2026-11-27T00:00:00Z"] as const;
    const { stdout, stderr } = await destroy(withObjects(listed(deployment, begun)));
    expect(stdout).toContain("  remove PersistentVolumeClaim open-webui\n");
    expect(stderr).toContain("remove 2 objects, and with 1 volume claim all data on them? ");
  });

  it("says what kubectl says when it fails, leaves AWS alone then, and can be run again", async () => {
    const words = "error: timed out waiting for the condition on pods/litellm-0";
    const kubectl = { ...everything, "delete -n chat deployment": fails(words) };
    const { exitCode, stderr, changes } = await destroy(kubectl, ["--yes"], destroys);
    expect({ exitCode, changes }).toEqual({ exitCode: 1, changes: removed.slice(0, 1) });
    expect(stderr).toContain(`failed: ${words}\nnext: mend that, and run the same command again: it goes on\n`);
  });

  it("says so when the cluster doesn't answer", async () => {
    const words = "The connection to the server 192.0.2.7:6443 was refused";
    const { exitCode, stderr, changes } = await destroy({ "get namespace": fails(words) }, ["--yes"]);
    expect({ exitCode, changes }).toEqual({ exitCode: 1, changes: [] });
    expect(stderr).toContain(`failed: ${words}\n`);
  });
});

describe("destroy --delete-data", () => {
  it("tells what is lost and how many volumes, and deletes nothing without consent", async () => {
    const { exitCode, stdout, stderr, changes } = await destroy(everything, ["--delete-data"]);
    expect({ exitCode, changes }).toEqual({ exitCode: 1, changes: [] });
    expect(stdout).toContain("  remove Secret litellm\n  remove Namespace chat, with all that is in it\n");
    expect(stdout).toContain(
      "All chats and uploads go. A backup is the only way back: npm run backup. The last one: 2026-11-26T03:15:00Z.\n",
    );
    expect(stderr).toContain("remove 8 objects, and with 1 volume claim all data on them? There is nobody to ask");
  });

  it("says that chats in somebody else's Postgres stay", async () => {
    const { stdout } = await destroy(everything, ["--delete-data"], { settings: { database: externalPostgres } });
    expect(stdout).toContain("All uploads go. The chats stay in the Postgres that isn't the stack's.\n");
    expect(stdout).not.toContain("All chats");
  });

  it("deletes the data once the pods are gone, and the Namespace last", async () => {
    const { exitCode, stdout, stderr, changes } = await destroy(everything, ["--delete-data", "--yes"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(changes).toEqual([...removed, data, namespace]);
    expect(stdout).toMatch(/\nnext: if AWS is to go, too: set aws\.allowDestroy, and run npm run destroy again /);
  });

  it("deletes what an earlier run has kept", async () => {
    expect((await destroy(nothingButData, ["--delete-data", "--yes"])).changes).toEqual([data, namespace]);
  });

  it("keeps a Namespace that isn't ours", async () => {
    const kubectl = { ...everything, "get namespace": { metadata: { name: "chat" } } };
    const { stdout, changes } = await destroy(kubectl, ["--delete-data", "--yes"]);
    expect(changes).toEqual([...removed, data]);
    expect(stdout).toContain("  Namespace chat, which isn't ours by its label\n");
  });

  it("names what others have in the Namespace, and counts their volumes", async () => {
    const foreign = listed(["v1", "PersistentVolumeClaim", "notes"], ["v1", "Pod", "notes-0", "", "0a1b"]);
    const { stdout, stderr } = await destroy({ ...everything, "part-of!=": foreign }, ["--delete-data"]);
    expect(stdout).toContain("  remove PersistentVolumeClaim notes, which isn't ours\n");
    expect(stdout).not.toContain("notes-0");
    expect(stderr).toContain("remove 9 objects, and with 2 volume claims all data on them? ");
  });

  it("warns that the backups in the cluster go, too", async () => {
    const backups = ["v1", "PersistentVolumeClaim", "open-webui-backup"] as const;
    const { stdout } = await destroy(withObjects(listed(claim, backups)), ["--delete-data"]);
    expect(stdout).toContain(
      "The backups made on the schedule go, too: npm run backup -- --fetch copies them first.\n",
    );
  });

  it("waits for a Namespace that is being deleted since a run that was stopped", async () => {
    const going = { metadata: { ...ours.metadata, deletionTimestamp: "2026-11-27T00:00:00Z" } };
    const { stdout, changes } = await destroy({ ...nothingButData, "get namespace": going }, ["--yes"]);
    expect(stdout).toContain("  remove PersistentVolumeClaim open-webui\n");
    expect(changes).toEqual([data, namespace]);
  });
});

describe("destroy: AWS", () => {
  it("is shown before consent, and destroyed after the cluster, when the configuration allows it", async () => {
    const [asked, done] = [await destroy(everything, [], destroys), await destroy(everything, ["--yes"], destroys)];
    expect(asked.changes).toEqual([]);
    expect(asked.stdout).toContain("AWS: 2 changes\n  delete aws_iam_user.user\n  delete aws_iam_policy.policy\n");
    expect(asked.stdout).not.toContain("aws.allowDestroy");
    expect(asked.stderr).toContain("remove 5 objects. In AWS: delete 2 resources? There is nobody to ask");
    expect(done.calls).toContain(
      "terraform -chdir=cdktf.out/stacks/test-chat plan -destroy -input=false -no-color -detailed-exitcode -out=ops.tfplan",
    );
    expect(done).toMatchObject({ exitCode: 0, changes: [...removed, apply] });
  });

  it("goes alone where there is no Namespace", async () => {
    const { exitCode, stdout, stderr, changes } = await destroy(withoutNamespace, ["--yes"], destroys);
    expect({ exitCode, stderr, changes }).toEqual({ exitCode: 0, stderr: "", changes: [apply] });
    expect(stdout).toContain("In AWS: delete 2 resources.\n");
    expect(stdout).toMatch(/\nThe stack is taken down\.\nnext: nothing: all of it is gone\n$/);
  });

  it("has nothing left to do when all of it is gone", async () => {
    const { exitCode, stdout, changes } = await destroy(withoutNamespace, [], { ...destroys, plan: [] });
    expect({ exitCode, changes }).toEqual({ exitCode: 0, changes: [] });
    expect(stdout).toMatch(/AWS: no change\n\nNothing is left to take down\.\nnext: nothing: all of it is gone\n$/);
  });

  it("that can't be destroyed is told in Terraform's words", async () => {
    const terraform = { " apply ": fails("Error: DeleteConflict") };
    const { exitCode, stderr } = await destroy(everything, ["--yes"], { ...destroys, terraform });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("failed: Error: DeleteConflict\nnext: mend that, and run the same command again");
  });
});
