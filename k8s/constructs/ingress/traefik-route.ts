import type { IIngressRoute } from "@kubernetes-models/traefik/traefik.io/v1alpha1/IngressRoute";
import type { IMiddleware } from "@kubernetes-models/traefik/traefik.io/v1alpha1/Middleware";
import { ApiObject } from "cdk8s";
import { Construct } from "constructs";
import { components } from "../../../lib/naming";
import type { OpenWebUiEndpoint } from "../open-webui/open-webui";

export interface TraefikRouteProps {
  readonly host: string;
  readonly service: OpenWebUiEndpoint;
  readonly entryPoints: readonly string[];
  /** Middlewares in the order in which they run. @default namespace: the route's own */
  readonly middlewares: readonly { readonly name: string; readonly namespace?: string | undefined }[];
  /** Request headers that only the sign-in may set: what a client sends under these names is blanked before it runs. */
  readonly protectedHeaders: readonly string[];
  readonly tls: TraefikTls;
}

/** Where TLS ends; see `ingress.tls` in lib/config/schema.ts. */
export type TraefikTls =
  | { readonly kind: "default-certificate" | "upstream" | "none" }
  | { readonly kind: "secret"; readonly secretName: string }
  | { readonly kind: "cert-resolver"; readonly certResolver: string };

/** Traefik's IngressRoute for one host, behind the given middlewares. */
export class TraefikRoute extends Construct {
  constructor(scope: Construct, id: string, props: TraefikRouteProps) {
    super(scope, id);
    const blankHeaders =
      props.protectedHeaders.length === 0 ? [] : [{ name: this.addHeaderBlanking(props.protectedHeaders) }];
    const tls = tlsSettings(props.tls);
    const route = {
      apiVersion: "traefik.io/v1alpha1",
      kind: "IngressRoute",
      metadata: { name: components.openWebUi },
      spec: {
        entryPoints: [...props.entryPoints],
        routes: [
          {
            kind: "Rule",
            match: `Host(\`${props.host}\`)`,
            middlewares: [...blankHeaders, ...props.middlewares].map(middlewareReference),
            services: [{ name: props.service.serviceName, port: props.service.port }],
          },
        ],
        ...(tls === undefined ? {} : { tls }),
      },
    } satisfies IIngressRoute;
    new ApiObject(this, "route", route);
  }

  /** ForwardAuth replaces only the headers it is told of: whatever else a client sends would reach the chat. */
  private addHeaderBlanking(headers: readonly string[]): string {
    const middleware = {
      apiVersion: "traefik.io/v1alpha1",
      kind: "Middleware",
      metadata: { name: "blank-identity-headers" },
      spec: { headers: { customRequestHeaders: Object.fromEntries(headers.map((header) => [header, ""])) } },
    } satisfies IMiddleware;
    return new ApiObject(this, "blank-identity-headers", middleware).name;
  }
}

function middlewareReference({ name, namespace }: { name: string; namespace?: string | undefined }) {
  return namespace === undefined ? { name } : { name, namespace };
}

function tlsSettings(tls: TraefikTls) {
  switch (tls.kind) {
    case "default-certificate":
      return {};
    case "secret":
      return { secretName: tls.secretName };
    case "cert-resolver":
      return { certResolver: tls.certResolver };
    case "upstream":
    case "none":
      return undefined;
  }
}
