import type { StackConfig } from "../../../lib/config";
import { components, matchLabels, postgres, provisioner, scheduledBackup } from "../../../lib/naming";
import { isProvisioned } from "../../../lib/provisioning";
import {
  at,
  type ContainerSubject,
  containersOf,
  list,
  manifestsOf,
  type PodSubject,
  podsOf,
  type Rendered,
  type Rule,
  record,
  rule,
  type Subject,
} from "../../support/manifests";
import { object, workload } from "./bad";

/** LiteLLM, Open WebUI and Redis. */
const workloads = 3;

function effective(container: ContainerSubject, field: string): unknown {
  const own = at(container.container, "securityContext", field);
  return own === undefined ? at(container.pod.spec, "securityContext", field) : own;
}

/** A Job's pod serves nobody, and ends by itself. */
function isJob({ manifest }: PodSubject): boolean {
  return manifest.kind === "Job" || manifest.kind === "CronJob";
}

function unless(holds: boolean, violation: string): readonly string[] {
  return holds ? [] : [violation];
}

function show(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}

/**
 * The only probes there are. LiteLLM's `/health` calls every model, which costs; Open WebUI's `/ready` asks Redis, so
 * that a short break of Redis would take the chat away. A restart for what others do helps nobody: whether a program
 * has started and is alive is asked of nothing but itself.
 */
const probesOfItself: Readonly<Record<string, readonly string[]>> = {
  [components.liteLlm]: ["GET http /health/liveliness"],
  [components.openWebUi]: ["GET http /health"],
  [components.redis]: ["redis-cli -e ping", "connect redis"],
  [postgres]: ["pg_isready --host=127.0.0.1 --username=open_webui", "connect postgres"],
};
/** Without its database Open WebUI can do nothing. */
const readinessProbes: Readonly<Record<string, readonly string[]>> = {
  [components.liteLlm]: ["GET http /health/readiness"],
  [components.openWebUi]: ["GET http /health/db"],
};
const probeKinds = ["startupProbe", "livenessProbe", "readinessProbe"] as const;

/** What a probe does, as `GET port path`, `connect port` or the command's words. */
function probeText(probe: unknown): string {
  if (at(probe, "httpGet") !== undefined) return `GET ${at(probe, "httpGet", "port")} ${at(probe, "httpGet", "path")}`;
  if (at(probe, "tcpSocket") !== undefined) return `connect ${at(probe, "tcpSocket", "port")}`;
  return list(at(probe, "exec", "command")).join(" ");
}

function probeViolations({ container, pod }: ContainerSubject): readonly string[] {
  const app = String(pod.app);
  const portNames = list(at(container, "ports")).map((port) => at(port, "name"));
  return probeKinds.flatMap((kind) => {
    const probe = at(container, kind);
    if (probe === undefined) return [];
    const harmless = [
      ...(probesOfItself[app] ?? []),
      ...(kind === "readinessProbe" ? (readinessProbes[app] ?? []) : []),
    ];
    const port = at(probe, "httpGet", "port") ?? at(probe, "tcpSocket", "port");
    return [
      ...unless(harmless.includes(probeText(probe)), `${kind} is "${probeText(probe)}"`),
      ...unless(
        port === undefined || portNames.includes(port),
        `${kind} asks the port ${String(port)}, which it hasn't`,
      ),
    ];
  });
}

const referenceShape = /^[a-z0-9.-]+(?:\/[a-z0-9._-]+)+:(?!latest@)[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}$/;

