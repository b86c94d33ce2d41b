import { z } from "zod";
import { isPublicBlock } from "../addresses";
import { deliveries } from "../knowledge";
import { mebibytes } from "../mebibytes";
import { profiles } from "../models";
import { group, oneOf } from "./group";
import { show } from "./problems";

const dnsLabel = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

/** A DNS name whose last label isn't a number (which would be an IP address). Upper case is refused: names are compared as text. */
const hostName = z
  .string()
  .regex(
    new RegExp(`^(?=.{1,253}$)(?:${dnsLabel}\\.)*(?=[a-z0-9-]*[a-z])${dnsLabel}$`),
    'allowed: a DNS name in lower case without scheme, port or path, such as "chat.example.com".',
  );

/** RFC 1123 label: the name of a Namespace or Service. */
const label = z
  .string()
  .regex(new RegExp(`^${dnsLabel}$`), 'allowed: lower-case letters, digits and "-", at most 63, such as "open-webui".');

/** RFC 1123 subdomain: the name of most other Kubernetes objects. */
const objectName = z
  .string()
  .regex(
    new RegExp(`^(?=.{1,253}$)${dnsLabel}(?:\\.${dnsLabel})*$`),
    'allowed: a Kubernetes name: lower-case letters, digits, "-" and ".".',
  );

/** What the key of a label and of an annotation must be. */
const qualifiedName = /^(?:[a-z0-9.-]{1,253}\/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;

const labelPairs = z
  .record(
    z.string().regex(qualifiedName, "allowed: a Kubernetes label key."),
    z.string().regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/, "allowed: a Kubernetes label value."),
  )
  .refine(
    (labels) => Object.keys(labels).length > 0,
    "allowed: at least one label; without any, every pod would be let in.",
  );

const volumeSize = z
  .string()
  .regex(
    /^[1-9]\d*(?:Mi|Gi|Ti|M|G|T)$/,
    'allowed: a whole number above zero with Mi, Gi, Ti, M, G or T, such as "5Gi".',
  );

const cpuQuantity = z
  .string()
  .regex(/^(?:[1-9]\d*m|(?!0+(?:\.0+)?$)\d+(?:\.\d+)?)$/, 'allowed: CPU above zero such as "100m" or "0.5".');
const memoryQuantity = z
  .string()
  .regex(/^[1-9]\d*(?:Mi|Gi)$/, 'allowed: memory such as "512Mi".')
  // Not `>= 16`: what is no quantity at all was told above.
  .refine((quantity) => !(mebibytes(quantity) < 16), 'allowed: at least "16Mi".');

export const regionSchema = z
  .string()
  .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'allowed: an AWS Region such as "us-east-1".');

const cidr = z.union([z.cidrv4(), z.cidrv6()]);

function cidrBlock(example: string) {
  return z.string().refine((text) => cidr.safeParse(text).success, {
    error: `allowed: a CIDR block such as ${show(example)}.`,
    abort: true,
  });
}

/** A block of addresses as AWS sees them: the public ones behind which the cluster is. */
const publicCidr = cidrBlock("203.0.113.7/32").refine(
  isPublicBlock,
  "allowed: public addresses: AWS never sees the cluster's own, only that of its way out.",
);

/** How LiteLLM proves to AWS who it is. */
const credentials = oneOf(
  ["access-key", "web-identity"],
  [
    /** A user with an access key, which doesn't expire. */
    group({ kind: z.literal("access-key") }),
    group({
      /** A role, which LiteLLM's service account assumes with a token of the cluster: no key is stored anywhere. */
      kind: z.literal("web-identity"),
      /** The account's number: with it the role's ARN is known before the role is there. */
      accountId: z.string().regex(/^\d{12}$/, 'allowed: the twelve digits of an AWS account, such as "123456789012".'),
      /** Issuer of the cluster's tokens, letter by letter as in their `iss`; AWS fetches the keys from there. */
      issuerUrl: z
        .string()
        .regex(
          new RegExp(`^https://(?:${dnsLabel}\\.)+${dnsLabel}(?:/[A-Za-z0-9._~-]+)*$`),
          'allowed: an https URL without port, query and final slash, such as "https://oidc.example.com".',
        ),
      /** Whether the account's identity provider for this issuer is made here, or there already. */
      provider: z.enum(["create", "existing"]).default("create"),
    }),
  ],
);

