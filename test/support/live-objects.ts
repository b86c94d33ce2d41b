import type { LiveWorkload } from "../../ops/rollout";
import type { Pod } from "../../ops/start";

/** A workload in the cluster, rolled out unless the status says otherwise. */
export function liveWorkload(
  kind: "Deployment" | "StatefulSet",
  name: string,
  { spec = {}, status = {}, image = `${name}:1` }: { spec?: object; status?: object; image?: string } = {},
): LiveWorkload {
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, generation: 2 },
    spec: {
      replicas: 1,
      ...(kind === "StatefulSet" && { updateStrategy: { type: "OnDelete" } }),
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image }] } },
      ...spec,
    },
    status: {
      observedGeneration: 2,
      replicas: 1,
      readyReplicas: 1,
      updatedReplicas: 1,
      availableReplicas: 1,
      ...(kind === "StatefulSet" && { updateRevision: "new" }),
      ...status,
    },
  };
}

/** A pod of it, ready and of the newest revision unless it is told otherwise. */
export function livePod(
  app: string,
  {
    metadata = {},
    status = { containerStatuses: [{ ready: true, state: {} }] },
    revision = "new",
    image = `${app}:1`,
  }: { metadata?: object; status?: Pod["status"]; revision?: string; image?: string } = {},
): Pod & { readonly kind: "Pod" } {
  return {
    kind: "Pod",
    metadata: { name: `${app}-0`, labels: { app, "controller-revision-hash": revision }, ...metadata },
    spec: { containers: [{ name: app, image }] },
    status,
  };
}

/** What keeps a container from starting. */
export function waitingFor(reason: string, message?: string): Pod["status"] {
  const waiting = { reason, ...(message !== undefined && { message }) };
  return { containerStatuses: [{ ready: false, state: { waiting } }] };
}
