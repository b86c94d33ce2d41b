import { parse, parseAllDocuments } from "yaml";
import { createSecretsApp } from "../../../k8s/app";
import type { StackConfig } from "../../../lib/config";
import { secretLikeness } from "../../../lib/config/problems";
import {
  components,
  keySlots,
  podAnnotations,
  ports,
  postgres,
  provisioner,
  provisionerAnnotations,
  scheduledBackup,
  secretKeys,
  type secretNames,
  secretOutputs,
  verifyConsumerName,
} from "../../../lib/naming";
import { secretNamesOf } from "../../../lib/secret-names";
import { sha256 } from "../../../lib/sha256";
import {
  at,
  containersOf,
  list,
  type Manifest,
  manifestsOf,
  nameOf,
  ofKind,
  type PodSubject,
  podsOf,
  type Rendered,
  type Rule,
  record,
  rule,
  type Subject,
  textsOf,
} from "../../support/manifests";
import { configOf } from "../../support/variants";
import { object, workload } from "./bad";

/** A variable of Kubernetes' own, such as `$(REDIS_PASSWORD)`, stands for a secret and is none. */
const variable = /\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g;

interface TextSubject extends Subject {
  readonly text: string;
}

/** Every line of the files, and every text in their objects: a folded line would hide what a text shows. */
function texts({ files, objects }: Rendered): readonly TextSubject[] {
  return [
    ...Object.entries(files).flatMap(([file, text]) =>
      text.split("\n").map((line, index) => ({ where: `${file}:${index + 1}`, text: line })),
    ),
    ...objects.flatMap(({ file, manifest }) =>
      textsOf(manifest).map((text) => ({ where: `${file}, ${nameOf(manifest)}`, text })),
    ),
  ];
}

/** A key of a Secret that a pod reads; no key when it reads all of them. */
interface ReferenceSubject extends Subject {
  readonly pod: PodSubject;
  readonly secret: unknown;
  readonly key: unknown;
}

function references(rendered: Rendered): readonly ReferenceSubject[] {
  const inVariables = containersOf(rendered).flatMap(({ where, container, pod }) => [
    ...list(at(container, "env")).flatMap((variable) => {
      const reference = at(variable, "valueFrom", "secretKeyRef");
      if (reference === undefined) return [];
      return [
        { where: `${where}, ${at(variable, "name")}`, pod, secret: at(reference, "name"), key: at(reference, "key") },
      ];
    }),
    ...list(at(container, "envFrom")).flatMap((source) => {
      const secret = at(source, "secretRef", "name");
      return secret === undefined ? [] : [{ where: `${where}, envFrom`, pod, secret, key: undefined }];
    }),
  ]);
  const inVolumes = podsOf(rendered).flatMap((pod) =>
    list(at(pod.spec, "volumes")).flatMap((volume) => {
      const secret = at(volume, "secret", "secretName");
      return secret === undefined
        ? []
        : [{ where: `${pod.where}, volume ${at(volume, "name")}`, pod, secret, key: undefined }];
    }),
  );
  return [...inVariables, ...inVolumes];
}

/**
 * The master key, two consumers' keys, the AWS key (two parts, where there is one) and a password; the key for the
 * proxy, the session key and a password; the ACL.
 */
function leastReferences(config: StackConfig): number {
  return 8 + awsKeyParts(config);
}

/** How many keys of LiteLLM's Secret are AWS's. */
function awsKeyParts({ aws }: StackConfig): number {
  return aws.credentials.kind === "access-key" ? 2 : 0;
}

/** An endpoint that Prometheus scrapes, with the Secret's key that it shows there. */
interface ScrapeSubject extends Subject {
  readonly endpoint: unknown;
  readonly secret: unknown;
  readonly key: unknown;
}