/** A sentence that says why a safeguard is loosened. */
const reason = z
  .string()
  .trim()
  .regex(/^[\s\S]{10,}$/, "allowed: a sentence (at least 10 characters) that says why this is safe.");

/** OAuth2 Proxy's and Traefik's header names; letters, digits and dashes. */
const headerName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'allowed: an HTTP header name such as "X-Auth-Request-Email".')
  .refine(
    (name) => !["authorization", "cookie", "host"].includes(name.toLowerCase()),
    "allowed: a header that only the sign-in sets: browsers send this one themselves.",
  );

const alias = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/,
    'is no alias; allowed: lower-case letters, digits, "-" and ".", at most 63, such as "claude-sonnet".',
  );

/** No wildcard and no interpolation: the id becomes part of the IAM policy. */
const modelId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9.:-]*$/, 'allowed: a Bedrock model id such as "amazon.nova-lite-v1:0".');

const price = z.number().nonnegative().finite();

const prices = group({
  /** USD per million input tokens. */
  input: price,
  /** USD per million output tokens; 0 for embeddings. */
  output: price,
  /** USD per million tokens written to the prompt cache. */
  cacheWrite: price.optional(),
  /** USD per million tokens read from the prompt cache. */
  cacheRead: price.optional(),
});

const offer = group({
  prices,
  /** Source Region → destination Regions; see Offer in lib/models.ts. */
  routes: z
    .record(regionSchema, z.array(regionSchema))
    .refine((routes) => Object.keys(routes).length > 0, "allowed: at least one source Region."),
});

/** A geographic profile routes to several Regions: one that is missing in the policy lets every few calls fail. */
const geographicOffer = offer.refine(
  ({ routes }) => Object.values(routes).every((destinations) => destinations.length > 0),
  'allowed: routes with destinations, such as { "us-east-1": ["us-east-1", "us-west-2"] }.',
);

const offerWithoutDestinations = offer.refine(
  ({ routes }) => Object.values(routes).every((destinations) => destinations.length === 0),
  'allowed: routes without destinations, such as { "us-east-1": [] }: global routes anywhere, in-region nowhere.',
);

/** What the catalogue would hold of a model that it doesn't: same shape as ModelDefinition. */
const definition = group({
  kind: z.enum(["chat", "embedding"]).default("chat"),
  input: z
    .array(z.enum(["text", "image"]))
    .min(1)
    .default(["text"]),
  offers: group({
    us: geographicOffer.optional(),
    global: offerWithoutDestinations.optional(),
    "in-region": offerWithoutDestinations.optional(),
  }).refine(
    (offers) => Object.values(offers).some((entry) => entry !== undefined),
    'allowed: at least one of "us", "global", "in-region".',
  ),
  refusedParams: z.array(z.string().min(1)).optional(),
  marketplaceProduct: z
    .string()
    .regex(/^prod-[a-z0-9]+$/, 'allowed: an AWS Marketplace product id such as "prod-ffvjxvh4ltq64".')
    .optional(),
});

/** A text with something in it. Prompts travel in a ConfigMap, and are paid for with each question. */
const systemPrompt = z
  .string()
  .max(50_000)
  .regex(
    /\S/,
    'allowed: a text that isn\'t empty, such as "Answer in one sentence."; readText("prompts/x.md") reads a file.',
  );

export const modelSchema = group({
  /** Bedrock's model id without a profile prefix, such as `amazon.nova-lite-v1:0`. */
  model: modelId,
  /**
   * How the model is reached: `us` keeps requests in the United States, `global` may route anywhere and is 10 %
   * cheaper for Claude, `in-region` stays in `aws.region`.
   * @default the first one that the catalogue has for the model
   */
  profile: z.enum(profiles).optional(),
  /** Aliases to try, in order, when this model fails. @default none */
  fallbacks: z.array(alias).default([]),
  /** Allows fallbacks that cost more than the model itself, and says why. @default they are refused */
  dearerFallbacks: group({ reason }).optional(),
  /** What LiteLLM enforces for this alias, over all its pods. @default no limit */
  rateLimit: group({
    requestsPerMinute: z.int().positive().optional(),
    tokensPerMinute: z.int().positive().optional(),
  })
    .refine(
      (limit) => Object.values(limit).some((entry) => entry !== undefined),
      "allowed: requestsPerMinute, tokensPerMinute or both.",
    )
    .optional(),
  /** Stands before every chat with this model. @default none */
  systemPrompt: systemPrompt.optional(),
  /** What the catalogue would hold, for a model that it lacks. */
  definition: definition.optional(),
});