const containerRules: readonly Rule[] = [
  rule<ContainerSubject>({
    says: "containers that run as a numbered user who isn't root",
    of: containersOf,
    atLeast: workloads,
    violations: (container) => [
      ...unless(effective(container, "runAsNonRoot") === true, "runAsNonRoot isn't true"),
      ...unless(
        Number(effective(container, "runAsUser")) > 0,
        `runAsUser is ${show(effective(container, "runAsUser"))}`,
      ),
    ],
    bad: [
      workload({ pod: { securityContext: {} } }),
      workload({ app: "root", container: { securityContext: { runAsUser: 0, runAsNonRoot: false } } }),
    ],
    finds: [
      "Deployment litellm, container main: runAsNonRoot isn't true",
      "Deployment litellm, container main: runAsUser is missing",
      "Deployment root, container main: runAsNonRoot isn't true",
      "Deployment root, container main: runAsUser is 0",
    ],
  }),
  rule<ContainerSubject>({
    says: "containers with a read-only root, no capability and no way to more privileges",
    of: containersOf,
    atLeast: workloads,
    violations: ({ container }) => {
      const context = record(at(container, "securityContext"));
      const capabilities = record(context["capabilities"]);
      return [
        ...unless(context["readOnlyRootFilesystem"] === true, "the root is writable"),
        ...unless(show(capabilities) === '{"drop":["ALL"]}', `capabilities are ${show(context["capabilities"])}`),
        ...unless(context["allowPrivilegeEscalation"] === false, "allowPrivilegeEscalation isn't false"),
        ...unless([undefined, false].includes(context["privileged"] as boolean | undefined), "it is privileged"),
      ];
    },
    bad: [
      workload({ container: { securityContext: undefined } }),
      workload({
        app: "mighty",
        container: {
          securityContext: {
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            privileged: true,
            capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] },
          },
        },
      }),
    ],
    finds: [
      "Deployment litellm, container main: the root is writable",
      "Deployment litellm, container main: capabilities are missing",
      "Deployment litellm, container main: allowPrivilegeEscalation isn't false",
      'Deployment mighty, container main: capabilities are {"drop":["ALL"],"add":["NET_ADMIN"]}',
      "Deployment mighty, container main: it is privileged",
    ],
  }),
  rule<ContainerSubject>({
    says: "containers under the runtime's seccomp profile",
    of: containersOf,
    atLeast: workloads,
    violations: (container) => {
      const profile = effective(container, "seccompProfile");
      return unless(at(profile, "type") === "RuntimeDefault", `seccompProfile is ${show(profile)}`);
    },
    bad: [
      workload({ pod: { securityContext: { runAsNonRoot: true } } }),
      workload({ app: "open", container: { securityContext: { seccompProfile: { type: "Unconfined" } } } }),
    ],
    finds: [
      "Deployment litellm, container main: seccompProfile is missing",
      'Deployment open, container main: seccompProfile is {"type":"Unconfined"}',
    ],
  }),
  rule<ContainerSubject>({
    says: "containers with requests, a memory limit and no CPU limit",
    of: containersOf,
    atLeast: workloads,
    violations: ({ container }) => {
      const resources = at(container, "resources");
      return [
        ...unless(typeof at(resources, "requests", "cpu") === "string", "no CPU is requested"),
        ...unless(typeof at(resources, "requests", "memory") === "string", "no memory is requested"),
        ...unless(typeof at(resources, "limits", "memory") === "string", "memory isn't limited"),
        ...unless(at(resources, "limits", "cpu") === undefined, "CPU is limited"),
      ];
    },
    bad: [workload({ container: { resources: { limits: { cpu: "1" } } } })],
    finds: [
      "Deployment litellm, container main: no CPU is requested",
      "Deployment litellm, container main: no memory is requested",
      "Deployment litellm, container main: memory isn't limited",
      "Deployment litellm, container main: CPU is limited",
    ],
  }),
  rule<ContainerSubject>({
    says: "containers with all three probes",
    of: (rendered) => containersOf(rendered).filter(({ isInit, pod }) => !isInit && !isJob(pod)),
    atLeast: workloads,
    violations: ({ container }) =>
      probeKinds.flatMap((kind) => unless(at(container, kind) !== undefined, `${kind} is missing`)),
    bad: [workload({ container: { livenessProbe: undefined } })],
    finds: ["Deployment litellm, container main: livenessProbe is missing"],
  }),
  rule<ContainerSubject>({
    says: "probes that cost nothing and depend on nothing else",
    of: containersOf,
    atLeast: workloads,
    violations: probeViolations,
    bad: [
      workload({ container: { livenessProbe: { httpGet: { path: "/health", port: "http" } } } }),
      workload({
        app: "open-webui",
        container: {
          ports: [{ name: "web", containerPort: 8080 }],
          startupProbe: { httpGet: { path: "/health", port: "http" } },
          livenessProbe: { httpGet: { path: "/health/db", port: "web" } },
          readinessProbe: { httpGet: { path: "/ready", port: "web" } },
        },
      }),
      workload({
        app: "open-webui-redis",
        container: {
          startupProbe: { exec: { command: ["redis-cli", "-e", "ping"] } },
          livenessProbe: { exec: { command: ["redis-cli", "-a", "password", "info"] } },
          readinessProbe: { grpc: { port: 6379 } },
        },
      }),
    ],
    finds: [
      'Deployment litellm, container main: livenessProbe is "GET http /health"',
      "Deployment open-webui, container main: startupProbe asks the port http, which it hasn't",
      'Deployment open-webui, container main: livenessProbe is "GET web /health/db"',
      'Deployment open-webui, container main: readinessProbe is "GET web /ready"',
      'Deployment open-webui-redis, container main: livenessProbe is "redis-cli -a password info"',
      'Deployment open-webui-redis, container main: readinessProbe is ""',
    ],
  }),
  rule<ContainerSubject>({
    says: "images by tag and digest, pulled once",
    of: containersOf,
    atLeast: workloads,
    violations: ({ container }) => [
      ...unless(referenceShape.test(String(at(container, "image"))), `image is ${show(at(container, "image"))}`),
      ...unless(
        at(container, "imagePullPolicy") === "IfNotPresent",
        `imagePullPolicy is ${show(at(container, "imagePullPolicy"))}`,
      ),
    ],
    bad: [
      workload({ container: { image: "ghcr.io/berriai/litellm:v1", imagePullPolicy: "Always" } }),
      workload({ app: "tagless", container: { image: `example.test/program@sha256:${"0".repeat(64)}` } }),
      workload({ app: "latest", container: { image: `example.test/program:latest@sha256:${"0".repeat(64)}` } }),
    ],
    finds: [
      'Deployment litellm, container main: image is "ghcr.io/berriai/litellm:v1"',
      'Deployment litellm, container main: imagePullPolicy is "Always"',
      `Deployment tagless, container main: image is "example.test/program@sha256:${"0".repeat(64)}"`,
      `Deployment latest, container main: image is "example.test/program:latest@sha256:${"0".repeat(64)}"`,
    ],
  }),
  rule<ContainerSubject>({
    says: "mounts of volumes that the pod has",
    of: containersOf,
    atLeast: workloads,
    violations: ({ container, pod }) => {
      const names = list(at(pod.spec, "volumes")).map((volume) => at(volume, "name"));
      return list(at(container, "volumeMounts"))
        .map((mount) => at(mount, "name"))
        .filter((name) => !names.includes(name))
        .map((name) => `mounts ${String(name)}, which is no volume of the pod`);
    },
    bad: [workload({ container: { volumeMounts: [{ name: "data", mountPath: "/data" }] } })],
    finds: ["Deployment litellm, container main: mounts data, which is no volume of the pod"],
  }),
];