function scrapes(rendered: Rendered): readonly ScrapeSubject[] {
  return manifestsOf(rendered, "ServiceMonitor").flatMap(({ where, manifest }) =>
    list(at(manifest.spec, "endpoints")).map((endpoint, index) => {
      const reference = at(endpoint, "authorization", "credentials");
      return {
        where: `${where}, endpoint ${index}`,
        endpoint,
        secret: at(reference, "name"),
        key: at(reference, "key"),
      };
    }),
  );
}

function isMonitored({ monitoring }: StackConfig): boolean {
  return monitoring.kind === "prometheus-operator";
}

/** Somebody else made it, and the configuration names it. */
function isDatabaseUrl({ database }: StackConfig, secret: unknown, key: unknown): boolean {
  return database.kind === "external-postgres" && database.urlSecret.name === secret && database.urlSecret.key === key;
}

function ownSecret(
  app: unknown,
  config: StackConfig,
): { readonly name: string | undefined; readonly keys: readonly unknown[] } {
  const names = secretNamesOf(config);
  switch (app) {
    case components.liteLlm: {
      const { awsAccessKeyId, awsSecretAccessKey, ...others } = secretKeys.liteLlm;
      const awsKey = awsKeyParts(config) === 0 ? [] : [awsAccessKeyId, awsSecretAccessKey];
      return { name: names.liteLlm, keys: [...Object.values(others), ...awsKey] };
    }
    case components.openWebUi:
      return { name: names.openWebUi, keys: Object.values(secretKeys.openWebUi) };
    case postgres:
      return { name: names.postgres, keys: Object.values(secretKeys.postgres) };
    case scheduledBackup:
      return { name: names.postgres, keys: [secretKeys.postgres.password] };
    case provisioner:
      return { name: names.openWebUi, keys: [secretKeys.openWebUi.adminPassword] };
    case components.redis:
      return { name: names.redis, keys: Object.values(secretKeys.redis) };
    default:
      return { name: undefined, keys: [] };
  }
}

/** A value for each output, none of which is in another. */
const fakeValues = Object.fromEntries(Object.values(secretOutputs).map((output) => [output, `<value of ${output}>`]));

type Secret = Manifest & { readonly stringData?: unknown };

/** The Secrets that `npm run secrets` prints; none when it refuses. */
function secretsOfTerraform(config: StackConfig): readonly Secret[] {
  if (config.secrets.kind !== "terraform") return [];
  return parseAllDocuments(createSecretsApp(config, fakeValues).synthYaml())
    .map((document) => document.toJS() as Secret)
    .filter(({ kind }) => kind === "Secret");
}

/** What the Secrets will hold once they are there, as `name/key`; `undefined` when someone else makes them. */
function deliveredKeys(rendered: Rendered): readonly string[] | undefined {
  switch (rendered.config.secrets.kind) {
    case "existing":
      return undefined;
    case "external":
      return ofKind(rendered, "ExternalSecret").flatMap(({ spec }) => {
        const template = at(spec, "target", "template", "data");
        const keys =
          template === undefined
            ? list(at(spec, "data")).map((entry) => at(entry, "secretKey"))
            : Object.keys(record(template));
        return keys.map((key) => `${String(at(spec, "target", "name"))}/${String(key)}`);
      });
    case "terraform":
      return secretsOfTerraform(rendered.config).flatMap(({ metadata, stringData }) =>
        Object.keys(record(stringData)).map((key) => `${metadata.name}/${key}`),
      );
  }
}

type Output = (typeof secretOutputs)[keyof typeof secretOutputs];

/** Whose Secrets hold which output, as it is or as a digest: an output that nobody thought about doesn't compile. */
const holders: Readonly<Record<Output, readonly (keyof typeof secretNames)[]>> = {
  aws_access_key_id: ["liteLlm"],
  aws_secret_access_key: ["liteLlm"],
  litellm_master_key: ["liteLlm"],
  litellm_key_open_webui: ["liteLlm", "openWebUi"],
  litellm_key_prometheus: ["liteLlm", "prometheus"],
  litellm_key_verify: ["liteLlm"],
  open_webui_secret_key: ["openWebUi"],
  open_webui_admin_password: ["openWebUi"],
  redis_password_litellm: ["liteLlm", "redis"],
  redis_password_open_webui: ["openWebUi", "redis"],
  postgres_password: ["openWebUi", "postgres"],
};

