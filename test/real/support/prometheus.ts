import type { IServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";
import type { PrometheusRuleGroup } from "../../../k8s/alerts/rules";
import { hardenedContainer, hardenedPod } from "../../../k8s/constructs/hardened-pod";
import { kubectl } from "./kubectl";

/** The last of version 2. Tests alone use it. */
export const prometheusImage =
  "quay.io/prometheus/prometheus:v2.55.1@sha256:2659f4c2ebb718e7695cb9b25ffa7d6be64db013daba13e05c875451cf51b0d3";

/** What Prometheus says of a target. */
export interface ScrapedTarget {
  readonly health: "up" | "down" | "unknown";
  readonly lastError: string;
  readonly scrapeUrl: string;
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  /** Time in seconds, and the value. */
  readonly value: readonly [number, string];
}

export interface TestPrometheusProps {
  readonly name: string;
  /** Has to exist. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

const port = 9090;
const configPath = "/etc/prometheus-config";

/** A Prometheus that scrapes what a ServiceMonitor says, as the operator would make it do. */
export class TestPrometheus {
  private readonly props: TestPrometheusProps;

  constructor(props: TestPrometheusProps) {
    this.props = props;
  }

  /**
   * Returns once it answers.
   * @param monitor - what to scrape
   * @param monitorNamespace - where the monitor is, the Secret that it names, and what it selects
   * @param groups - rules to evaluate; none by default
   */
  deploy(monitor: IServiceMonitor, monitorNamespace: string, groups: readonly PrometheusRuleGroup[] = []): void {
    const { name, namespace, labels } = this.props;
    const metadata = { name, namespace };
    const config = {
      apiVersion: "v1",
      kind: "Secret",
      metadata,
      stringData: {
        "prometheus.yml": JSON.stringify({
          rule_files: [`${configPath}/rules.yml`],
          scrape_configs: scrapeConfigs(monitor, monitorNamespace),
        }),
        "rules.yml": JSON.stringify({ groups }),
        credentials: readCredentials(monitor, monitorNamespace),
      },
    };
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...metadata, labels },
      spec: {
        ...hardenedPod,
        containers: [
          {
            ...hardenedContainer,
            name: "prometheus",
            image: prometheusImage,
            args: [`--config.file=${configPath}/prometheus.yml`, "--storage.tsdb.path=/data"],
            readinessProbe: { httpGet: { path: "/-/ready", port }, periodSeconds: 1 },
            volumeMounts: [
              { name: "config", mountPath: configPath },
              { name: "data", mountPath: "/data" },
            ],
          },
        ],
        volumes: [
          { name: "config", secret: { secretName: name } },
          { name: "data", emptyDir: {} },
        ],
      },
    };
    const list = { apiVersion: "v1", kind: "List", items: [config, pod] };
    kubectl(["apply", "--server-side", "-f", "-"], JSON.stringify(list));
    kubectl(["-n", namespace, "wait", "--for=condition=Ready", `pod/${name}`, "--timeout=120s"]);
  }

  targets(): readonly ScrapedTarget[] {
    return this.get<{ readonly activeTargets: readonly ScrapedTarget[] }>("targets?state=active").activeTargets;
  }

  /** What an instant query in PromQL answers. */
  query(query: string): readonly Sample[] {
    return this.get<{ readonly result: readonly Sample[] }>(`query?query=${encodeURIComponent(query)}`).result;
  }

  private get<Data>(path: string): Data {
    const { name, namespace } = this.props;
    const pod = `/api/v1/namespaces/${namespace}/pods/${name}:${port}/proxy`;
    return (JSON.parse(kubectl(["get", "--raw", `${pod}/api/v1/${path}`])) as { readonly data: Data }).data;
  }
}

/**
 * What the operator makes of a monitor, as far as ours goes.
 * @throws when the monitor says something that this doesn't translate
 */
function scrapeConfigs({ spec }: IServiceMonitor, namespace: string) {
  const { selector, endpoints = [], ...more } = spec ?? {};
  return endpoints.map(({ port: portName, path, interval, scrapeTimeout, authorization, ...evenMore }, index) => {
    const untranslated = Object.keys({ ...more, ...evenMore });
    if (untranslated.length > 0) throw new Error(`ServiceMonitor: no translation for ${untranslated.join(", ")}.`);
    return {
      job_name: `endpoint-${index}`,
      metrics_path: path,
      scrape_interval: interval,
      scrape_timeout: scrapeTimeout,
      authorization: { type: authorization?.type ?? "Bearer", credentials_file: `${configPath}/credentials` },
      static_configs: podsBehind(selector?.matchLabels ?? {}, portName, namespace),
    };
  });
}

/**
 * The pods behind all Services with these labels, at their port with this name, and the labels that the operator gives
 * their series.
 */
function podsBehind(labels: Readonly<Record<string, string>>, portName: string | undefined, namespace: string) {
  interface EndpointSlices {
    readonly items: readonly {
      readonly endpoints: readonly {
        readonly addresses: readonly string[];
        readonly targetRef: { readonly name: string };
      }[];
      readonly ports: readonly { readonly name: string; readonly port: number }[];
    }[];
  }
  // Endpoint slices have the labels of their Service.
  const selector = Object.entries(labels).map((label) => label.join("="));
  const slices = kubectl(["-n", namespace, "get", "endpointslices", "-l", selector.join(","), "-o", "json"]);
  return (JSON.parse(slices) as EndpointSlices).items.flatMap(({ endpoints, ports }) =>
    ports
      .filter(({ name }) => name === portName)
      .flatMap(({ port }) =>
        endpoints.map(({ addresses, targetRef }) => ({
          targets: addresses.map((address) => `${address}:${port}`),
          labels: { namespace, pod: targetRef.name },
        })),
      ),
  );
}

/** The operator reads the Secret in the monitor's own Namespace. */
function readCredentials({ spec }: IServiceMonitor, namespace: string): string {
  const { name = "", key = "" } = spec?.endpoints[0]?.authorization?.credentials ?? {};
  const secret = JSON.parse(kubectl(["-n", namespace, "get", "secret", name, "-o", "json"])) as {
    readonly data: Readonly<Record<string, string>>;
  };
  return Buffer.from(secret.data[key] ?? "", "base64").toString();
}
