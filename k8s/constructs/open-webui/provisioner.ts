import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { podAnnotations, provisioner, provisionerAnnotations, secretKeys } from "../../../lib/naming";
import type { Provisioning } from "../../../lib/provisioning";
import { sha256 } from "../../../lib/sha256";
import { hardenedContainer, hardenedPod, plainEnv, resourceRequirements, secretEnv } from "../hardened-pod";
import type { OpenWebUiEndpoint } from "./open-webui";

export interface ProvisionerProps {
  /** The official Node.js image, as `repository:tag@digest`. */
  readonly image: string;
  /** The whole program as one CommonJS file. */
  readonly program: string;
  /** What it brings, and as whom it signs in. */
  readonly provisioning: Provisioning;
  readonly openWebUi: OpenWebUiEndpoint;
  /** Secret with the administrator's password: read with the sign-in `accounts` alone. */
  readonly secretName: string;
  /** Raised when the Secret's content changes. */
  readonly secretsVersion: number;
}

const folder = "/provisioner";
const files = { program: "main.js", declaration: "declaration.json" } as const;
/** The program's exit code when trying again wouldn't help: provisioner/main.ts. */
const needsPersonCode = 3;
/** Soon: while it is there, going back to its declaration would start none. */
const keptSeconds = 300;

/**
 * A Job that brings what is declared into Open WebUI. Its name has the hash of all that it does, since a Job can't be
 * changed: another declaration is another Job. A finished one is there for five minutes, for whoever wants to read its log.
 */
export class Provisioner extends Construct {
  /** Name of the Job. */
  readonly jobName: string;

  constructor(scope: Construct, id: string, props: ProvisionerProps) {
    super(scope, id);
    const data = {
      [files.program]: props.program,
      [files.declaration]: JSON.stringify(props.provisioning, undefined, 1),
    };
    const template = podTemplate(props, data);
    this.jobName = `${provisioner}-${sha256(JSON.stringify(template)).slice(0, 10)}`;
    new k8s.KubeConfigMap(this, "config", {
      metadata: { name: provisioner, annotations: { [provisionerAnnotations.job]: this.jobName } },
      data,
    });
    new k8s.KubeJob(this, "job", {
      metadata: { name: this.jobName, labels: { app: provisioner } },
      spec: {
        // About an hour, with pauses that get longer.
        backoffLimit: 8,
        ttlSecondsAfterFinished: keptSeconds,
        podFailurePolicy: {
          rules: [
            {
              action: "FailJob",
              onExitCodes: { containerName: provisioner, operator: "In", values: [needsPersonCode] },
              onPodConditions: [],
            },
            // A node that is drained is nobody's fault.
            { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
          ],
        },
        template,
      },
    });
  }
}

function podTemplate(props: ProvisionerProps, data: Readonly<Record<string, string>>): k8s.PodTemplateSpec {
  const { signIn } = props.provisioning;
  const { serviceName, port } = props.openWebUi;
  const hasPassword = signIn.kind === "accounts";
  return {
    metadata: {
      labels: { app: provisioner },
      annotations: {
        [podAnnotations.configChecksum]: sha256(JSON.stringify(data)),
        ...(hasPassword ? { [podAnnotations.secretsVersion]: String(props.secretsVersion) } : {}),
      },
    },
    spec: {
      ...hardenedPod,
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 5,
      containers: [
        {
          ...hardenedContainer,
          name: provisioner,
          image: props.image,
          command: ["node", `${folder}/${files.program}`],
          env: [
            ...(hasPassword ? secretEnv(props.secretName, [secretKeys.openWebUi.adminPassword]) : []),
            ...plainEnv({
              OPEN_WEBUI_URL: `http://${serviceName}:${port}`,
              DECLARATION_FILE: `${folder}/${files.declaration}`,
              DECLARATION_SHA256: sha256(data[files.declaration] ?? ""),
            }),
          ],
          resources: resourceRequirements({ cpuRequest: "10m", memoryRequest: "48Mi", memoryLimit: "128Mi" }, "32Mi"),
          volumeMounts: [{ name: "config", mountPath: folder, readOnly: true }],
        },
      ],
      volumes: [{ name: "config", configMap: { name: provisioner } }],
    },
  };
}