/** An output in a Secret, or in what fetches one. */
interface HoldingSubject extends Subject {
  readonly secret: unknown;
  readonly output: unknown;
}

function holdings(rendered: Rendered): readonly HoldingSubject[] {
  const fetched = manifestsOf(rendered, "ExternalSecret").flatMap(({ where, manifest: { spec } }) =>
    list(at(spec, "data")).map((entry) => ({
      where: `${where}, ${String(at(entry, "secretKey"))}`,
      secret: at(spec, "target", "name"),
      output: at(entry, "remoteRef", "property"),
    })),
  );
  const made = secretsOfTerraform(rendered.config).flatMap(({ metadata, stringData }) =>
    Object.entries(record(stringData)).flatMap(([key, text]) =>
      Object.entries(fakeValues)
        .filter(([, value]) => String(text).includes(value) || String(text).includes(sha256(value)))
        .map(([output]) => ({ where: `Secret ${metadata.name}, ${key}`, secret: metadata.name, output })),
    ),
  );
  return [...fetched, ...made];
}

/** What LiteLLM is told of who may call it. */
interface ConsumerSubject extends Subject {
  readonly consumer: unknown;
}

function consumers(rendered: Rendered): readonly ConsumerSubject[] {
  return manifestsOf(rendered, "ConfigMap").flatMap(({ where, manifest }) => {
    const text = at(manifest.data, "consumers.json");
    return text === undefined
      ? []
      : list(JSON.parse(String(text))).map((consumer) => ({
          where: `${where}, ${String(at(consumer, "name"))}`,
          consumer,
        }));
  });
}

/** The aliases that LiteLLM knows. */
function aliases(rendered: Rendered): readonly unknown[] {
  return ofKind(rendered, "ConfigMap").flatMap(({ data }) => {
    const text = at(data, "config.yaml");
    return text === undefined
      ? []
      : list(at(parse(String(text), { version: "1.1" }), "model_list")).map((entry) => at(entry, "model_name"));
  });
}

/** Names under which secrets are known. */
const secretVariable = /(?:_KEY|_PASSWORD|_TOKEN|_SECRET)$|^AWS_(?:ACCESS|SECRET|SESSION|BEARER)/;

interface VariableSubject extends Subject {
  readonly pod: PodSubject;
  readonly name: string;
  readonly value: unknown;
  /** Names of the variables before this one. */
  readonly before: readonly unknown[];
}

function variables(rendered: Rendered): readonly VariableSubject[] {
  return containersOf(rendered).flatMap(({ where, container, pod }) => {
    const all = list(at(container, "env"));
    return all.map((each, index) => ({
      where: `${where}, ${at(each, "name")}`,
      pod,
      name: String(at(each, "name")),
      value: at(each, "value"),
      before: all.slice(0, index).map((other) => at(other, "name")),
    }));
  });
}

interface AnnotationSubject extends Subject {
  readonly key: string;
  readonly value: unknown;
  readonly manifest: Manifest;
  /** The pod whose template carries it; none for the object's own. */
  readonly pod: PodSubject | undefined;
}

function annotations(rendered: Rendered): readonly AnnotationSubject[] {
  const ofObjects = rendered.objects.flatMap(({ manifest }) =>
    Object.entries(manifest.metadata.annotations ?? {}).map(([key, value]) => ({
      where: `${nameOf(manifest)}, ${key}`,
      key,
      value,
      manifest,
      pod: undefined,
    })),
  );
  const ofPods = podsOf(rendered).flatMap((pod) =>
    Object.entries(record(at(pod.template, "metadata", "annotations"))).map(([key, value]) => ({
      where: `${pod.where}, pod, ${key}`,
      key,
      value,
      manifest: pod.manifest,
      pod,
    })),
  );
  return [...ofObjects, ...ofPods];
}

