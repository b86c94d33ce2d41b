import { hardenedContainer, hardenedPod } from "../../../../k8s/constructs/hardened-pod";
import { ScheduledBackup, type ScheduledBackupProps } from "../../../../k8s/constructs/open-webui/scheduled-backup";
import { testRecipient } from "../../../support/config-input";
import { testImages } from "../../../support/images";
import { type Container, findObject, listObjects, plainVariables, renderConstruct } from "../../../support/kubernetes";

const all: Required<Omit<ScheduledBackupProps, "postgres">> = {
  openWebUiImage: testImages.openWebUi,
  nodeImage: testImages.node,
  snapshotScript: "# copies",
  program: "// seals",
  schedule: "0 4 * * 0",
  recipient: testRecipient,
  keep: 4,
  storage: { size: "20Gi", storageClass: "slow" },
  databaseSize: "7Gi",
};

interface CronJob {
  readonly jobTemplate: {
    readonly spec: {
      readonly template: {
        readonly metadata: unknown;
        readonly spec: {
          readonly initContainers: [Container];
          readonly containers: [Container];
          readonly volumes: unknown;
        };
      };
    };
  };
}

function render(changes: Partial<ScheduledBackupProps> = {}) {
  const { objects } = renderConstruct((scope) => new ScheduledBackup(scope, "backup", { ...all, ...changes }));
  const { spec } = findObject(objects, "CronJob", "open-webui-backup");
  const { template } = (spec as CronJob).jobTemplate.spec;
  return { objects, spec, template, copy: template.spec.initContainers[0], seal: template.spec.containers[0] };
}

const mounts = ({ volumeMounts }: Container) =>
  Object.fromEntries(volumeMounts.map(({ name, mountPath, readOnly = false }) => [name, [mountPath, readOnly]]));

describe("ScheduledBackup", () => {
  it("is a CronJob that runs one at a time in UTC, and gives up", () => {
    const { objects, spec } = render();
    expect(listObjects(objects)).toEqual([
      "ConfigMap open-webui-backup",
      "PersistentVolumeClaim open-webui-backup",
      "CronJob open-webui-backup",
    ]);
    expect(spec).toMatchObject({
      schedule: "0 4 * * 0",
      timeZone: "Etc/UTC",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 21600,
      jobTemplate: { spec: { backoffLimit: 2, activeDeadlineSeconds: 7200 } },
    });
    expect(findObject(objects, "PersistentVolumeClaim", "open-webui-backup").spec).toMatchObject({
      storageClassName: "slow",
      resources: { requests: { storage: "20Gi" } },
    });
  });

  it("runs a hardened pod on Open WebUI's node", () => {
    const { template, copy, seal } = render();
    expect(template.metadata).toEqual({ labels: { app: "open-webui-backup" } });
    expect(template.spec).toMatchObject({
      ...hardenedPod,
      restartPolicy: "Never",
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { labelSelector: { matchLabels: { app: "open-webui" } }, topologyKey: "kubernetes.io/hostname" },
          ],
        },
      },
    });
    for (const container of [copy, seal]) expect(container).toMatchObject(hardenedContainer);
  });

  it("copies the database in Open WebUI's image, then seals it in Node's, which writes nothing but the backups", () => {
    const { objects, template, copy, seal } = render();
    expect(findObject(objects, "ConfigMap", "open-webui-backup").data).toEqual({
      "snapshot.py": "# copies",
      "main.js": "// seals",
    });
    expect(copy).toMatchObject({
      image: testImages.openWebUi,
      command: ["python", "/program/snapshot.py", "/app/backend/data", "copy", "/work"],
    });
    expect(mounts(copy)).toEqual({
      data: ["/app/backend/data", false],
      program: ["/program", true],
      work: ["/work", false],
    });
    expect(seal).toMatchObject({ image: testImages.node, command: ["node", "/program/main.js"] });
    expect(mounts(seal)).toEqual({
      data: ["/app/backend/data", true],
      program: ["/program", true],
      work: ["/work", true],
      backups: ["/backups", false],
    });
    expect(template.spec.volumes).toEqual([
      { name: "program", configMap: { name: "open-webui-backup" } },
      { name: "data", persistentVolumeClaim: { claimName: "open-webui" } },
      { name: "work", emptyDir: { sizeLimit: "7Gi" } },
      { name: "backups", persistentVolumeClaim: { claimName: "open-webui-backup" } },
    ]);
  });

  it("dumps Postgres first, by its own programs, with its password and without Open WebUI's volume", () => {
    const { objects, template } = render({
      postgres: {
        image: testImages.postgres,
        script: "# dumps",
        endpoint: { host: "open-webui-postgres", port: 5432 },
        secretName: "database",
      },
    });
    const [dump, copy] = template.spec.initContainers as readonly [Container, Container?];
    expect(findObject(objects, "ConfigMap", "open-webui-backup").data).toMatchObject({ "dump.sh": "# dumps" });
    expect(dump).toMatchObject({
      ...hardenedContainer,
      name: "dump",
      image: testImages.postgres,
      command: ["sh", "-c", "sh /program/dump.sh > /work/database.dump"],
    });
    expect(plainVariables(dump)).toEqual({
      PGHOST: "open-webui-postgres",
      PGPORT: "5432",
      PGUSER: "open_webui",
      PGDATABASE: "open_webui",
    });
    expect(dump.env).toContainEqual({
      name: "PGPASSWORD",
      valueFrom: { secretKeyRef: { name: "database", key: "POSTGRES_PASSWORD" } },
    });
    expect(mounts(dump)).toEqual({ program: ["/program", true], work: ["/work", false] });
    expect(copy?.name).toBe("copy");
    expect(copy?.env).not.toContainEqual(expect.objectContaining({ name: "PGPASSWORD" }));
  });

  it("tells the program whose backups they are, for whom, and how many stay; it has no secret", () => {
    const { seal } = render();
    expect(plainVariables(seal)).toEqual({
      OPEN_WEBUI_IMAGE: testImages.openWebUi,
      RECIPIENT: testRecipient,
      KEEP: "4",
      WORK_FOLDER: "/work",
      DATA_FOLDER: "/app/backend/data",
      BACKUPS_FOLDER: "/backups",
    });
    expect(seal.env).toContainEqual({
      name: "NAMESPACE",
      valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } },
    });
  });
});
