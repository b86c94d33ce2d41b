import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { podAnnotations, simulatedBedrock } from "../../lib/naming";
import { sha256 } from "../../lib/sha256";
import { hardenedContainer, hardenedPod, resourceRequirements } from "./hardened-pod";

export interface SimulatedBedrockProps {
  /** The official Node.js image, as `repository:tag@digest`. */
  readonly image: string;
  /** The whole program as one CommonJS file, below 1 MiB: what a ConfigMap holds. */
  readonly program: string;
}

/** Answers like Bedrock, without AWS: for previews and tests, never for people's work. */
export class SimulatedBedrock extends Construct {
  /** For LiteLLM's `AWS_BEDROCK_RUNTIME_ENDPOINT`. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: SimulatedBedrockProps) {
    super(scope, id);
    const { name, port, controlPort } = simulatedBedrock;
    const labels = { app: name };
    const config = new k8s.KubeConfigMap(this, "program", { metadata: { name }, data: { "main.js": props.program } });
    new k8s.KubeDeployment(this, "deployment", {
      metadata: { name },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: { [podAnnotations.configChecksum]: sha256(props.program) } },
          spec: {
            ...hardenedPod,
            containers: [
              {
                ...hardenedContainer,
                name,
                image: props.image,
                command: ["node", "/program/main.js"],
                env: [
                  { name: "PORT", value: String(port) },
                  { name: "CONTROL_PORT", value: String(controlPort) },
                ],
                ports: [
                  { name: "http", containerPort: port },
                  { name: "control", containerPort: controlPort },
                ],
                resources: resourceRequirements(
                  { cpuRequest: "20m", memoryRequest: "48Mi", memoryLimit: "192Mi" },
                  "64Mi",
                ),
                readinessProbe: {
                  httpGet: { path: "/healthz", port: k8s.IntOrString.fromString("control") },
                  periodSeconds: 1,
                },
                volumeMounts: [{ name: "program", mountPath: "/program", readOnly: true }],
              },
            ],
            volumes: [{ name: "program", configMap: { name: config.name } }],
          },
        },
      },
    });
    const service = new k8s.KubeService(this, "service", {
      metadata: { name },
      spec: { selector: labels, ports: [{ name: "http", port, targetPort: k8s.IntOrString.fromString("http") }] },
    });
    this.url = `http://${service.name}:${port}`;
  }
}