/** A preset of Open WebUI: what people pick like a model, and what answers with one. */
export const assistantSchema = group({
  /** Alias of the model that answers. */
  baseModel: alias,
  /** How the menu shows it. @default its id */
  name: z.string().trim().min(1).max(100).optional(),
  /** What a new chat says about it. @default nothing */
  description: z.string().trim().min(1).max(1000).optional(),
  /** Stands before every chat with it, in place of the base model's own. @default none */
  systemPrompt: systemPrompt.optional(),
  /** Questions that a new chat offers. @default Open WebUI's own */
  suggestions: z.array(z.string().trim().min(1).max(500)).max(20).default([]),
  /** Sent along with each request. @default the model's own */
  parameters: group({
    temperature: z.number().min(0).max(1).optional(),
    topP: z.number().min(0).max(1).optional(),
    /** Longest answer. */
    maxTokens: z.int().positive().optional(),
  }).prefault({}),
  /** Folders of documents, by their ids. @default none */
  knowledge: z.array(alias).default([]),
  /** What whole documents may add to each question: more is refused. */
  knowledgeLimit: group({
    tokensPerQuestion: z.int().positive().default(100_000),
    /** By the model's price of input. */
    usdPerQuestion: z.number().positive().default(0.05),
  }).prefault({}),
});

const glob = z
  .string()
  .regex(
    /^[^/\\{}]+(?:\{[^/\\{}]+\}[^/\\{}]*)*(?:\/[^/\\{}]+(?:\{[^/\\{}]+\}[^/\\{}]*)*)*$/,
    'allowed: a pattern such as "**/*.md" or "guides/*.{md,txt}".',
  );

/** A folder of documents for assistants. */
export const knowledgeSchema = group({
  /** From the configuration file's folder, or else from the project. */
  path: z.string().min(1),
  /** Which files, by patterns with `*`, `**`, `?` and `{a,b}`. */
  include: z.array(glob).min(1).default(["**/*.md"]),
  exclude: z.array(glob).default([]),
  /** `"push"`: `npm run push-knowledge` brings them, however many. Only where documents are searched. */
  delivery: z.enum(deliveries).default("job"),
});

/**
 * CPU is requested, never limited: a limit only slows down a start that already takes 13 CPU seconds.
 * Memory is limited: a leak ends one pod, not the node. By docs/benchmarks.md a request is about a fifth more than the
 * working set after 1,000 chats, and a limit at least twice the peak of 16 long answers at once.
 */
function resources(cpuRequest: string, memoryRequest: string, memoryLimit: string) {
  return group({
    cpuRequest: cpuQuantity.default(cpuRequest),
    memoryRequest: memoryQuantity.default(memoryRequest),
    memoryLimit: memoryQuantity.default(memoryLimit),
  })
    .superRefine(({ memoryRequest, memoryLimit }, context) => {
      if (!(mebibytes(memoryRequest) > mebibytes(memoryLimit))) return;
      context.addIssue({
        code: "custom",
        path: ["memoryRequest"],
        input: memoryRequest,
        message: `allowed: at most memoryLimit (${show(memoryLimit)}), or Kubernetes refuses the pod.`,
      });
    })
    .prefault({});
}

function storage(size: string) {
  return group({
    /** Can grow later where the storage class allows it, and never shrink. */
    size: volumeSize.default(size),
    /** @default the cluster's default class */
    storageClass: objectName.optional(),
  }).prefault({});
}

/** Says why a sign-in mode that trusts its proxy may run without one that this program can see. */
const unauthenticated = group({ reason }).optional();

/** Open WebUI's sign-in. It can't be changed later: a database with users refuses `WEBUI_AUTH=false`. */
export const authSchema = oneOf(
  ["proxy", "trusted-header", "accounts"],
  [
    group({
      /** Whoever passes the proxy in front shares one account, which is the administrator. */
      kind: z.literal("proxy"),
      unauthenticated,
    }),
    group({
      /** Real users, told by the e-mail header that the proxy in front sets. */
      kind: z.literal("trusted-header"),
      /** E-mail address of the administrator. */
      owner: z.email('allowed: an e-mail address such as "you@example.com".'),
      /** @default "X-Auth-Request-Email", OAuth2 Proxy's with --set-xauthrequest */
      emailHeader: headerName.default("X-Auth-Request-Email"),
      /** Header with the user's name. @default none: the e-mail address is shown */
      nameHeader: headerName.optional(),
      /** What a new user may do at first: chat, or wait for the owner's consent. */
      newUsers: z.enum(["user", "pending"]).default("user"),
      unauthenticated,
    }),
    group({
      /** Open WebUI's own accounts and passwords. */
      kind: z.literal("accounts"),
      /** E-mail address of the first administrator; the password is in the Secret. */
      owner: z.email('allowed: an e-mail address such as "you@example.com".'),
      /** Whether strangers may register; they wait for the administrator's consent. */
      allowSignUp: z.boolean().default(false),
    }),
  ],
);

