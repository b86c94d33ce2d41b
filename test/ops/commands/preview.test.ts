import { createServer } from "node:net";
import path from "node:path";
import { previewNamespace } from "../../../lib/preview";
import { previewCommand } from "../../../ops/commands/preview";
import { project, type Run, runProgram } from "../../support/command-line";
import { type Answers, FakePrograms } from "../../support/fake-programs";
import { livePod, liveWorkload } from "../../support/live-objects";

const apps = ["litellm", "open-webui", "open-webui-redis", "simulated-bedrock"];
const workloads = apps.map((app) => liveWorkload(app === "open-webui" ? "StatefulSet" : "Deployment", app));
const ours = { metadata: { labels: { "app.kubernetes.io/part-of": "open-webui-bedrock" } } };
const cluster = {
  "config current-context": "kind-test\n",
  "config view": "https://127.0.0.1:6443",
  "get storageclasses": { items: [{ metadata: { name: "slow" } }, { metadata: { name: "standard" } }] },
  "get deployments,statefulsets,pods": { items: [...workloads, ...apps.map((app) => livePod(app))] },
  "port-forward": "Forwarding\n",
};

async function preview(
  answers: Answers,
  ...args: string[]
): Promise<Run & { readonly calls: readonly string[]; readonly changes: readonly string[] }> {
  const programs = new FakePrograms({ kubectl: answers });
  const env = { PATH: programs.path(), STACK_CONFIG: path.join(project, "examples", "homelab.ts") };
  const run = await runProgram("ops/main.ts", project, env, ["preview", ...args]);
  return { ...run, calls: programs.calls(), changes: programs.changes() };
}

jest.setTimeout(30_000);

describe("npm run preview", () => {
  it("says where and what, applies, tells each pod and the address, and forwards", async () => {
    const { exitCode, stdout, stderr, calls, changes } = await preview(cluster, "--yes", "--port=18090");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("│ a simulated one in the cluster  │");
    expect(stdout).toContain("On kind-test (https://127.0.0.1:6443): put a preview.");
    for (const app of apps) expect(stdout).toMatch(new RegExp(` s {2}${app}: ready`));
    expect(stdout).toContain("\nhttp://localhost:18090\n");
    expect(changes).toEqual(["kubectl apply --server-side -f -"]);
    expect(calls.at(-1)).toBe(`kubectl port-forward -n ${previewNamespace} service/open-webui 18090:80`);
  });

  it("takes the cluster's default storage class, else the first one", async () => {
    const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
    const withDefault = { items: [{ metadata: { name: "slow" } }, { metadata: { name: "fast", annotations } }] };
    const [first, byDefault] = await Promise.all([
      preview(cluster, "--port=18091"),
      preview({ ...cluster, "get storageclasses": withDefault }, "--port=18092"),
    ]);
    expect(first.stdout).toMatch(/│ storage class +│ slow +│/);
    expect(byDefault.stdout).toMatch(/│ storage class +│ the cluster's default +│/);
  });

  it("replaces a preview that is there", async () => {
    const { stdout, changes } = await preview({ ...cluster, "get namespace": ours }, "--yes", "--port=18093");
    expect(stdout).toContain("replace the preview that is there, and its chats.");
    expect(changes.map((call) => call.split(" --")[0])).toEqual([
      `kubectl -n ${previewNamespace} delete deployments,statefulsets`,
      `kubectl delete namespace ${previewNamespace}`,
      "kubectl apply",
    ]);
  });

  it.each([
    ["nobody can be asked", {}, [], "put a preview? There is nobody to ask; --yes answers."],
    [
      "the Namespace is somebody else's",
      { "get namespace": { metadata: { labels: {} } } },
      ["--yes"],
      `Namespace ${previewNamespace} on kind-test: got one that isn't a preview's; rename or remove it first.`,
    ],
    [
      "the cluster has no storage class",
      { "get storageclasses": { items: [] } },
      ["--yes"],
      "kind-test has no storage class; install one, such as Rancher's local-path-provisioner.",
    ],
  ])("changes nothing when %s", async (_, answers, args, message) => {
    const { exitCode, stderr, changes } = await preview({ ...cluster, ...answers }, "--port=18094", ...args);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
    expect(exitCode).toBe(1);
    expect(changes).toEqual([]);
  });

  it("changes nothing when the port is in use", async () => {
    const server = createServer().listen(18095, "127.0.0.1");
    const { exitCode, stderr, changes } = await preview(cluster, "--yes", "--port=18095");
    server.close();
    expect(stderr).toBe("Port 18095 of this machine is in use; give another one: npm run preview -- --port 9090.\n");
    expect({ exitCode, changes }).toEqual({ exitCode: 1, changes: [] });
  });

  it.each(["80", "65536", "x", "8080x"])("refuses port %s", async (port) => {
    const command = previewCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    await expect(command.parseAsync(["--port", port], { from: "user" })).rejects.toThrow(
      `'${port}' is invalid. Allowed: 1024 to 65535.`,
    );
  });
});

describe("npm run preview -- --down", () => {
  it("removes the pods first, then the Namespace", async () => {
    const { exitCode, stdout, changes } = await preview({ ...cluster, "get namespace": ours }, "--down", "--yes");
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: "On kind-test (https://127.0.0.1:6443): remove the preview and its chats.\nRemoved.\n",
    });
    expect(changes.map((call) => call.split(" --")[0])).toEqual([
      `kubectl -n ${previewNamespace} delete deployments,statefulsets`,
      `kubectl delete namespace ${previewNamespace}`,
    ]);
  });

  it("has nothing to do when there is none", async () => {
    const { exitCode, stdout, changes } = await preview(cluster, "--down");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "There is no preview on kind-test.\n" });
    expect(changes).toEqual([]);
  });
});
