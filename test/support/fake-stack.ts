import { pack } from "tar-stream";
import type { Answers } from "./fake-programs";

/** Of Open WebUI in a {@link fakeStack}. */
export const deployedImage = "ghcr.io/open-webui/open-webui:v0.11.4-slim@sha256:00";

/** Revision of the database in a {@link fakeStack}. */
export const deployedRevision = "38d63c18f30f";

/** What a kubectl answers on a cluster where the stack runs, with one Secret of ours and one of somebody else's. */
export const fakeStack: Answers = {
  "config current-context": "k3s",
  "config view": "https://192.0.2.7:6443",
  "get statefulset open-webui": {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "open-webui" },
    spec: {
      template: { metadata: { labels: {} }, spec: { containers: [{ name: "open-webui", image: deployedImage }] } },
    },
  },
  "get pods": { items: [pod("open-webui-0")] },
  "get pod open-webui-data": pod("open-webui-data"),
  "get pod open-webui-0": pod("open-webui-0"),
  "get secrets": {
    items: [secret("litellm", "of-litellm"), secret("somebody-elses", "of-somebody-else")],
  },
};

function pod(name: string) {
  return { metadata: { name, labels: {} }, status: { containerStatuses: [{ ready: true, state: {} }] } };
}

function secret(name: string, value: string) {
  const data = { KEY: Buffer.from(value).toString("base64") };
  return { apiVersion: "v1", kind: "Secret", type: "Opaque", metadata: { name, uid: "1", resourceVersion: "2" }, data };
}

/** What `backup/pod/snapshot.py` tells of its copy. */
export const snapshotFacts = {
  created: "2026-11-26T03:15:00Z",
  database: { kind: "sqlite", revision: deployedRevision },
  files: 1,
};

/** What it tells where the database is in Postgres. */
export const dumpFacts = {
  ...snapshotFacts,
  database: { kind: "postgres", revision: deployedRevision, size: 8_000_000 },
};

/** What `backup/pod/snapshot.py` sends. */
export async function snapshotTar(database = "database.sqlite"): Promise<string> {
  const tar = pack();
  tar.entry({ name: database }, "tables");
  tar.entry({ name: "data/uploads/a.txt" }, "uploaded");
  tar.entry({ name: "end" }, "");
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("latin1");
}