/** The values that an annotation may have: each is made of what is rendered here or stands in the configuration. */
function explanations({ key, manifest, pod }: AnnotationSubject, rendered: Rendered): readonly unknown[] {
  const { ingress, secrets } = rendered.config;
  if (pod === undefined) {
    if (key === "grafana_folder") return [dashboardFolder(rendered.config)];
    if (key === provisionerAnnotations.job) return ofKind(rendered, "Job").map(({ metadata }) => metadata.name);
    return manifest.kind === "Ingress" && ingress.kind === "ingress" ? [ingress.annotations[key]] : [];
  }
  switch (key) {
    case "prometheus.io/scrape":
      return ["true"];
    case "prometheus.io/port":
      return [String(ports.liteLlm)];
    case "prometheus.io/path":
      return ["/metrics/"];
    case podAnnotations.configChecksum:
      return mountedConfigs(pod, rendered).flatMap(checksums);
    case podAnnotations.secretsVersion:
      return [String(secrets.version)];
    case podAnnotations.accessKeySlot:
      return keySlots;
    default:
      return [];
  }
}

function dashboardFolder({ monitoring }: StackConfig): string | undefined {
  return monitoring.kind !== "none" && monitoring.grafana.kind === "sidecar" ? monitoring.grafana.folder : undefined;
}

type Files = Readonly<Record<string, unknown>>;

/** The ConfigMaps that a pod mounts, each as its files. */
function mountedConfigs(pod: PodSubject, rendered: Rendered): readonly Files[] {
  const mounted = list(at(pod.spec, "volumes")).map((volume) => at(volume, "configMap", "name"));
  return ofKind(rendered, "ConfigMap")
    .filter(({ metadata }) => mounted.includes(metadata.name))
    .map(({ data }) => record(data));
}

/** A ConfigMap's checksum covers every file: one file is its text, several are an object, whose order isn't rendered. */
function checksums(files: Files): readonly string[] {
  const entries = Object.entries(files);
  if (entries.length === 1) return entries.map(([, text]) => sha256(String(text)));
  return orders(entries).map((order) => sha256(JSON.stringify(Object.fromEntries(order))));
}

function orders<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((first) => orders(items.filter((other) => other !== first)).map((others) => [first, ...others]));
}

const accessKey = `AKIA${"A".repeat(16)}`;