const traefikTls = oneOf(
  ["default-certificate", "secret", "cert-resolver", "upstream", "none"],
  [
    /** Traefik's own default certificate. */
    group({ kind: z.literal("default-certificate") }),
    /** A TLS Secret in this stack's namespace. */
    group({ kind: z.literal("secret"), secretName: objectName }),
    group({ kind: z.literal("cert-resolver"), certResolver: z.string().min(1) }),
    /** TLS ends before Traefik, at a tunnel or load balancer: people still use https. */
    group({ kind: z.literal("upstream") }),
    /** Plain http: session cookies lose their Secure attribute. */
    group({ kind: z.literal("none") }),
  ],
);

/** Where the ingress controller's pods are: only they may reach Open WebUI. */
function controller(namespace: string, podLabels: Record<string, string>) {
  return group({ namespace: label.default(namespace), podLabels: labelPairs.default(podLabels) }).prefault({});
}

const ingress = oneOf(
  ["traefik", "ingress", "none"],
  [
    group({
      /** Traefik's IngressRoute. */
      kind: z.literal("traefik"),
      /** Middlewares in order, the sign-in among them. Another namespace needs Traefik's `allowCrossNamespace`. */
      middlewares: z.array(group({ name: objectName, namespace: label.optional() })).default([]),
      entryPoints: z.array(z.string().min(1)).min(1).default(["websecure"]),
      tls: traefikTls.prefault({ kind: "default-certificate" }),
      /** @default k3s' Traefik */
      controller: controller("kube-system", { "app.kubernetes.io/name": "traefik" }),
    }),
    group({
      /** The standard Ingress. */
      kind: z.literal("ingress"),
      /** @default the cluster's default class */
      className: objectName.optional(),
      /** TLS Secret in this stack's namespace. @default none: TLS ends elsewhere */
      tlsSecretName: objectName.optional(),
      annotations: z
        .record(z.string().regex(qualifiedName, "allowed: a Kubernetes annotation key."), z.string())
        .default({}),
      /** @default ingress-nginx */
      controller: controller("ingress-nginx", { "app.kubernetes.io/name": "ingress-nginx" }),
    }),
    /** No way in but `kubectl port-forward`. */
    group({ kind: z.literal("none") }),
  ],
);

/** Whose metrics are there besides LiteLLM's: rules and panels that need others are left out. */
function exporters(byDefault: boolean) {
  return group({
    /** The state of Deployments, StatefulSets and containers. */
    kubeStateMetrics: z.boolean().default(byDefault),
    /** Memory of the containers and fill level of the volumes. */
    kubelet: z.boolean().default(byDefault),
  }).prefault({});
}

/** Where Prometheus' pods are: only they and Open WebUI may reach LiteLLM. */
const prometheus = group({
  namespace: label.default("monitoring"),
  podLabels: labelPairs.default({ "app.kubernetes.io/name": "prometheus" }),
}).prefault({});

const percent = z.int().min(1).max(99);