/** Of those that the `restricted` Pod Security Standard allows, the ones that give a pod nothing but its own data. */
const plainVolumes = ["configMap", "emptyDir", "persistentVolumeClaim", "secret"];

function hasWebIdentity({ aws }: StackConfig): boolean {
  return aws.credentials.kind === "web-identity";
}

/** The tokens of a volume that holds nothing else. */
function tokensOf(volume: unknown): readonly unknown[] {
  const sources = list(at(volume, "projected", "sources"));
  const tokens = sources.flatMap((source) => at(source, "serviceAccountToken") ?? []);
  return tokens.length === sources.length ? tokens : [];
}

/** A token of a service account that a container finds in a file. */
interface TokenSubject extends Subject {
  readonly token: unknown;
  readonly mount: unknown;
  readonly container: unknown;
}

function tokenFiles(rendered: Rendered): readonly TokenSubject[] {
  return containersOf(rendered).flatMap(({ where, container, pod }) =>
    list(at(pod.spec, "volumes")).flatMap((volume) => {
      const mount = list(at(container, "volumeMounts")).find((each) => at(each, "name") === at(volume, "name"));
      return tokensOf(volume).map((token) => ({ where, token, mount, container }));
    }),
  );
}

const podRules: readonly Rule[] = [
  rule<TokenSubject>({
    says: "tokens that are for AWS, for an hour, and that the program reads where AWS's library looks for them",
    of: tokenFiles,
    atLeast: (config) => Number(hasWebIdentity(config)),
    violations: ({ token, mount, container }, { config }) => {
      const file = list(at(container, "env")).find((each) => at(each, "name") === "AWS_WEB_IDENTITY_TOKEN_FILE");
      return [
        ...unless(hasWebIdentity(config), "nothing needs a token"),
        ...unless(at(token, "audience") === "sts.amazonaws.com", `the token is for ${show(at(token, "audience"))}`),
        ...unless(
          at(token, "expirationSeconds") === 3600,
          `it holds for ${show(at(token, "expirationSeconds"))} seconds`,
        ),
        ...unless(at(mount, "readOnly") === true, "its folder is writable"),
        ...unless(
          at(file, "value") === `${String(at(mount, "mountPath"))}/${String(at(token, "path"))}`,
          `the program looks at ${show(at(file, "value"))}`,
        ),
      ];
    },
    bad: [
      workload({
        container: {
          volumeMounts: [{ name: "token", mountPath: "/token" }],
          env: [{ name: "AWS_WEB_IDENTITY_TOKEN_FILE", value: "/tokens/token" }],
        },
        pod: { volumes: [{ name: "token", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } }] },
      }),
    ],
    finds: [
      "Deployment litellm, container main: nothing needs a token",
      "Deployment litellm, container main: the token is for missing",
      "Deployment litellm, container main: it holds for missing seconds",
      "Deployment litellm, container main: its folder is writable",
      'Deployment litellm, container main: the program looks at "/tokens/token"',
    ],
  }),
  rule({
    says: "service accounts that a pod runs as, and that hand out no token by themselves",
    of: (rendered) => manifestsOf(rendered, "ServiceAccount"),
    atLeast: (config) => Number(hasWebIdentity(config)),
    violations: ({ manifest }, rendered) => [
      ...unless(
        podsOf(rendered).some(({ spec }) => at(spec, "serviceAccountName") === manifest.metadata.name),
        "no pod runs as it",
      ),
      ...unless(at(manifest, "automountServiceAccountToken") === false, "automountServiceAccountToken isn't false"),
    ],
    bad: [{ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "litellm" } }],
    finds: [
      "ServiceAccount litellm: no pod runs as it",
      "ServiceAccount litellm: automountServiceAccountToken isn't false",
    ],
  }),
  rule<PodSubject>({
    says: "pods without variables of other Services",
    of: podsOf,
    atLeast: workloads,
    violations: ({ spec }) => unless(at(spec, "enableServiceLinks") === false, "enableServiceLinks isn't false"),
    bad: [workload({ pod: { enableServiceLinks: undefined } })],
    finds: ["Deployment litellm: enableServiceLinks isn't false"],
  }),
  rule<PodSubject>({
    says: "pods without a token for the cluster, and without a service account that they don't need",
    of: podsOf,
    atLeast: workloads,
    violations: ({ app, spec }, { config }) => [
      ...unless(at(spec, "automountServiceAccountToken") === false, "automountServiceAccountToken isn't false"),
      ...unless(
        at(spec, "serviceAccountName") ===
          (app === components.liteLlm && hasWebIdentity(config) ? components.liteLlm : undefined),
        `serviceAccountName is ${show(at(spec, "serviceAccountName"))}`,
      ),
    ],
    bad: [workload({ pod: { automountServiceAccountToken: undefined, serviceAccountName: "admin" } })],
    finds: [
      "Deployment litellm: automountServiceAccountToken isn't false",
      'Deployment litellm: serviceAccountName is "admin"',
    ],
  }),
  rule<PodSubject>({
    says: "pods with plain volumes only, apart from the host",
    of: podsOf,
    atLeast: workloads,
    violations: ({ spec }) => [
      ...list(at(spec, "volumes")).flatMap((volume) =>
        Object.keys(record(volume))
          .filter((field) => field !== "name" && !plainVolumes.includes(field) && tokensOf(volume).length === 0)
          .map((field) => `volume ${String(at(volume, "name"))} is ${field}`),
      ),
      ...["hostNetwork", "hostPID", "hostIPC"].flatMap((field) =>
        unless(at(spec, field) === undefined, `${field} is ${show(at(spec, field))}`),
      ),
      // Alone in its pod, a container sees nobody else's processes.
      ...unless(
        at(spec, "shareProcessNamespace") !== true || list(at(spec, "containers")).length === 1,
        "shareProcessNamespace is true for several containers",
      ),
    ],
    bad: [
      workload({
        pod: {
          hostNetwork: true,
          shareProcessNamespace: true,
          containers: [{ name: "main" }, { name: "sidecar" }],
          volumes: [
            { name: "tmp", emptyDir: {} },
            { name: "node", hostPath: { path: "/" } },
            { name: "all", projected: { sources: [{ secret: { name: "litellm" } }] } },
          ],
        },
      }),
    ],
    finds: [
      "Deployment litellm: volume node is hostPath",
      "Deployment litellm: volume all is projected",
      "Deployment litellm: hostNetwork is true",
      "Deployment litellm: shareProcessNamespace is true for several containers",
    ],
  }),
  rule<PodSubject>({
    says: "pods whose labels are their selector's fixed words",
    of: (rendered) => podsOf(rendered).filter((pod) => !isJob(pod)),
    atLeast: workloads,
    violations: ({ manifest, template }) => {
      const component = ([...Object.values(components), postgres] as const).find(
        (name) => name === manifest.metadata.name,
      );
      const expected = component === undefined ? "no component's" : JSON.stringify(matchLabels(component));
      const selector = at(manifest.spec, "selector", "matchLabels");
      return [
        ...unless(show(selector) === expected, `the selector is ${show(selector)}, expected ${expected}`),
        ...unless(show(at(template, "metadata", "labels")) === show(selector), "the pod's labels aren't the selector"),
      ];
    },
    bad: [
      workload({ app: "open-webui", workload: { selector: { matchLabels: { app: "c8a1b2c3" } } } }),
      workload({ app: "redis" }),
    ],
    finds: [
      'Deployment open-webui: the selector is {"app":"c8a1b2c3"}, expected {"app":"open-webui"}',
      "Deployment open-webui: the pod's labels aren't the selector",
      `Deployment redis: the selector is {"app":"redis"}, expected no component's`,
    ],
  }),
];

