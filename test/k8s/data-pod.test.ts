import { parse } from "yaml";
import { hardenedContainer, hardenedPod } from "../../k8s/constructs/hardened-pod";
import { images } from "../../lib/versions";
import { runProgram } from "../support/command-line";
import { minimal } from "../support/config-input";
import { temporaryFolder, writeFile } from "../support/temporary-folder";

function dataPod(...args: readonly string[]) {
  return dataPodOf({}, ...args);
}

async function dataPodOf(changes: object, ...args: readonly string[]) {
  const folder = temporaryFolder();
  const config = { ...minimal, ...changes, openWebUi: { ...minimal.openWebUi, storage: { size: "3Gi" } } };
  writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(config)};`);
  const { exitCode, stdout, stderr } = await runProgram("k8s/data-pod.ts", folder, {}, args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return parse(stdout);
}

describe("npm run data-pod", () => {
  it("prints a hardened pod on Open WebUI's volume that has no Secret and ends by itself", async () => {
    const { kind, metadata, spec } = await dataPod("--image=registry.example.com/open-webui:v1@sha256:00");
    const [container, ...others] = spec.containers;
    expect([kind, metadata.name, metadata.namespace]).toEqual(["Pod", "open-webui-data", "open-webui"]);
    expect(others).toEqual([]);
    expect(spec).toMatchObject({ ...hardenedPod, restartPolicy: "Never", activeDeadlineSeconds: 21600 });
    expect(container).toMatchObject({
      ...hardenedContainer,
      image: "registry.example.com/open-webui:v1@sha256:00",
      env: [{ name: "SQLITE_TMPDIR", value: "/work" }],
      volumeMounts: [
        { name: "data", mountPath: "/app/backend/data" },
        { name: "work", mountPath: "/work" },
      ],
    });
    expect(container.envFrom).toBeUndefined();
    expect(spec.volumes).toEqual([
      { name: "data", persistentVolumeClaim: { claimName: "open-webui" } },
      { name: "work", emptyDir: { sizeLimit: "3Gi" } },
    ]);
  });

  it("has room for a dump where the database is Postgres", async () => {
    const { spec } = await dataPodOf({ database: { kind: "postgres", storage: { size: "9Gi" } } });
    expect(spec.volumes).toContainEqual({ name: "work", emptyDir: { sizeLimit: "9Gi" } });
  });

  it("is of no app that a network policy lets anybody talk to", async () => {
    expect((await dataPod()).metadata.labels["app"]).toBe("open-webui-data");
  });

  it("has the scheduled backups to read on demand", async () => {
    const { spec } = await dataPod("--backups");
    expect(spec.containers[0].volumeMounts).toContainEqual({ name: "backups", mountPath: "/backups", readOnly: true });
    expect(spec.volumes).toContainEqual({
      name: "backups",
      persistentVolumeClaim: { claimName: "open-webui-backup" },
    });
  });

  it("has the configured image and any node by default, and the chat's node on demand", async () => {
    const { spec } = await dataPod();
    expect([spec.containers[0].image, spec.affinity]).toEqual([images.openWebUi, undefined]);
    const beside = await dataPod("--beside");
    expect(beside.spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution).toEqual([
      { labelSelector: { matchLabels: { app: "open-webui" } }, topologyKey: "kubernetes.io/hostname" },
    ]);
  });
});
