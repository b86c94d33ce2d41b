/**
 * Names that two sides must agree on: what Terraform puts out and the Secrets app reads, which Secret a pod expects,
 * which label a policy selects. All of them are contracts with what is already deployed: changing one deletes and
 * recreates objects, or loses data.
 */

/** Marks every object of ours, so that what is no longer described can be told from what others own. */
export const partOf = "open-webui-bedrock";

/** The label whose value {@link partOf} is. */
export const ownerLabel = "app.kubernetes.io/part-of";

/** The components, by the value of their `app` label. Also the names of their workloads and Services. */
export const components = {
  liteLlm: "litellm",
  openWebUi: "open-webui",
  redis: "open-webui-redis",
} as const;

/** Open WebUI's database, where the configuration has a Postgres of the stack's own. */
export const postgres = "open-webui-postgres";

/** Stands in for Bedrock in tests and previews. Its control port is for whoever forwards it, and behind no Service. */
export const simulatedBedrock = { name: "simulated-bedrock", port: 8080, controlPort: 8081 } as const;

/** Brings assistants and system prompts into Open WebUI: a Job, whose name begins like this. */
export const provisioner = "open-webui-provisioner";

/** Works on Open WebUI's data while a backup or a restore runs, without any network. */
export const dataPod = "open-webui-data";

/** The scheduled backup: its CronJob, its volume claim, and the label of its pods, which reach nobody but Postgres. */
export const scheduledBackup = "open-webui-backup";

/** Where Open WebUI has its data, in its own container and in every other one that works on them. */
export const dataFolder = "/app/backend/data";

/** Where a pod that backs up has the database's copy, on the node's disk. */
export const workFolder = "/work";

/** Where a pod has the scheduled backups. */
export const backupsFolder = "/backups";

export type Component =
  | (typeof components)[keyof typeof components]
  | typeof postgres
  | typeof simulatedBedrock.name
  | typeof provisioner
  | typeof scheduledBackup;

/** Match labels are immutable in a workload's selector: fixed words, never generated. */
export function matchLabels(component: Component): { readonly app: Component } {
  return { app: component };
}

/** Port numbers of the Services and, where they differ, of the containers behind them. */
export const ports = {
  liteLlm: 4000,
  openWebUiService: 80,
  openWebUi: 8080,
  redis: 6379,
  postgres: 5432,
  https: 443,
  dns: 53,
} as const;

/** The consumer of LiteLLM that the operations' commands are. */
export const verifyConsumerName = "verify";

/** The Redis ACL users: one per program, each confined to its own keys. */
export const redisUsers = { liteLlm: "litellm", openWebUi: "open-webui" } as const;

/** Role and database of Open WebUI in a Postgres of the stack's own. */
export const postgresNames = { user: "open_webui", database: "open_webui" } as const;

/** Where Postgres' pod has its volume, and the socket on which no password is asked for. */
export const postgresFolders = { volume: "/var/lib/postgresql", socket: "/var/run/postgresql" } as const;

/** What all Redis keys of a program begin with; a colon follows. */
export const redisPrefixes = { liteLlm: "litellm", openWebUi: "open-webui" } as const;

/** Keys inside the Secrets, by consumer. A pod reads only the Secret of its own component. */
export const secretKeys = {
  liteLlm: {
    /** LiteLLM wants one to start. Nobody uses it: with keys per consumer it opens nothing. */
    masterKey: "LITELLM_MASTER_KEY",
    openWebUiKey: "CONSUMER_KEY_OPEN_WEBUI",
    prometheusKey: "CONSUMER_KEY_PROMETHEUS",
    verifyKey: "CONSUMER_KEY_VERIFY",
    awsAccessKeyId: "AWS_ACCESS_KEY_ID",
    awsSecretAccessKey: "AWS_SECRET_ACCESS_KEY",
    redisPassword: "REDIS_PASSWORD",
  },
  openWebUi: {
    liteLlmKey: "OPENAI_API_KEY",
    secretKey: "WEBUI_SECRET_KEY",
    redisPassword: "REDIS_PASSWORD",
    adminPassword: "WEBUI_ADMIN_PASSWORD",
    /** With a Postgres of the stack's own. */
    postgresPassword: "POSTGRES_PASSWORD",
  },
  postgres: { password: "POSTGRES_PASSWORD" },
  prometheus: { liteLlmKey: "LITELLM_KEY" },
  redis: {
    /** The ACL file with SHA-256 digests: Redis' pod never holds a password. */
    acl: "users.acl",
  },
} as const;

/** Names of the Secrets that this program makes, one per consumer. */
export const secretNames = { ...components, postgres, prometheus: "litellm-prometheus" } as const;

/** Terraform outputs that become Secrets. All of them are `sensitive`. */
export const secretOutputs = {
  awsAccessKeyId: "aws_access_key_id",
  awsSecretAccessKey: "aws_secret_access_key",
  liteLlmMasterKey: "litellm_master_key",
  liteLlmKeyOpenWebUi: "litellm_key_open_webui",
  liteLlmKeyPrometheus: "litellm_key_prometheus",
  liteLlmKeyVerify: "litellm_key_verify",
  openWebUiSecretKey: "open_webui_secret_key",
  openWebUiAdminPassword: "open_webui_admin_password",
  redisPasswordLiteLlm: "redis_password_litellm",
  redisPasswordOpenWebUi: "redis_password_open_webui",
  postgresPassword: "postgres_password",
} as const;

/** Terraform outputs that are no secret. */
export const plainOutputs = {
  userArn: "user_arn",
  roleArn: "role_arn",
  policyArns: "policy_arns",
  accessKeySlot: "access_key_slot",
  accessKeys: "access_keys",
} as const;

/** The two places an access key can have; slot `a` is the first key of every installation. */
export const keySlots = ["a", "b"] as const;
export type KeySlot = (typeof keySlots)[number];

/** Where local Terraform state lives, relative to the project: outside `cdktf.out`, which is rebuilt at will. */
export const stateFolder = "state";

/** Annotations on pods: a change of one rolls the pod. None is derived from a secret's value. */
export const podAnnotations = {
  configChecksum: `${partOf}/config-checksum`,
  secretsVersion: `${partOf}/secrets-version`,
  accessKeySlot: `${partOf}/access-key-slot`,
} as const;

/** Annotations on the provisioner's ConfigMap. */
export const provisionerAnnotations = {
  /** Name of the Job for which it was written. */
  job: `${partOf}/job`,
} as const;

/** Annotations on Open WebUI's volume claim. */
export const claimAnnotations = {
  /** When its data were last backed up, in UTC. */
  lastBackup: `${partOf}/last-backup`,
} as const;

/** The address of a Service for any pod of the cluster, such as `litellm.open-webui.svc.cluster.local`. */
export function serviceHost(component: Component, namespace: string, clusterDomain: string): string {
  return `${component}.${namespace}.svc.${clusterDomain}`;
}