const jobRules: readonly Rule[] = [
  rule<PodSubject>({
    says: "Jobs that end, go, and are told by their label",
    of: (rendered) => podsOf(rendered).filter(isJob),
    atLeast: (config) => Number(isProvisioned(config)),
    violations: ({ manifest: { kind, spec: given }, app, spec }) => {
      const isScheduled = kind === "CronJob";
      const job = isScheduled ? at(given, "jobTemplate", "spec") : given;
      const above0 = (value: unknown, field: string) =>
        unless(Number(at(value, field)) > 0, `${field} is ${show(at(value, field))}`);
      return [
        ...unless(app === (isScheduled ? scheduledBackup : provisioner), `the pod's label is ${show(app)}`),
        ...unless(at(spec, "restartPolicy") === "Never", `restartPolicy is ${show(at(spec, "restartPolicy"))}`),
        ...above0(job, "backoffLimit"),
        ...(isScheduled
          ? [...above0(given, "successfulJobsHistoryLimit"), ...above0(job, "activeDeadlineSeconds")]
          : above0(job, "ttlSecondsAfterFinished")),
      ];
    },
    bad: [
      workload({ kind: "Job", app: "migration", pod: { restartPolicy: "OnFailure" } }),
      cronJob({ app: "nightly", restartPolicy: "Never" }),
    ],
    finds: [
      `Job migration: the pod's label is "migration"`,
      'Job migration: restartPolicy is "OnFailure"',
      "Job migration: backoffLimit is missing",
      "Job migration: ttlSecondsAfterFinished is missing",
      `CronJob nightly: the pod's label is "nightly"`,
      "CronJob nightly: backoffLimit is missing",
      "CronJob nightly: successfulJobsHistoryLimit is missing",
      "CronJob nightly: activeDeadlineSeconds is missing",
    ],
  }),
];