/** When an alert fires. */
const alerts = group({
  /** Percent of the budget. */
  budgetLeftPercent: percent.default(20),
  /** USD. @default three times a day's share of the budget; without a budget no such alert */
  dailySpendUsd: z.number().positive().optional(),
  /** Percent of a model's requests. */
  errorPercent: percent.default(10),
  /** Until an answer begins; one in twenty may take longer. */
  firstTokenSeconds: z.number().positive().default(10),
  /** Until an answer is complete; one in twenty may take longer. */
  answerSeconds: z.number().positive().default(120),
  /** Percent of a container's memory limit. */
  memoryPercent: percent.default(90),
  /** Percent of a volume's size. */
  volumePercent: percent.default(85),
  /** Since the last scheduled backup that succeeded. More for a schedule that is rarer than daily. */
  backupHours: z.int().positive().default(36),
  /** Age of the access key in use, where access-keys/ has its date. */
  accessKeyDays: z.int().positive().default(90),
  /** What `runbook_url` begins with: where docs/operations.md can be read. An anchor follows. */
  runbooks: z
    .string()
    .regex(/^[^\s#]+$/, "allowed: a URL or path without blanks and without #.")
    .default("docs/operations.md"),
}).prefault({});

/** How the dashboard reaches Grafana. */
const grafana = oneOf(
  ["sidecar", "none"],
  [
    group({
      /** A ConfigMap for the sidecar of Grafana's Helm charts. */
      kind: z.literal("sidecar"),
      /** The label, with the value `1`, by which the sidecar picks dashboards up. */
      label: z.string().regex(qualifiedName, "allowed: a Kubernetes label key.").default("grafana_dashboard"),
      folder: z.string().min(1).default("Open WebUI"),
    }),
    group({ kind: z.literal("none") }),
  ],
).prefault({ kind: "sidecar" });

const monitoring = oneOf(
  ["prometheus-operator", "annotations", "none"],
  [
    group({
      /** A ServiceMonitor and a PrometheusRule for the Prometheus operator. */
      kind: z.literal("prometheus-operator"),
      /** Value of the label `release` by which kube-prometheus-stack picks both up. */
      release: label.default("prometheus"),
      prometheus,
      exporters: exporters(true),
      alerts,
      grafana,
    }),
    group({
      /** Scrape annotations on LiteLLM's pods; `npm run -s rules` prints the rules as a file. */
      kind: z.literal("annotations"),
      /** Annotations carry no key, so LiteLLM serves its metrics to whoever reaches it. */
      openMetrics: group({ reason }),
      prometheus,
      exporters: exporters(false),
      alerts,
      grafana,
    }),
    group({ kind: z.literal("none") }),
  ],
);

/** Number of the application secrets' generation: raise it to rotate them, or to roll the pods after a change. */
const secretsVersion = z.int().positive().default(1);

const secrets = oneOf(
  ["terraform", "existing", "external"],
  [
    /** Terraform makes them; `npm run -s secrets` turns them into Secrets. */
    group({ kind: z.literal("terraform"), version: secretsVersion }),
    group({
      /** Secrets that exist in the namespace; their keys are listed in docs/configuration.md. */
      kind: z.literal("existing"),
      version: secretsVersion,
      liteLlm: objectName.default("litellm"),
      openWebUi: objectName.default("open-webui"),
      redis: objectName.default("open-webui-redis"),
      /** Only with `database.kind` `"postgres"`. */
      postgres: objectName.default("open-webui-postgres"),
      /** Read by the Prometheus operator, where there is one. */
      prometheus: objectName.default("litellm-prometheus"),
    }),
    group({
      /** ExternalSecrets of the External Secrets Operator. */
      kind: z.literal("external"),
      version: secretsVersion,
      store: group({
        name: objectName,
        kind: z.enum(["ClusterSecretStore", "SecretStore"]).default("ClusterSecretStore"),
      }),
      /** Name of the entry in the store that holds all properties of docs/configuration.md. */
      remoteKey: z.string().min(1).default("open-webui-bedrock"),
      refreshInterval: z
        .string()
        .regex(/^[1-9]\d*[smh]$/, 'allowed: a duration such as "1h".')
        .default("1h"),
    }),
  ],
);

/** What the proxy may spend before it answers 429. */
const budget = oneOf(
  ["limited", "unlimited"],
  [
    group({
      kind: z.literal("limited"),
      /** USD over all models of one period. */
      limitUsd: z.number().positive(),
      /** Length of a period, which starts with its first request. */
      period: z
        .string()
        .regex(/^[1-9]\d{0,2}d$/, 'allowed: days, such as "1d" or "30d".')
        .default("30d"),
    }),
    group({ kind: z.literal("unlimited"), reason }),
  ],
);

/** The five fields of cron: minute, hour, day of the month, month, day of the week. */
const cronRanges = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

function isCronField(field: string, [first, last]: readonly [number, number]): boolean {
  return field.split(",").every((part) => {
    const { from, to, step } = /^(?:\*|(?<from>\d{1,2})(?:-(?<to>\d{1,2}))?)(?:\/(?<step>\d{1,2}))?$/.exec(part)
      ?.groups ?? {
      from: "-1",
    };
    const numbers = [from, to].flatMap((text) => (text === undefined ? [] : [Number(text)]));
    return numbers.every((number) => number >= first && number <= last) && step !== "0";
  });
}

const cronSchedule = z.string().refine((text) => {
  const fields = text.split(" ");
  return (
    fields.length === cronRanges.length && cronRanges.every((range, index) => isCronField(fields[index] ?? "", range))
  );
}, 'allowed: the five fields of cron, such as "15 3 * * *" for every day at 3:15 UTC.');

/** Backs the chats up without anybody's doing, into a volume of their own. */
const scheduledBackup = group({
  /** In UTC. */
  schedule: cronSchedule.default("15 3 * * *"),
  /** Public half of a key of `age-keygen`. The cluster can seal backups, and open none. */
  recipient: z
    .string()
    .regex(
      /^age1[02-9ac-hj-np-z]{58}$/,
      'allowed: the public key that age-keygen prints, such as "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p".',
    ),
  /** How many stay. */
  keep: z.int().min(1).max(365).default(14),
  storage: storage("10Gi"),
});

/** Where an external Postgres listens: nothing else may be reached. */
const databaseServer = oneOf(
  ["pods", "addresses"],
  [
    group({ kind: z.literal("pods"), namespace: label, podLabels: labelPairs }),
    group({
      kind: z.literal("addresses"),
      cidrs: z.array(cidrBlock("192.168.7.20/32")).min(1),
    }),
  ],
);

/** Where Open WebUI keeps accounts and chats. Nothing moves them from one kind to another. */
const database = oneOf(
  ["sqlite", "postgres", "external-postgres"],
  [
    /** A file on Open WebUI's volume. */
    group({ kind: z.literal("sqlite") }),
    group({
      /** A Postgres of the stack's own, with pgvector. */
      kind: z.literal("postgres"),
      storage: storage("5Gi"),
      resources: resources("50m", "128Mi", "512Mi"),
    }),
    group({
      /** One that is there, and has the extension `vector`. */
      kind: z.literal("external-postgres"),
      /** Which key of which Secret in the stack's Namespace has `postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE`. */
      urlSecret: group({
        name: objectName,
        key: z
          .string()
          .regex(/^[A-Za-z0-9_.-]{1,253}$/, 'allowed: a key of a Secret, such as "uri".')
          .default("uri"),
      }),
      server: databaseServer,
      port: z.int().min(1).max(65535).default(5432),
    }),
  ],
);

/** Where Terraform keeps its state, which holds secrets in clear. */
const terraformState = oneOf(
  ["local", "s3"],
  [
    /** A file in `state/`. */
    group({ kind: z.literal("local") }),
    group({
      /** An object in a bucket that exists already, with a lock file beside it. Wants Terraform 1.10. */
      kind: z.literal("s3"),
      bucket: z
        .string()
        .regex(
          /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
          'allowed: the name of an S3 bucket, such as "my-terraform-state".',
        ),
      /** The bucket's Region. @default aws.region */
      region: regionSchema.optional(),
      /** What stands before the state's name, such as `chat/prod`. @default nothing */
      keyPrefix: z
        .string()
        .regex(/^[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/, 'allowed: names joined by "/", such as "chat/prod".')
        .optional(),
    }),
  ],
);

/** Half of what AWS takes in keys and values of tags: neither `$`, which joins the two in a budget's filter, nor `*`. */
const tagText = z
  .string()
  .regex(/^[A-Za-z0-9 _.:/=+@-]{1,100}$/, "allowed: letters, digits, spaces and _.:/=+@-, at most 100.");

/** Whose costs a budget counts. */
const budgetScope = oneOf(
  ["account", "principal-tag"],
  [
    /** All of the account's, AWS Marketplace's (Claude) among them. */
    group({ kind: z.literal("account") }),
    group({
      /** Those of the IAM principals with a tag, once it is activated as a cost allocation tag. */
      kind: z.literal("principal-tag"),
      key: tagText,
      /** @default aws.userName */
      value: tagText.optional(),
    }),
  ],
);

/** AWS's own brake and signals, behind the proxy's budget. */
const spendGuard = group({
  /** USD of a calendar month. At this cost a policy that denies every model is attached to the IAM user. */
  monthlyUsd: z.int().min(1),
  /** Who gets AWS's e-mails. */
  notify: z
    .array(z.email('allowed: an e-mail address such as "you@example.com".'))
    .min(1)
    .max(10)
    .refine((addresses) => new Set(addresses).size === addresses.length, "allowed: each address once."),
  scope: budgetScope.prefault({ kind: "account" }),
  /** Alarms on the tokens that each model counts, within minutes. @default none */
  tokenAlarms: group({
    /** USD that one model's tokens of five minutes may cost, by the catalogue's prices. */
    usdPerFiveMinutes: z.number().positive().default(1),
  }).optional(),
});

/** The whole configuration, as `stack.config.ts` gives it. */
export const stackSchema = group({
  /** Host name under which people reach the chat. */
  host: hostName,
  /** Kubernetes Namespace of everything; it is created and enforces the `restricted` Pod Security Standard. */
  namespace: label.default("open-webui"),
  /** What people can pick, by alias. */
  models: z
    .record(alias, modelSchema)
    .refine(
      (models) => Object.keys(models).length > 0,
      'allowed: at least one model, such as "nova-lite": { model: "amazon.nova-lite-v1:0" }.',
    ),
  /** What people can pick besides, by id. An empty group removes what an earlier one declared. @default none is looked after */
  assistants: z.record(alias, assistantSchema).optional(),
  /** Folders of documents for assistants, by id. */
  knowledge: z.record(alias, knowledgeSchema).default({}),
  aws: group({
    /** Where requests are sent and what IAM allows. */
    region: regionSchema.default("us-east-1"),
    /** Name of the IAM user or role, of its policy, and of the Terraform stack with its state: another name starts anew. */
    userName: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,50}$/, 'allowed: letters, digits, "-" and "_", at most 50.')
      .default("open-webui-bedrock"),
    credentials: credentials.prefault({ kind: "access-key" }),
    /** From where alone the models may be called. @default anywhere */
    sourceIps: z.array(publicCidr).min(1).optional(),
    state: terraformState.prefault({ kind: "local" }),
    /** @default none: then AWS itself stops nothing */
    spendGuard: spendGuard.optional(),
    /** Lets Terraform delete the IAM user and the key in use, and says why. @default it refuses */
    allowDestroy: group({ reason }).optional(),
  }).prefault({}),
  liteLlm: group({
    replicas: z.int().min(1).max(10).default(1),
    budget: budget.prefault({ kind: "limited", limitUsd: 20 }),
    /** How often a failed call to Bedrock is tried again (throttling and server errors only). */
    retries: z.int().min(0).max(10).default(2),
    /** Longest time that Bedrock may take for one attempt, in seconds. */
    requestTimeoutSeconds: z.int().min(10).max(3600).default(300),
    resources: resources("100m", "384Mi", "768Mi"),
  }).prefault({}),
  openWebUi: group({
    auth: authSchema,
    storage: storage("5Gi"),
    resources: resources("100m", "288Mi", "1Gi"),
  }),
  database: database.prefault({ kind: "sqlite" }),
  /** @default none: `npm run backup` alone */
  backup: scheduledBackup.optional(),
  redis: group({
    storage: storage("1Gi"),
    resources: resources("20m", "32Mi", "128Mi"),
  }).prefault({}),
  ingress: ingress.prefault({ kind: "none" }),
  monitoring: monitoring.prefault({ kind: "none" }),
  secrets: secrets.prefault({ kind: "terraform" }),
  cluster: group({
    /** The cluster's DNS suffix. */
    domain: hostName.default("cluster.local"),
    dns: group({
      namespace: label.default("kube-system"),
      podLabels: labelPairs.default({ "k8s-app": "kube-dns" }),
      /** Address of a node-local DNS cache, such as 169.254.20.10. @default none */
      nodeLocalAddress: z.ipv4("allowed: an IPv4 address.").optional(),
    }).prefault({}),
  }).prefault({}),
});

/** What a configuration file gives: defaults left out. */
export type StackConfigInput = z.input<typeof stackSchema>;

/** One alias's settings with their defaults. */
export type ModelConfig = z.output<typeof modelSchema>;

/** One assistant's settings with their defaults. */
export type AssistantConfig = z.output<typeof assistantSchema>;

/** One folder's settings with their defaults. */
export type KnowledgeConfig = z.output<typeof knowledgeSchema>;

/** A configuration with its defaults, before its models are looked up. */
export type ParsedConfig = z.output<typeof stackSchema>;
