import { parseAllDocuments } from "yaml";
import { createSecretsApp } from "../../../k8s/app";
import { secretNamesOf } from "../../../k8s/secret-names";
import type { StackConfig } from "../../../lib/config";
import { secretLikeness } from "../../../lib/config/problems";
import { components, keySlots, podAnnotations, secretKeys, secretOutputs } from "../../../lib/naming";
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

/** The master key, the AWS key (two parts) and a password; the proxy's key, the session key and a password; the ACL. */
const leastReferences = 8;

function ownSecret(
  app: unknown,
  config: StackConfig,
): { readonly name: string | undefined; readonly keys: readonly unknown[] } {
  const names = secretNamesOf(config);
  switch (app) {
    case components.liteLlm:
      return { name: names.liteLlm, keys: Object.values(secretKeys.liteLlm) };
    case components.openWebUi:
      return { name: names.openWebUi, keys: Object.values(secretKeys.openWebUi) };
    case components.redis:
      return { name: names.redis, keys: Object.values(secretKeys.redis) };
    default:
      return { name: undefined, keys: [] };
  }
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
    case "terraform": {
      const values = Object.fromEntries(Object.values(secretOutputs).map((output) => [output, `value of ${output}`]));
      return parseAllDocuments(createSecretsApp(rendered.config, values).synthYaml())
        .map((document) => document.toJS() as Manifest & { readonly stringData?: unknown })
        .filter(({ kind }) => kind === "Secret")
        .flatMap(({ metadata, stringData }) => Object.keys(record(stringData)).map((key) => `${metadata.name}/${key}`));
    }
  }
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
  if (pod === undefined)
    return manifest.kind === "Ingress" && ingress.kind === "ingress" ? [ingress.annotations[key]] : [];
  switch (key) {
    case podAnnotations.configChecksum:
      return configTexts(pod, rendered).map((text) => sha256(text));
    case podAnnotations.secretsVersion:
      return [String(secrets.version)];
    case podAnnotations.accessKeySlot:
      return keySlots;
    default:
      return [];
  }
}

/** The files that a pod mounts from ConfigMaps. */
function configTexts(pod: PodSubject, rendered: Rendered): readonly string[] {
  const mounted = list(at(pod.spec, "volumes")).map((volume) => at(volume, "configMap", "name"));
  return ofKind(rendered, "ConfigMap")
    .filter(({ metadata }) => mounted.includes(metadata.name))
    .flatMap(({ data }) => Object.values(record(data)).map(String));
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
      ...(value !== undefined && secretVariable.test(name) ? ["has its value in the open"] : []),
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
          ],
        },
      }),
    ],
    finds: [
      "Deployment litellm, container main, A: refers to B, which isn't before it",
      "Deployment litellm, container main, A: is there twice",
      "Deployment litellm, container main, OPENAI_API_KEY: has its value in the open",
    ],
  }),
  rule<AnnotationSubject>({
    says: "annotations that are made of nothing secret",
    of: annotations,
    atLeast: 6,
    violations: (annotation, rendered) =>
      explanations(annotation, rendered).some((value) => value === annotation.value)
        ? []
        : [`${JSON.stringify(annotation.value)} isn't made of the configuration`],
    bad: [
      object("Service", "litellm", {}, { annotations: { checksum: sha256("secret") } }),
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
      `Deployment litellm, pod, ${podAnnotations.configChecksum}: "${sha256("secret")}" isn't made of the configuration`,
      `Deployment litellm, pod, ${podAnnotations.secretsVersion}: "${sha256("secret")}" isn't made of the configuration`,
    ],
  }),
  rule<PodSubject>({
    says: "pods that are rolled when what they read changes",
    of: podsOf,
    atLeast: 3,
    violations: (pod, rendered) => {
      const carried = Object.keys(record(at(pod.template, "metadata", "annotations")));
      const needed = [
        ...(configTexts(pod, rendered).length > 0 ? [podAnnotations.configChecksum] : []),
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
    atLeast: ({ secrets }) => (secrets.kind === "external" ? 3 : 0),
    violations: ({ manifest }, { config }) =>
      Object.values<unknown>(secretNamesOf(config)).includes(at(manifest.spec, "target", "name"))
        ? []
        : [`makes ${String(at(manifest.spec, "target", "name"))}, which no pod reads`],
    bad: [object("ExternalSecret", "other", { target: { name: "other" } })],
    finds: ["ExternalSecret other: makes other, which no pod reads"],
  }),
];