export const rulesAboutSecrets: readonly Rule[] = [
  rule({
    says: "no Secret among its objects",
    of: ({ objects }) => objects.map(({ manifest }) => ({ where: nameOf(manifest), manifest })),
    atLeast: 15,
    violations: ({ manifest }) => (manifest.kind === "Secret" ? ["belongs into the Secrets app"] : []),
    bad: [object("Secret", "litellm")],
    finds: ["Secret litellm: belongs into the Secrets app"],
  }),
  rule<TextSubject>({
    says: "no text that looks like a secret",
    of: texts,
    atLeast: 1000,
    violations: ({ text }) => {
      const what = secretLikeness(text.replaceAll(variable, ""));
      return what === undefined ? [] : [`looks like ${what}`];
    },
    bad: {
      files: { "0000-bad.yaml": `# ${accessKey}\nREDIS_URL: redis://user:$(PASSWORD)@redis\n` },
      objects: [
        {
          file: "0000-bad.yaml",
          manifest: { ...object("ConfigMap", "bad"), data: { url: "redis://user:word@redis" } },
        },
        { file: "0000-bad.yaml", manifest: { ...object("ConfigMap", "worse"), data: { [accessKey]: "" } } },
      ],
    },
    finds: [
      "0000-bad.yaml:1: looks like an AWS access key id",
      "0000-bad.yaml, ConfigMap bad: looks like a URL with a password",
      "0000-bad.yaml, ConfigMap worse: looks like an AWS access key id",
    ],
  }),
  rule<ReferenceSubject>({
    says: "pods that read their own component's Secret only",
    of: references,
    atLeast: leastReferences,
    violations: ({ pod, secret, key }, { config }) => {
      const own = ownSecret(pod.app, config);
      if (pod.app === components.openWebUi && isDatabaseUrl(config, secret, key)) return [];
      return [
        ...(secret === own.name ? [] : [`reads the Secret ${String(secret)}`]),
        ...(key === undefined || own.keys.includes(key) ? [] : [`reads the key ${String(key)}`]),
      ];
    },
    bad: [
      workload({
        app: "open-webui",
        pod: { volumes: [{ name: "acl", secret: { secretName: "open-webui-redis" } }] },
        container: {
          env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "litellm", key: "LITELLM_MASTER_KEY" } } }],
          envFrom: [{ secretRef: { name: "litellm" } }],
        },
      }),
    ],
    finds: [
      "Deployment open-webui, container main, KEY: reads the Secret litellm",
      "Deployment open-webui, container main, KEY: reads the key LITELLM_MASTER_KEY",
      "Deployment open-webui, container main, envFrom: reads the Secret litellm",
      "Deployment open-webui, volume acl: reads the Secret open-webui-redis",
    ],
  }),
  rule<ReferenceSubject>({
    says: "Secret keys that something puts there",
    of: references,
    atLeast: leastReferences,
    violations: ({ secret, key }, rendered) => {
      if (isDatabaseUrl(rendered.config, secret, key)) return [];
      const delivered = deliveredKeys(rendered);
      const given = (name: string) => (key === undefined ? name.startsWith(`${secret}/`) : name === `${secret}/${key}`);
      return delivered === undefined || delivered.some(given) ? [] : [`nothing makes ${secret}/${key ?? "*"}`];
    },
    bad: [
      workload({
        pod: { volumes: [{ name: "tls", secret: { secretName: "tls" } }] },
        container: { env: [{ name: "SALT", valueFrom: { secretKeyRef: { name: "litellm", key: "SALT" } } }] },
      }),
    ],
    finds: [
      "Deployment litellm, container main, SALT: nothing makes litellm/SALT",
      "Deployment litellm, volume tls: nothing makes tls/*",
    ],
  }),
  rule<VariableSubject>({
    says: "AWS's variables in LiteLLM only",
    of: variables,
    atLeast: 40,
    violations: ({ pod, name, value }) =>
      pod.app !== components.liteLlm && /AWS_|BEDROCK/.test(`${name} ${value}`)
        ? ["is none of this pod's business"]
        : [],
    bad: [workload({ app: "open-webui", container: { env: [{ name: "AWS_REGION", value: "us-east-1" }] } })],
    finds: ["Deployment open-webui, container main, AWS_REGION: is none of this pod's business"],
  }),
  rule<VariableSubject>({
    says: "no variable twice, no secret in the open, and no reference to a later variable",
    of: variables,
    atLeast: 40,
    violations: ({ name, value, before }) => [
      ...(before.includes(name) ? ["is there twice"] : []),
      ...(value !== undefined && secretVariable.test(name) && !/^\$\(\w+\)$/.test(String(value))
        ? ["has its value in the open"]
        : []),
      ...[...String(value ?? "").matchAll(variable)]
        .filter(([, referred]) => !before.includes(referred))
        .map(([, referred]) => `refers to ${referred}, which isn't before it`),
    ],
    bad: [
      workload({
        container: {
          env: [
            { name: "A", value: "$(B)" },
            { name: "B", value: "1" },
            { name: "A", value: "$(B)" },
            { name: "OPENAI_API_KEY", value: "x" },
            { name: "OTHER_API_KEY", value: "x$(B)" },
          ],
        },
      }),
    ],
    finds: [
      "Deployment litellm, container main, A: refers to B, which isn't before it",
      "Deployment litellm, container main, A: is there twice",
      "Deployment litellm, container main, OPENAI_API_KEY: has its value in the open",
      "Deployment litellm, container main, OTHER_API_KEY: has its value in the open",
    ],
  }),
  rule<AnnotationSubject>({
    says: "annotations that are made of nothing secret",
    of: annotations,
    atLeast: 5,
    violations: (annotation, rendered) =>
      explanations(annotation, rendered).some((value) => value === annotation.value)
        ? []
        : [`${JSON.stringify(annotation.value)} isn't made of the configuration`],
    bad: [
      object("Service", "litellm", {}, { annotations: { checksum: sha256("secret") } }),
      { ...object("ConfigMap", "two"), data: { "config.yaml": "one", "custom_auth.py": "two" } },
      workload({
        app: "open-webui",
        metadata: { labels: { app: "open-webui" }, annotations: { [podAnnotations.configChecksum]: sha256("one") } },
        pod: { volumes: [{ name: "config", configMap: { name: "two" } }] },
      }),
      workload({
        metadata: {
          labels: { app: "litellm" },
          annotations: {
            [podAnnotations.configChecksum]: sha256("secret"),
            [podAnnotations.secretsVersion]: sha256("secret"),
            [podAnnotations.accessKeySlot]: "a",
          },
        },
      }),
    ],
    finds: [
      `Service litellm, checksum: "${sha256("secret")}" isn't made of the configuration`,
      `Deployment open-webui, pod, ${podAnnotations.configChecksum}: "${sha256("one")}" isn't made of the configuration`,
      `Deployment litellm, pod, ${podAnnotations.configChecksum}: "${sha256("secret")}" isn't made of the configuration`,
      `Deployment litellm, pod, ${podAnnotations.secretsVersion}: "${sha256("secret")}" isn't made of the configuration`,
    ],
  }),
  rule<PodSubject>({
    says: "pods that are rolled when what they read changes",
    // A CronJob's next pod is a new one.
    of: (rendered) => podsOf(rendered).filter(({ manifest }) => manifest.kind !== "CronJob"),
    atLeast: 3,
    violations: (pod, rendered) => {
      const carried = Object.keys(record(at(pod.template, "metadata", "annotations")));
      const needed = [
        ...(mountedConfigs(pod, rendered).length > 0 ? [podAnnotations.configChecksum] : []),
        ...(references(rendered).some((reference) => reference.pod.where === pod.where)
          ? [podAnnotations.secretsVersion]
          : []),
      ];
      return needed.filter((annotation) => !carried.includes(annotation)).map((annotation) => `lacks ${annotation}`);
    },
    bad: [
      { ...object("ConfigMap", "litellm"), data: { "config.yaml": "" } },
      workload({
        pod: {
          volumes: [
            { name: "config", configMap: { name: "litellm" } },
            { name: "secret", secret: { secretName: "litellm" } },
          ],
        },
      }),
    ],
    finds: [
      `Deployment litellm: lacks ${podAnnotations.configChecksum}`,
      `Deployment litellm: lacks ${podAnnotations.secretsVersion}`,
    ],
  }),
  rule({
    says: "ExternalSecrets where the configuration asks for them",
    of: (rendered) => manifestsOf(rendered, "ExternalSecret"),
    atLeast: (config) => (config.secrets.kind === "external" ? 3 + Number(isMonitored(config)) : 0),
    violations: ({ manifest }, rendered) => {
      const name = at(manifest.spec, "target", "name");
      const read = [...references(rendered), ...scrapes(rendered)].map(({ secret }) => secret);
      return read.includes(name) ? [] : [`makes ${String(name)}, which nobody reads`];
    },
    bad: [
      object("ExternalSecret", "other", { target: { name: "other" } }),
      object("ExternalSecret", "litellm-prometheus", { target: { name: "litellm-prometheus" } }),
    ],
    finds: [
      "ExternalSecret other: makes other, which nobody reads",
      "ExternalSecret litellm-prometheus: makes litellm-prometheus, which nobody reads",
    ],
  }),
  rule<ScrapeSubject>({
    says: "a ServiceMonitor that reads Prometheus' own Secret, where something makes it, and no other",
    of: scrapes,
    atLeast: (config) => Number(isMonitored(config)),
    violations: ({ endpoint, secret, key }, rendered) => {
      const own = secretNamesOf(rendered.config).prometheus;
      const delivered = deliveredKeys(rendered);
      const others = ["basicAuth", "bearerTokenSecret", "bearerTokenFile", "oauth2", "tlsConfig"];
      return [
        ...(secret === own ? [] : [`reads the Secret ${String(secret)}`]),
        ...(key === secretKeys.prometheus.liteLlmKey ? [] : [`reads the key ${String(key)}`]),
        ...(delivered === undefined || delivered.includes(`${String(secret)}/${String(key)}`)
          ? []
          : [`nothing makes ${String(secret)}/${String(key)}`]),
        ...others.filter((name) => at(endpoint, name) !== undefined).map((name) => `signs in by ${name}`),
      ];
    },
    bad: [
      object("ServiceMonitor", "litellm", {
        endpoints: [
          { authorization: { credentials: { name: "litellm", key: "LITELLM_MASTER_KEY" } } },
          { basicAuth: {} },
          { authorization: { credentials: { name: "litellm-prometheus", key: "LITELLM_KEY" } } },
        ],
      }),
    ],
    finds: [
      "ServiceMonitor litellm, endpoint 0: reads the Secret litellm",
      "ServiceMonitor litellm, endpoint 0: reads the key LITELLM_MASTER_KEY",
      "ServiceMonitor litellm, endpoint 1: reads the Secret undefined",
      "ServiceMonitor litellm, endpoint 1: reads the key undefined",
      "ServiceMonitor litellm, endpoint 1: nothing makes undefined/undefined",
      "ServiceMonitor litellm, endpoint 1: signs in by basicAuth",
      // The minimal configuration is not monitored.
      "ServiceMonitor litellm, endpoint 2: nothing makes litellm-prometheus/LITELLM_KEY",
    ],
  }),
  rule<HoldingSubject>({
    says: "every key in LiteLLM's Secret and its consumer's only, the master key and AWS's, if any, in LiteLLM's alone",
    of: holdings,
    // Four for LiteLLM besides the AWS key, three for Open WebUI and two digests for Redis.
    atLeast: (config) =>
      config.secrets.kind === "existing" ? 0 : 9 + awsKeyParts(config) + Number(isMonitored(config)),
    violations: ({ secret, output }, { config }) => {
      const names = secretNamesOf(config);
      const isNeeded = !String(output).startsWith("aws_") || awsKeyParts(config) > 0;
      const allowed = isNeeded ? (holders[output as Output] ?? []).map((holder): unknown => names[holder]) : [];
      return allowed.includes(secret) ? [] : [`has ${String(output)}`];
    },
    bad: {
      // It has a web identity.
      config: configOf("every model"),
      objects: [
        {
          file: "bad.yaml",
          manifest: object("ExternalSecret", "proxy", {
            target: { name: "litellm" },
            data: [{ secretKey: "AWS_ACCESS_KEY_ID", remoteRef: { property: "aws_access_key_id" } }],
          }),
        },
        {
          file: "bad.yaml",
          manifest: object("ExternalSecret", "chat", {
            target: { name: "open-webui" },
            data: [
              { secretKey: "OPENAI_API_KEY", remoteRef: { property: "litellm_master_key" } },
              { secretKey: "WEBUI_SECRET_KEY", remoteRef: { property: "open_webui_secret_key" } },
              { secretKey: "METRICS_KEY", remoteRef: { property: "litellm_key_prometheus" } },
              { secretKey: "OTHER", remoteRef: { property: "other" } },
            ],
          }),
        },
        {
          file: "bad.yaml",
          manifest: object("ExternalSecret", "metrics", {
            target: { name: "litellm-prometheus" },
            data: [{ secretKey: "LITELLM_KEY", remoteRef: { property: "litellm_key_open_webui" } }],
          }),
        },
      ],
    },
    finds: [
      "ExternalSecret proxy, AWS_ACCESS_KEY_ID: has aws_access_key_id",
      "ExternalSecret chat, OPENAI_API_KEY: has litellm_master_key",
      "ExternalSecret chat, METRICS_KEY: has litellm_key_prometheus",
      "ExternalSecret chat, OTHER: has other",
      "ExternalSecret metrics, LITELLM_KEY: has litellm_key_open_webui",
    ],
  }),
  rule<ConsumerSubject>({
    says: "consumers of the proxy whose key LiteLLM has, who call its models or read its metrics where it is monitored, but for the operator, who does both",
    of: consumers,
    atLeast: (config) => 2 + Number(isMonitored(config)),
    violations: ({ consumer }, rendered) => {
      const variable = at(consumer, "keyVariable");
      const keys = references(rendered)
        .filter(({ pod }) => pod.app === components.liteLlm)
        .map(({ key }) => key);
      const known = aliases(rendered);
      const scraped = scrapes(rendered).map(({ endpoint }) => `GET ${String(at(endpoint, "path"))}`);
      const routes = list(at(consumer, "routes"));
      const models = list(at(consumer, "models"));
      const isOperator = at(consumer, "name") === verifyConsumerName;
      const metrics = routes.filter((route) => String(route).includes("/metrics"));
      return [
        ...(keys.includes(variable) ? [] : [`has the key ${String(variable)}, which LiteLLM doesn't read`]),
        ...(variable === secretKeys.liteLlm.masterKey ? ["has the master key"] : []),
        ...models
          .filter((alias) => !known.includes(alias))
          .map((alias) => `may call ${String(alias)}, which is no model`),
        ...(isOperator ? [] : metrics)
          .filter((route) => !scraped.includes(String(route)))
          .map((route) => `nobody scrapes ${String(route)}`),
        ...(!isOperator && metrics.length > 0 && (routes.length > metrics.length || models.length > 0)
          ? ["may do more than read metrics"]
          : []),
        ...((isOperator || metrics.length === 0) && known.join() !== models.join() ? ["may not call every model"] : []),
      ];
    },
    bad: [
      {
        ...object("ConfigMap", "litellm"),
        data: {
          "config.yaml": "model_list: [{ model_name: nova }]",
          "consumers.json": JSON.stringify([
            { name: "good", keyVariable: "GOOD", routes: ["GET /v1/models"], models: ["nova"] },
            { name: "master", keyVariable: "LITELLM_MASTER_KEY", routes: [], models: ["titan"] },
            { name: "metrics", keyVariable: "OTHER", routes: ["GET /metrics", "GET /v1/models"], models: [] },
            { name: "verify", keyVariable: "GOOD", routes: ["GET /metrics/"], models: [] },
          ]),
        },
      },
      workload({
        container: {
          env: ["GOOD", "LITELLM_MASTER_KEY"].map((key) => ({
            name: key,
            valueFrom: { secretKeyRef: { name: "litellm", key } },
          })),
        },
      }),
      object("ServiceMonitor", "litellm", { endpoints: [{ path: "/metrics/" }] }),
    ],
    finds: [
      "ConfigMap litellm, master: has the master key",
      "ConfigMap litellm, master: may call titan, which is no model",
      "ConfigMap litellm, master: may not call every model",
      "ConfigMap litellm, metrics: has the key OTHER, which LiteLLM doesn't read",
      "ConfigMap litellm, metrics: nobody scrapes GET /metrics",
      "ConfigMap litellm, metrics: may do more than read metrics",
      "ConfigMap litellm, verify: may not call every model",
    ],
  }),
];
