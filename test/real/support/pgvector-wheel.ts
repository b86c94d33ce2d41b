import { readFileSync } from "node:fs";
import { parseAllDocuments, stringify } from "yaml";
import { components } from "../../../lib/naming";

/**
 * Open WebUI's official images have the Python package `pgvector`; one that is built of PyPI's `open-webui` has not. The
 * variable PGVECTOR_WHEEL names a wheel of it, which such a cluster's tests put into the pod.
 */
const wheel = process.env["PGVECTOR_WHEEL"];

const name = "pgvector-wheel";
const mountPath = "/pgvector";

interface StatefulSet {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: { readonly env: object[]; readonly volumeMounts: object[] }[];
        readonly volumes?: object[];
      };
    };
  };
}

/** Manifests whose Open WebUI can use pgvector. */
export function withPgvector(manifests: string): string {
  if (wheel === undefined) return manifests;
  const objects = parseAllDocuments(manifests).map((document) => document.toJS() as StatefulSet);
  const openWebUi = objects.find(
    ({ kind, metadata }) => kind === "StatefulSet" && metadata.name === components.openWebUi,
  );
  if (openWebUi === undefined) throw new Error("The manifests have no Open WebUI.");
  const pod = openWebUi.spec.template.spec as { volumes?: object[] } & StatefulSet["spec"]["template"]["spec"];
  const [container] = pod.containers;
  // Python imports from an archive.
  container?.env.push({ name: "PYTHONPATH", value: `${mountPath}/pgvector.whl` });
  container?.volumeMounts.push({ name, mountPath, readOnly: true });
  pod.volumes = [...(pod.volumes ?? []), { name, configMap: { name } }];
  const { namespace } = openWebUi.metadata;
  const binaryData = { "pgvector.whl": readFileSync(wheel).toString("base64") };
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, binaryData };
  const [first, ...others] = objects;
  return [first, configMap, ...others].map((object) => stringify(object)).join("---\n");
}
