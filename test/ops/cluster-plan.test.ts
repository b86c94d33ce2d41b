import { Cluster } from "../../ops/cluster";
import { findOrphans, planCluster, removeOrphans } from "../../ops/cluster-plan";
import { Failure } from "../../ops/failure";
import { parseManifests } from "../../ops/manifests";
import { accept, minimal } from "../support/config-input";
import { type Answers, Ending, FakePrograms, fails } from "../support/fake-programs";

const config = accept({ ...minimal, namespace: "chat" });
const before = process.env["PATH"];

afterEach(() => {
  process.env["PATH"] = before;
});

async function connect(kubectl: Answers) {
  const current = { "config current-context": "k3s", "config view": "https://192.0.2.7:6443" };
  const programs = new FakePrograms({ kubectl: { ...current, ...kubectl } });
  process.env["PATH"] = programs.path();
  return { cluster: await Cluster.current(), programs };
}

const manifests = `apiVersion: v1
kind: Namespace
metadata:
  labels:
    name: misleading
  name: chat
---
apiVersion: v1
kind: Service
metadata:
  name: litellm
`;

const namespace = { metadata: { name: "chat" } };

const difference = `diff -u -N /tmp/LIVE-1/apps.v1.Deployment.chat.litellm /tmp/MERGED-2/apps.v1.Deployment.chat.litellm
--- /tmp/LIVE-1/apps.v1.Deployment.chat.litellm	2026-01-01
+++ /tmp/MERGED-2/apps.v1.Deployment.chat.litellm	2026-01-01
@@ -1,2 +1,2 @@
-  image: litellm:1
+  image: litellm:2
diff -u -N /tmp/LIVE-1/v1.ConfigMap.chat.open-webui.settings /tmp/MERGED-2/v1.ConfigMap.chat.open-webui.settings
--- /tmp/LIVE-1/v1.ConfigMap.chat.open-webui.settings	2026-01-01
+++ /tmp/MERGED-2/v1.ConfigMap.chat.open-webui.settings	2026-01-01
@@ -0,0 +1,2 @@
+kind: ConfigMap
+data: {}
`;

describe("planCluster", () => {
  const plan = async (answers: Answers) => {
    const { cluster, programs } = await connect({ "get namespace": namespace, ...answers });
    return { ...(await planCluster(cluster, config, manifests)), programs };
  };

  it("asks the API server, and shows the differences of what is there", async () => {
    const { changes, text, programs } = await plan({ diff: new Ending({ stdout: difference, code: 1 }) });
    expect(changes).toEqual([
      { object: "Deployment litellm", action: "update" },
      { object: "ConfigMap open-webui.settings", action: "create" },
    ]);
    expect(text).toBe("Deployment litellm:\n@@ -1,2 +1,2 @@\n-  image: litellm:1\n+  image: litellm:2");
    expect(programs.calls()).toContain("kubectl diff --server-side -f -");
    expect(programs.input()).toBe(manifests);
  });

  it("finds nothing to do", async () => {
    expect(await plan({ diff: "" })).toMatchObject({ changes: [], text: "" });
  });

  const created = (kind: string, name: string) =>
    difference
      .split(/^(?=diff )/m)
      .at(-1)
      ?.replaceAll("v1.ConfigMap.chat.open-webui.settings", `${kind}.chat.${name}`);

  it.each([
    ["leaves out a Job that has been there: nothing of what it does is new", [], []],
    ["has a Job with another declaration", [created("v1.ConfigMap", "open-webui-provisioner")], ["ConfigMap"]],
  ])("%s", async (_, others, kinds) => {
    const job = created("batch.v1.Job", "open-webui-provisioner-1a2b3c4d5e");
    const { changes } = await plan({ diff: new Ending({ stdout: [...others, job].join(""), code: 1 }) });
    expect(changes.map(({ object }) => object)).toEqual(
      kinds.length === 0 ? [] : ["ConfigMap open-webui-provisioner", "Job open-webui-provisioner-1a2b3c4d5e"],
    );
  });

  it("creates everything where the Namespace isn't there yet, without asking", async () => {
    const { changes, programs } = await plan({ "get namespace": "" });
    expect(changes).toEqual([
      { object: "Namespace chat", action: "create" },
      { object: "Service litellm", action: "create" },
    ]);
    expect(programs.input()).toBe("");
  });

  it("fails with kubectl's words when the server refuses, and not as if that were a difference", async () => {
    const stderr = 'no matches for kind "IngressRoute" in version "traefik.io/v1alpha1"';
    await expect(plan({ diff: fails(stderr) })).rejects.toThrow(new Failure(`kubectl diff failed: ${stderr}`));
  });

  it("says what to do about a field that somebody else owns", async () => {
    const failure = await plan({ diff: fails('conflict with "helm": .spec') }).catch((error: Failure) => error);
    expect(failure).toMatchObject({
      message: 'kubectl diff failed: conflict with "helm": .spec',
      next: "somebody else owns these fields: docs/configuration.md#moving-in-and-out",
    });
  });
});

describe("findOrphans", () => {
  const object = (apiVersion: string, kind: string, name: string, ownerReferences?: readonly object[]) => ({
    apiVersion,
    kind,
    metadata: { name, ...(ownerReferences && { ownerReferences }) },
  });
  const resources = "configmaps\nservices\ndeployments.apps\nsecrets\npersistentvolumeclaims\n";
  const live = [
    object("v1", "Service", "litellm"),
    object("v1", "ConfigMap", "litellm"),
    object("apps/v1", "Deployment", "old"),
    object("batch/v1", "Job", "made-by-a-schedule", [{ kind: "CronJob" }]),
    { ...object("batch/v1", "Job", "ended"), status: { conditions: [{ type: "Complete", status: "True" }] } },
    { ...object("batch/v1", "Job", "runs"), status: { conditions: [] } },
  ];

  const find = async () => {
    const { cluster, programs } = await connect({ "api-resources": resources, "get ": { items: live } });
    return { cluster, programs, orphans: await findOrphans(cluster, config, parseManifests(manifests)) };
  };

  it("finds what carries our label and isn't described, but for what another object made and what goes by itself", async () => {
    const { orphans } = await find();
    expect(orphans).toEqual([
      { object: "ConfigMap litellm", resource: "configmap/litellm" },
      { object: "Deployment old", resource: "deployment.v1.apps/old" },
      { object: "Job runs", resource: "job.v1.batch/runs" },
    ]);
  });

  it("looks at no kind that holds data, nor at one that the cluster doesn't know", async () => {
    const { programs } = await find();
    expect(programs.calls()).toContain(
      "kubectl get deployments.apps,services,configmaps -n chat -l app.kubernetes.io/part-of=open-webui-bedrock --ignore-not-found -o json",
    );
  });

  it("hands them to kubectl for removal", async () => {
    const { cluster, programs, orphans } = await find();
    await removeOrphans(cluster, config, orphans);
    expect(programs.changes()).toEqual([
      "kubectl delete -n chat configmap/litellm deployment.v1.apps/old job.v1.batch/runs --ignore-not-found --wait --timeout=120s",
    ]);
  });
});
