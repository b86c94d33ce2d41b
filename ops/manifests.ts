import { parseAllDocuments } from "yaml";
import { ownerLabel, partOf } from "../lib/naming";
import { Failure } from "./failure";
import { runProcess } from "./processes";

/** What is read of any Kubernetes object. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** What kubectl selects the stack's own objects by. */
export const ownSelector = `${ownerLabel}=${partOf}`;

/** Whether it is the stack's own, by the label that each of its objects carries. */
export function isOwn({ metadata }: Pick<KubernetesObject, "metadata">): boolean {
  return metadata.labels?.[ownerLabel] === partOf;
}

/** The Kubernetes side as cdk8s renders it, in order of application. */
export async function renderManifests(): Promise<string> {
  const args = ["--no-install", "cdk8s", "synth", "--stdout"];
  return (await runProcess("npx", args, { env: { CDK8S_CHECK_UPGRADE: "false" } })).stdout;
}

/**
 * The Secrets with their values: to be piped on, never printed and never written.
 * @throws Failure when AWS wasn't deployed yet
 */
export async function renderSecrets(): Promise<string> {
  return (await runProcess("npm", ["run", "-s", "secrets"])).stdout;
}

export function parseManifests(manifests: string): readonly KubernetesObject[] {
  return parseAllDocuments(manifests).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Failure(`The rendered manifests are no YAML: ${error.message}`);
    const object = document.toJS() as KubernetesObject | null;
    return object === null ? [] : [object];
  });
}
