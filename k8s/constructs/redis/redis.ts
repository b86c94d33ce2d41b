import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { mebibytes } from "../../../lib/mebibytes";
import { components, matchLabels, podAnnotations, ports, secretKeys } from "../../../lib/naming";
import { sha256 } from "../../../lib/sha256";
import { type ContainerResources, hardenedContainer, hardenedPod, resourceRequirements } from "../hardened-pod";
import { VolumeClaim } from "../volume-claim";

export interface RedisProps {
  /** `repository:tag@digest`. */
  readonly image: string;
  /** Secret with the ACL file. */
  readonly secretName: string;
  /** Raised when the Secret's content changes: the pod reads it at its start only. */
  readonly secretsVersion: number;
  readonly storage: { readonly size: string; readonly storageClass?: string | undefined };
  readonly resources: ContainerResources;
}

/** How a program reaches Redis; its user and password come from its own Secret. */
export interface RedisEndpoint {
  /** The Service's name: consumers are in the same Namespace. */
  readonly host: string;
  readonly port: number;
}

const paths = { config: "/etc/redis", acl: "/etc/redis-acl", data: "/data" };

/**
 * One Redis for Open WebUI's web-socket sessions and LiteLLM's budget.
 *
 * `noeviction`, because evicting a key could forget what was spent; an append-only file on a volume, so that a
 * reboot doesn't either. `Recreate`, because two pods can't share the volume.
 */
export class Redis extends Construct {
  readonly endpoint: RedisEndpoint;

  constructor(scope: Construct, id: string, props: RedisProps) {
    super(scope, id);
    const name = components.redis;
    const labels = matchLabels(components.redis);
    const redisConf = renderRedisConf(props.resources.memoryLimit);
    const config = new k8s.KubeConfigMap(this, "config", { metadata: { name }, data: { "redis.conf": redisConf } });
    const data = new VolumeClaim(this, "data", { name, ...props.storage });
    new k8s.KubeDeployment(this, "deployment", {
      metadata: { name },
      spec: {
        replicas: 1,
        strategy: { type: "Recreate" },
        selector: { matchLabels: labels },
        template: {
          metadata: {
            labels,
            annotations: {
              [podAnnotations.configChecksum]: sha256(redisConf),
              [podAnnotations.secretsVersion]: String(props.secretsVersion),
            },
          },
          spec: {
            ...hardenedPod,
            containers: [container(props)],
            volumes: [
              { name: "config", configMap: { name: config.name } },
              { name: "acl", secret: { secretName: props.secretName } },
              { name: "data", persistentVolumeClaim: { claimName: data.claimName } },
            ],
          },
        },
      },
    });
    const service = new k8s.KubeService(this, "service", {
      metadata: { name },
      spec: {
        selector: labels,
        ports: [{ name: "redis", port: ports.redis, targetPort: k8s.IntOrString.fromString("redis") }],
      },
    });
    this.endpoint = { host: service.name, port: ports.redis };
  }
}

function container(props: RedisProps): k8s.Container {
  // As a command, not as arguments: the image's entry point would load modules that nothing here uses.
  const ping = { exec: { command: ["redis-cli", "-e", "ping"] } };
  return {
    ...hardenedContainer,
    name: "redis",
    image: props.image,
    command: ["redis-server", `${paths.config}/redis.conf`],
    workingDir: paths.data,
    ports: [{ name: "redis", containerPort: ports.redis }],
    resources: resourceRequirements(props.resources, "64Mi"),
    // Reading back a large append-only file answers LOADING, which is no PONG.
    startupProbe: { ...ping, periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 120 },
    livenessProbe: {
      tcpSocket: { port: k8s.IntOrString.fromString("redis") },
      periodSeconds: 15,
      timeoutSeconds: 5,
      failureThreshold: 4,
    },
    readinessProbe: { ...ping, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 },
    volumeMounts: [
      { name: "config", mountPath: paths.config, readOnly: true },
      { name: "acl", mountPath: paths.acl, readOnly: true },
      { name: "data", mountPath: paths.data },
    ],
  };
}

/** Redis stops accepting writes at half of the container's memory: the other half is for copies made while saving. */
function renderRedisConf(memoryLimit: string): string {
  const limit = mebibytes(memoryLimit);
  // Redis takes 0 for "no limit".
  if (!(limit >= 2)) {
    throw new Error(`resources.memoryLimit: got "${memoryLimit}"; allowed: at least "2Mi", in Mi or Gi.`);
  }
  return `# Who may connect, and to which keys, is in the ACL file. Protected mode would refuse the password-less PING.
protected-mode no
aclfile ${paths.acl}/${secretKeys.redis.acl}
dir ${paths.data}
appendonly yes
appendfsync everysec
save ""
maxmemory ${Math.floor(limit / 2)}mb
maxmemory-policy noeviction
`;
}
