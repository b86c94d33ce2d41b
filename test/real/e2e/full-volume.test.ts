/**
 * Needs what bedrock.test.ts needs, and root on the cluster's only node, which is this machine: Open WebUI's volume is a
 * small file system of its own, mounted from a file. Works in the Namespace `full-volume-test`, which is deleted.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseConfig } from "../../../lib/config";
import { images } from "../../../lib/versions";
import { bundleSimulator } from "../../../simulator/bundle";
import { kubectl } from "../support/kubectl";
import { Person } from "../support/person";
import { run } from "../support/run";
import { TestStack } from "../support/test-stack";

const volume = "full-volume-test";
const folder = mkdtempSync(path.join(tmpdir(), `${volume}-`));
const mountPoint = path.join(folder, "mounted");
const filler = path.join(mountPoint, "filler");

const stack = new TestStack(
  parseConfig(
    {
      host: "full-volume.example.com",
      namespace: "full-volume",
      models: { micro: { model: "amazon.nova-micro-v1:0" } },
      openWebUi: {
        auth: { kind: "proxy", unauthenticated: { reason: "Reached by a port-forward only." } },
        storage: { storageClass: volume, size: "64Mi" },
      },
      redis: { storage: { storageClass: "longhorn" } },
    },
    "this test",
  ),
);

let person: Person;

beforeAll(async () => {
  const image = path.join(folder, "image");
  mkdirSync(mountPoint);
  run("truncate", ["--size=64M", image]);
  // No blocks that only root may fill.
  run("mkfs.ext4", ["-q", "-m", "0", image]);
  run("mount", ["-o", "loop", image, mountPoint]);
  kubectl(["apply", "--server-side", "-f", "-"], JSON.stringify(persistentVolume()));
  stack.deploy({ simulatedBedrock: { image: images.node, program: bundleSimulator() } });
  person = await Person.signIn(stack);
});

afterAll(async () => {
  await person?.leave();
  stack.remove();
  kubectl(["delete", "persistentvolume", volume, "--ignore-not-found"]);
  // 32: it was never mounted.
  run("umount", [mountPoint], { accept: [0, 32] });
  rmSync(folder, { recursive: true });
});

function persistentVolume() {
  const node = kubectl(["get", "nodes", "-o", "jsonpath={.items[0].metadata.name}"]);
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: volume },
    spec: {
      capacity: { storage: "64Mi" },
      accessModes: ["ReadWriteOnce"],
      storageClassName: volume,
      persistentVolumeReclaimPolicy: "Retain",
      local: { path: mountPoint },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }] },
          ],
        },
      },
    },
  };
}

describe("when Open WebUI's volume is full", () => {
  const integrity = () =>
    stack.python(
      "open-webui-0",
      `
import sqlite3
print(sqlite3.connect("/app/backend/data/webui.db").execute("PRAGMA integrity_check").fetchall())`,
    );
  const answered = (text: string) => ({ done: true, error: undefined, content: expect.stringContaining(text) });

  it("a message is refused with the reason, what was written stays, and chats go on once there is space", async () => {
    const before = await person.send("micro", "before");
    expect(await person.readEnd(before)).toMatchObject(answered("before"));

    // dd ends with 1 when nothing more fits.
    run("dd", ["if=/dev/zero", `of=${filler}`, "bs=4k"], { accept: [1] });
    // Longer than what is still free inside the database's files.
    const during = await person.send("micro", `during ${"long ".repeat(100_000)}`);
    expect(during).toMatchObject({ status: 400, detail: expect.stringContaining("database or disk is full") });
    expect(await person.read(before)).toMatchObject(answered("before"));
    expect(integrity()).toBe("[('ok',)]");

    rmSync(filler);
    const after = await person.send("micro", "after");
    expect(await person.readEnd(after)).toMatchObject(answered("after"));
    expect(await person.read(before)).toMatchObject(answered("before"));
    expect(integrity()).toBe("[('ok',)]");
    const restarts = ["get", "pod", "open-webui-0", "-o", "jsonpath={.status.containerStatuses[0].restartCount}"];
    expect(stack.kubectl(restarts)).toBe("0");
  });
});
