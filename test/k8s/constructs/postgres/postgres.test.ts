import { Postgres, type PostgresProps } from "../../../../k8s/constructs/postgres/postgres";
import { testImages } from "../../../support/images";
import { findContainer, findObject, listObjects, renderConstruct } from "../../../support/kubernetes";

const all: Required<PostgresProps> = {
  image: testImages.postgres,
  secretName: "database-password",
  secretsVersion: 1,
  storage: { size: "5Gi", storageClass: "longhorn" },
  resources: { cpuRequest: "50m", memoryRequest: "128Mi", memoryLimit: "512Mi" },
};

function render(changes: Partial<PostgresProps> = {}) {
  const { construct, objects } = renderConstruct((scope) => new Postgres(scope, "postgres", { ...all, ...changes }));
  const statefulSet = findObject(objects, "StatefulSet", "open-webui-postgres");
  const pod = statefulSet.spec.template;
  const files = findObject(objects, "ConfigMap", "open-webui-postgres").data as Readonly<Record<string, string>>;
  return { construct, objects, statefulSet, pod, files, container: findContainer(pod, "postgres") };
}

describe("Postgres", () => {
  it("renders these objects", () => {
    expect(listObjects(render().objects)).toEqual([
      "PersistentVolumeClaim open-webui-postgres",
      "ConfigMap open-webui-postgres",
      "Service open-webui-postgres",
      "StatefulSet open-webui-postgres",
    ]);
  });

  it("is reached under its Service's name and port", () => {
    expect(render().construct.endpoint).toEqual({ host: "open-webui-postgres", port: 5432 });
  });

  it("has a password in the container that sets it at each start, and nowhere else", () => {
    const { pod, container } = render();
    const password = {
      name: "POSTGRES_PASSWORD",
      valueFrom: { secretKeyRef: { name: "database-password", key: "POSTGRES_PASSWORD" } },
    };
    expect(pod.spec.initContainers?.map(({ env }) => env)).toEqual([[password]]);
    expect(container).not.toHaveProperty("env");
  });

  it("starts anew when the Secret's version is raised", () => {
    const versionOf = (secretsVersion: number) =>
      render({ secretsVersion }).pod.metadata.annotations["open-webui-bedrock/secrets-version"];
    expect([versionOf(1), versionOf(2)]).toEqual(["1", "2"]);
  });

  it("asks everybody from elsewhere for the password, and lets them into one database", () => {
    const { files } = render();
    const rules = (files["pg_hba.conf"] ?? "").trim().split("\n");
    expect(rules).toEqual(["local all all trust", "host open_webui open_webui all scram-sha-256"]);
    expect(files["postgresql.conf"]).toContain("password_encryption = scram-sha-256\n");
  });

  it("makes the database beside, so that a start that was killed begins anew", () => {
    const script = render().files["prepare.sh"] ?? "";
    expect(script.indexOf("rm -rf /var/lib/postgresql/data.new")).toBeLessThan(script.indexOf("initdb"));
    expect(script.indexOf("initdb")).toBeLessThan(script.indexOf("mv /var/lib/postgresql/data.new"));
  });

  it("ends its connections when it stops, instead of waiting for them", () => {
    expect(render().container.lifecycle?.preStop.exec.command).toContain("--mode=fast");
  });
});
