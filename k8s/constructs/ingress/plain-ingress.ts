import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { components } from "../../../lib/naming";
import type { OpenWebUiEndpoint } from "../open-webui/open-webui";

export interface PlainIngressProps {
  readonly host: string;
  readonly service: OpenWebUiEndpoint;
  /** @default the cluster's default class */
  readonly className?: string | undefined;
  /** Secret with the certificate. @default none: TLS ends elsewhere */
  readonly tlsSecretName?: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The standard Ingress for one host, for any controller. */
export class PlainIngress extends Construct {
  constructor(scope: Construct, id: string, props: PlainIngressProps) {
    super(scope, id);
    const { className, tlsSecretName } = props;
    new k8s.KubeIngress(this, "ingress", {
      metadata: { name: components.openWebUi, annotations: props.annotations },
      spec: {
        ...(className === undefined ? {} : { ingressClassName: className }),
        ...(tlsSecretName === undefined ? {} : { tls: [{ hosts: [props.host], secretName: tlsSecretName }] }),
        rules: [
          {
            host: props.host,
            http: {
              paths: [
                {
                  path: "/",
                  pathType: "Prefix",
                  backend: { service: { name: props.service.serviceName, port: { number: props.service.port } } },
                },
              ],
            },
          },
        ],
      },
    });
  }
}
