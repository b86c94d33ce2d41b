import type { Construct } from "constructs";
import type { StackConfig } from "../../lib/config";
import { allowedOrigins, publicUrl } from "../../lib/public-url";
import { retrievalModel } from "../../lib/retrieval";
import { secretNamesOf } from "../../lib/secret-names";
import type { Images } from "../../lib/versions";
import { PlainIngress } from "../constructs/ingress/plain-ingress";
import { TraefikRoute } from "../constructs/ingress/traefik-route";
import type { LiteLlmEndpoint } from "../constructs/litellm/litellm";
import type { Database, SignIn } from "../constructs/open-webui/environment";
import { OpenWebUi, type OpenWebUiEndpoint } from "../constructs/open-webui/open-webui";
import type { RedisEndpoint } from "../constructs/redis/redis";
import { StackChart } from "./stack-chart";

export interface Upstreams {
  readonly liteLlm: LiteLlmEndpoint;
  readonly redis: RedisEndpoint;
  readonly database: Database;
}

/** The chat and the way in. */
export class OpenWebUiChart extends StackChart {
  readonly endpoint: OpenWebUiEndpoint;

  constructor(scope: Construct, id: string, config: StackConfig, images: Images, upstreams: Upstreams) {
    super(scope, id, config.namespace);
    const openWebUi = new OpenWebUi(this, "open-webui", {
      image: images.openWebUi,
      publicUrl: publicUrl(config),
      allowedOrigins: allowedOrigins(config),
      signIn: config.openWebUi.auth,
      models: config.models,
      embeddingModel: retrievalModel(config)?.alias,
      ...upstreams,
      secretName: secretNamesOf(config).openWebUi,
      secretsVersion: config.secrets.version,
      storage: config.openWebUi.storage,
      resources: config.openWebUi.resources,
    });
    this.endpoint = openWebUi.endpoint;
    this.addIngress(config, openWebUi.endpoint);
  }

  private addIngress(config: StackConfig, service: OpenWebUiEndpoint): void {
    const { host, ingress } = config;
    switch (ingress.kind) {
      case "traefik": {
        const { entryPoints, middlewares, tls } = ingress;
        // Without a middleware the header comes from further out, as `unauthenticated.reason` says: blanked, nobody could sign in.
        const protectedHeaders = middlewares.length === 0 ? [] : identityHeaders(config.openWebUi.auth);
        new TraefikRoute(this, "route", { host, service, entryPoints, middlewares, tls, protectedHeaders });
        break;
      }
      case "ingress": {
        const { className, tlsSecretName, annotations } = ingress;
        new PlainIngress(this, "ingress", { host, service, className, tlsSecretName, annotations });
        break;
      }
      case "none":
    }
  }
}

/** The headers that Open WebUI believes: only the sign-in may set them. */
function identityHeaders(signIn: SignIn): readonly string[] {
  if (signIn.kind !== "trusted-header") return [];
  return signIn.nameHeader === undefined ? [signIn.emailHeader] : [signIn.emailHeader, signIn.nameHeader];
}