const databaseRules: readonly Rule[] = [
  rule({
    says: "StatefulSets with one replica, Open WebUI's replaced by hand after a backup",
    of: (rendered) => manifestsOf(rendered, "StatefulSet"),
    atLeast: 1,
    violations: ({ manifest: { spec, metadata } }) => [
      ...unless(
        metadata.name === postgres || at(spec, "updateStrategy", "type") === "OnDelete",
        "updateStrategy isn't OnDelete",
      ),
      ...unless(at(spec, "replicas") === 1, `replicas is ${show(at(spec, "replicas"))}`),
      ...unless(at(spec, "volumeClaimTemplates") === undefined, "the claim's name would be generated"),
    ],
    bad: [
      workload({
        kind: "StatefulSet",
        workload: { replicas: 2, updateStrategy: { type: "RollingUpdate" }, volumeClaimTemplates: [{}] },
      }),
    ],
    finds: [
      "StatefulSet litellm: updateStrategy isn't OnDelete",
      "StatefulSet litellm: replicas is 2",
      "StatefulSet litellm: the claim's name would be generated",
    ],
  }),
  rule({
    says: "claims that one pod at a time mounts, and one workload uses, a backup's job beside it",
    of: (rendered) => manifestsOf(rendered, "PersistentVolumeClaim"),
    atLeast: 2,
    violations: ({ manifest }, rendered) => {
      const users = podsOf(rendered).filter(({ spec }) => claimsOf(spec).includes(manifest.metadata.name));
      return [
        ...unless(
          show(at(manifest.spec, "accessModes")) === '["ReadWriteOnce"]',
          `accessModes is ${show(at(manifest.spec, "accessModes"))}`,
        ),
        ...unless(
          users.length > 0 && users.filter((user) => !isJob(user)).length <= 1,
          `${users.length} workloads use it`,
        ),
      ];
    },
    bad: [
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "data" },
        spec: { accessModes: ["ReadWriteMany"] },
      },
    ],
    finds: [
      'PersistentVolumeClaim data: accessModes is ["ReadWriteMany"]',
      "PersistentVolumeClaim data: 0 workloads use it",
    ],
  }),
  rule<PodSubject>({
    says: "one pod per claim, which ends before the next one starts",
    of: (rendered) => podsOf(rendered).filter((pod) => !isJob(pod) && claimsOf(pod.spec).length > 0),
    atLeast: 2,
    violations: ({ manifest }) => [
      ...unless(at(manifest.spec, "replicas") === 1, `replicas is ${show(at(manifest.spec, "replicas"))}`),
      ...unless(
        manifest.kind === "StatefulSet" || at(manifest.spec, "strategy", "type") === "Recreate",
        `strategy is ${show(at(manifest.spec, "strategy"))}`,
      ),
    ],
    bad: [
      workload({
        workload: { replicas: 3 },
        pod: { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] },
      }),
    ],
    finds: ["Deployment litellm: replicas is 3", "Deployment litellm: strategy is missing"],
  }),
];

