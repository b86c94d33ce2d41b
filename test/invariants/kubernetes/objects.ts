import { components, partOf } from "../../../lib/naming";
import {
  at,
  list,
  type Manifest,
  manifestsOf,
  nameOf,
  ofKind,
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

const minimal = configOf("examples/minimal");

interface ObjectSubject extends Subject {
  readonly file: string;
  readonly manifest: Manifest;
}

function objects(rendered: Rendered): readonly ObjectSubject[] {
  return rendered.objects.map(({ file, manifest }) => ({ where: nameOf(manifest), file, manifest }));
}

/** Five policies less one, a Namespace, three workloads with Services, two ConfigMaps and two claims. */
const leastObjects = 15;

/** The API group, whose versions show the same objects. */
function groupOf({ apiVersion }: Manifest): string {
  return apiVersion.includes("/") ? apiVersion.replace(/\/.*/, "") : "";
}

function contains(labels: unknown, selector: unknown): boolean {
  const wanted = Object.entries(record(selector));
  return wanted.length > 0 && wanted.every(([key, value]) => at(labels, key) === value);
}

function selectedPods(service: Manifest, rendered: Rendered) {
  return podsOf(rendered).filter(({ template }) =>
    contains(at(template, "metadata", "labels"), at(service.spec, "selector")),
  );
}

function service(name: string, rendered: Rendered): Manifest | undefined {
  return ofKind(rendered, "Service").find(({ metadata }) => metadata.name === name);
}

function servicePorts(manifest: Manifest | undefined): readonly unknown[] {
  return list(at(manifest?.spec, "ports"));
}

interface BackendSubject extends Subject {
  readonly host: unknown;
  readonly service: unknown;
  readonly port: unknown;
}

function backends(rendered: Rendered): readonly BackendSubject[] {
  const plain = manifestsOf(rendered, "Ingress").flatMap(({ where, manifest }) =>
    list(at(manifest.spec, "rules")).flatMap((route) =>
      list(at(route, "http", "paths")).map((path) => ({
        where,
        host: at(route, "host"),
        service: at(path, "backend", "service", "name"),
        port: at(path, "backend", "service", "port", "number"),
      })),
    ),
  );
  const traefik = manifestsOf(rendered, "IngressRoute").flatMap(({ where, manifest }) =>
    list(at(manifest.spec, "routes")).flatMap((route) =>
      list(at(route, "services")).map((target) => ({
        where,
        host: /^Host\(`([^`]+)`\)$/.exec(String(at(route, "match")))?.[1],
        service: at(target, "name"),
        port: at(target, "port"),
      })),
    ),
  );
  return [...plain, ...traefik];
}

/** Addresses such as `http://litellm.open-webui.svc.cluster.local:4000/v1`, and LiteLLM's `redis_host`. */
const serviceAddress = /\/\/(?:[^/@\s]*@)?([a-z0-9-]+)(?:\.([a-z0-9-]+)\.svc\.([a-z0-9.-]+))?:(\d+)/g;

interface AddressSubject extends Subject {
  readonly service: string;
  readonly namespace: string | undefined;
  readonly domain: string | undefined;
  readonly port: number;
}

function addresses(rendered: Rendered): readonly AddressSubject[] {
  return podsOf(rendered).flatMap(({ where, spec }) =>
    textsOf(spec).flatMap((text) =>
      [...text.matchAll(serviceAddress)]
        .filter(([, host]) => host !== "localhost")
        .map(([, host = "", namespace, domain, port]) => ({
          where,
          service: host,
          namespace,
          domain,
          port: Number(port),
        })),
    ),
  );
}

export const rulesAboutObjects: readonly Rule[] = [
  rule<ObjectSubject>({
    says: "the label that tells our objects from others'",
    of: objects,
    atLeast: leastObjects,
    violations: ({ manifest }) =>
      manifest.metadata.labels?.["app.kubernetes.io/part-of"] === partOf ? [] : ["lacks app.kubernetes.io/part-of"],
    bad: [object("Service", "litellm", {}, { labels: { app: "litellm" } })],
    finds: ["Service litellm: lacks app.kubernetes.io/part-of"],
  }),
  rule<ObjectSubject>({
    says: "all objects in the configured Namespace",
    of: objects,
    atLeast: leastObjects,
    violations: ({ manifest: { kind, metadata } }, { config }) => {
      const expected = kind === "Namespace" ? undefined : config.namespace;
      return metadata.namespace === expected ? [] : [`namespace is ${metadata.namespace}, expected ${expected}`];
    },
    bad: [object("Service", "litellm", {}, { namespace: undefined }), object("Namespace", "open-webui")],
    finds: [
      "Service litellm: namespace is undefined, expected open-webui",
      "Namespace open-webui: namespace is open-webui, expected undefined",
    ],
  }),
  rule({
    says: "a Namespace that refuses pods with more rights than they need",
    of: (rendered) => manifestsOf(rendered, "Namespace"),
    atLeast: 1,
    violations: ({ manifest: { metadata } }, { config }) => [
      ...(metadata.name === config.namespace ? [] : [`expected ${config.namespace}`]),
      ...["enforce", "warn", "audit"]
        .filter((mode) => metadata.labels?.[`pod-security.kubernetes.io/${mode}`] !== "restricted")
        .map((mode) => `doesn't ${mode} "restricted"`),
    ],
    bad: [
      object(
        "Namespace",
        "default",
        {},
        {
          labels: {
            "pod-security.kubernetes.io/enforce": "baseline",
            "pod-security.kubernetes.io/warn": "restricted",
            "pod-security.kubernetes.io/audit": "restricted",
          },
        },
      ),
    ],
    finds: ["Namespace default: expected open-webui", 'Namespace default: doesn\'t enforce "restricted"'],
  }),
  rule<ObjectSubject>({
    says: "one object per kind and name, in one file",
    of: objects,
    atLeast: leastObjects,
    violations: ({ file, manifest }, rendered) => {
      const same = rendered.objects.filter(
        (other) => groupOf(other.manifest) === groupOf(manifest) && nameOf(other.manifest) === nameOf(manifest),
      );
      return same.length === 1 ? [] : [`${file} has it, and so ${same.length} objects have this name`];
    },
    bad: {
      objects: [
        { file: "0001.yaml", manifest: object("Service", "litellm") },
        { file: "0002.yaml", manifest: { ...object("Service", "litellm"), apiVersion: "v2" } },
      ],
    },
    finds: [
      "Service litellm: 0001.yaml has it, and so 2 objects have this name",
      "Service litellm: 0002.yaml has it, and so 2 objects have this name",
    ],
  }),
  rule({
    says: "one object for each construct, and one path for each object",
    of: ({ constructPaths }) => constructPaths.map((path) => ({ where: path })),
    atLeast: leastObjects,
    violations: ({ where }, { constructPaths, objects }) => [
      ...(constructPaths.filter((path) => path === where).length === 1 ? [] : ["is there twice"]),
      ...(constructPaths.length === objects.length
        ? []
        : [`the files hold ${objects.length} objects, the constructs are ${constructPaths.length}`]),
    ],
    bad: { constructPaths: ["redis/service", "redis/service"] },
    finds: [
      "redis/service: is there twice",
      "redis/service: the files hold 0 objects, the constructs are 2",
      "redis/service: is there twice",
      "redis/service: the files hold 0 objects, the constructs are 2",
    ],
  }),
  rule({
    says: "Services inside the cluster that select one workload and its named ports",
    of: (rendered) => manifestsOf(rendered, "Service"),
    atLeast: 3,
    violations: ({ manifest }, rendered) => {
      const selected = selectedPods(manifest, rendered);
      const named = selected.flatMap(({ spec }) =>
        list(at(spec, "containers")).flatMap((container) =>
          list(at(container, "ports")).map((port) => at(port, "name")),
        ),
      );
      const type = at(manifest.spec, "type");
      const ports = servicePorts(manifest);
      return [
        ...(type === undefined || type === "ClusterIP" ? [] : [`type is ${String(type)}`]),
        ...(selected.length === 1 ? [] : [`selects ${selected.length} workloads`]),
        ...(ports.length === 0 ? ["has no port"] : []),
        ...ports.flatMap((port) => [
          ...(typeof at(port, "name") === "string" ? [] : ["has a port without a name"]),
          ...(named.includes(at(port, "targetPort"))
            ? []
            : [`leads to the port ${String(at(port, "targetPort"))}, which no container names`]),
        ]),
      ];
    },
    bad: [
      workload(),
      object("Service", "litellm", { type: "NodePort", selector: { app: "litellm" }, ports: [{ targetPort: 4000 }] }),
      object("Service", "all", { selector: {}, ports: [] }),
    ],
    finds: [
      "Service litellm: type is NodePort",
      "Service litellm: has a port without a name",
      "Service litellm: leads to the port 4000, which no container names",
      "Service all: selects 0 workloads",
      "Service all: has no port",
    ],
  }),
  rule({
    says: "a ServiceMonitor of the LiteLLM Service's own port",
    of: (rendered) => manifestsOf(rendered, "ServiceMonitor"),
    atLeast: ({ monitoring }) => (monitoring.kind === "prometheus-operator" ? 1 : 0),
    violations: ({ manifest }, rendered) => {
      const { monitoring } = rendered.config;
      const selected = ofKind(rendered, "Service").filter(({ metadata }) =>
        contains(metadata.labels, at(manifest.spec, "selector", "matchLabels")),
      );
      const names = selected.map(({ metadata }) => metadata.name);
      const ports = selected.flatMap((each) => servicePorts(each).map((port) => at(port, "name")));
      const release = monitoring.kind === "prometheus-operator" ? monitoring.release : undefined;
      const endpoints = list(at(manifest.spec, "endpoints"));
      return [
        ...(manifest.metadata.labels?.["release"] === release ? [] : ["no operator picks it up"]),
        ...(names.join() === components.liteLlm ? [] : [`selects the Services ${names.join(", ") || "of nobody"}`]),
        ...(endpoints.length === 0 ? ["scrapes nothing"] : []),
        ...endpoints.flatMap((endpoint) => [
          ...(ports.includes(at(endpoint, "port")) ? [] : [`no port is named ${String(at(endpoint, "port"))}`]),
          // LiteLLM redirects /metrics to /metrics/.
          ...(at(endpoint, "path") === "/metrics/" ? [] : [`scrapes ${String(at(endpoint, "path"))}`]),
        ]),
      ];
    },
    bad: [
      object("Service", "open-webui", { ports: [{ name: "http" }] }, { labels: { app: "open-webui" } }),
      object(
        "ServiceMonitor",
        "litellm",
        {
          selector: { matchLabels: { app: "open-webui" } },
          endpoints: [{ port: "metrics", path: "/metrics" }],
        },
        { labels: { release: "other" } },
      ),
      object("ServiceMonitor", "empty", { selector: { matchLabels: {} }, endpoints: [] }),
    ],
    finds: [
      "ServiceMonitor litellm: no operator picks it up",
      "ServiceMonitor litellm: selects the Services open-webui",
      "ServiceMonitor litellm: no port is named metrics",
      "ServiceMonitor litellm: scrapes /metrics",
      "ServiceMonitor empty: selects the Services of nobody",
      "ServiceMonitor empty: scrapes nothing",
    ],
  }),
  rule<BackendSubject>({
    says: "a way in that leads to Open WebUI's Service",
    of: backends,
    atLeast: ({ ingress }) => (ingress.kind === "none" ? 0 : 1),
    violations: ({ host, service: name, port }, rendered) => {
      const target = service(String(name), rendered);
      return [
        ...(host === rendered.config.host ? [] : [`is for ${String(host)}, expected ${rendered.config.host}`]),
        ...(name === components.openWebUi ? [] : [`leads to ${String(name)}`]),
        ...(target === undefined ? ["leads to no Service"] : []),
        ...(servicePorts(target).some((each) => at(each, "port") === port) ? [] : [`leads to no port ${String(port)}`]),
      ];
    },
    bad: [
      object("Service", "litellm", { ports: [{ name: "http", port: 4000 }] }),
      object("IngressRoute", "any", {
        routes: [{ match: "PathPrefix(`/`)", services: [{ name: "litellm", port: 4000 }] }],
      }),
      object("Ingress", "other", {
        rules: [
          {
            host: "chat.example.com",
            http: { paths: [{ backend: { service: { name: "open-webui", port: { number: 80 } } } }] },
          },
        ],
      }),
    ],
    finds: [
      "Ingress other: leads to no Service",
      "Ingress other: leads to no port 80",
      "IngressRoute any: is for undefined, expected chat.example.com",
      "IngressRoute any: leads to litellm",
    ],
  }),
  rule({
    says: "routes that first blank the headers that Open WebUI believes, then ask for a sign-in",
    of: (rendered) => manifestsOf(rendered, "IngressRoute"),
    atLeast: ({ ingress }) => (ingress.kind === "traefik" ? 1 : 0),
    violations: ({ manifest }, rendered) => {
      const { auth } = rendered.config.openWebUi;
      const trusted =
        auth.kind === "trusted-header" ? [auth.emailHeader, auth.nameHeader].filter((name) => name !== undefined) : [];
      return list(at(manifest.spec, "routes")).flatMap((route) => {
        const [first, ...others] = list(at(route, "middlewares"));
        const blanking = ofKind(rendered, "Middleware").find(({ metadata }) => metadata.name === at(first, "name"));
        const blanked = record(at(blanking?.spec, "headers", "customRequestHeaders"));
        const signIns = blanking === undefined ? [first, ...others] : others;
        return [
          ...trusted.filter((header) => blanked[header] !== "").map((header) => `lets ${header} through`),
          ...(auth.kind === "accounts" || signIns.some((each) => each !== undefined) ? [] : ["asks for no sign-in"]),
        ];
      });
    },
    bad: {
      config: {
        ...minimal,
        openWebUi: {
          ...minimal.openWebUi,
          auth: {
            kind: "trusted-header",
            owner: "you@example.com",
            emailHeader: "X-Email",
            nameHeader: "X-Name",
            newUsers: "user",
          },
        },
      },
      objects: [
        {
          file: "bad.yaml",
          manifest: object("Middleware", "blank", { headers: { customRequestHeaders: { "X-Email": "" } } }),
        },
        {
          file: "bad.yaml",
          manifest: object("IngressRoute", "late", {
            routes: [{ middlewares: [{ name: "sign-in" }, { name: "blank" }] }],
          }),
        },
        {
          file: "bad.yaml",
          manifest: object("IngressRoute", "open", { routes: [{ middlewares: [{ name: "blank" }] }] }),
        },
      ],
    },
    finds: [
      "IngressRoute late: lets X-Email through",
      "IngressRoute late: lets X-Name through",
      "IngressRoute open: lets X-Name through",
      "IngressRoute open: asks for no sign-in",
    ],
  }),
  rule<AddressSubject>({
    says: "addresses of Services that exist, in this Namespace and cluster",
    of: addresses,
    atLeast: 1,
    violations: ({ service: name, namespace, domain, port }, rendered) => {
      const { cluster } = rendered.config;
      const target = service(name, rendered);
      return [
        ...(namespace === undefined || namespace === rendered.config.namespace ? [] : [`${name} is in ${namespace}`]),
        ...(domain === undefined || domain === cluster.domain ? [] : [`${name} is in the cluster ${domain}`]),
        ...(servicePorts(target).some((each) => at(each, "port") === port) ? [] : [`no Service is ${name}:${port}`]),
      ];
    },
    bad: [
      object("Service", "litellm", { ports: [{ port: 4000 }] }),
      workload({
        app: "open-webui",
        container: {
          env: [
            { name: "A", value: "http://litellm.default.svc.example.net:4000/v1" },
            { name: "B", value: "redis://user:$(PASSWORD)@redis:6379/0" },
          ],
        },
      }),
    ],
    finds: [
      "Deployment open-webui: litellm is in default",
      "Deployment open-webui: litellm is in the cluster example.net",
      "Deployment open-webui: no Service is redis:6379",
    ],
  }),
];