const jobsOnVolumes: readonly Rule[] = [
  rule<PodSubject>({
    says: "jobs on a volume that run alone, and on the node where Open WebUI has its own",
    of: (rendered) => podsOf(rendered).filter((pod) => isJob(pod) && claimsOf(pod.spec).length > 0),
    atLeast: ({ backup }) => Number(backup !== undefined),
    violations: ({ manifest, spec }) => {
      const policy = at(manifest.spec, "concurrencyPolicy");
      const [beside] = list(at(spec, "affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution"));
      const labels = at(beside, "labelSelector", "matchLabels");
      return [
        ...unless(policy === "Forbid", `concurrencyPolicy is ${show(policy)}`),
        ...unless(
          show(labels) === show(matchLabels(components.openWebUi)) &&
            at(beside, "topologyKey") === "kubernetes.io/hostname",
          `it runs beside ${show(labels)}`,
        ),
      ];
    },
    bad: [cronJob({ volumes: [{ name: "data", persistentVolumeClaim: { claimName: "open-webui" } }] })],
    finds: ["CronJob nightly: concurrencyPolicy is missing", "CronJob nightly: it runs beside missing"],
  }),
];

function cronJob({ app = "nightly", ...spec }: Readonly<Record<string, unknown>> & { readonly app?: string }) {
  const template = { metadata: { labels: { app } }, spec: { containers: [{ name: "main" }], ...spec } };
  return object("CronJob", app, { jobTemplate: { spec: { template } } });
}

function claimsOf(spec: unknown): readonly unknown[] {
  return list(at(spec, "volumes")).flatMap((volume) => at(volume, "persistentVolumeClaim", "claimName") ?? []);
}

export const rulesAboutPods = [...containerRules, ...podRules, ...jobRules, ...databaseRules, ...jobsOnVolumes];
