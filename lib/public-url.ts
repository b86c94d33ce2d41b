import type { StackConfig } from "./config/parse";
import { ports } from "./naming";

/**
 * What people type into the browser. https, unless the configuration says that TLS ends nowhere, or the host is a
 * port of this machine, such as `localhost:8080`.
 */
export function publicUrl({ host, ingress }: Pick<StackConfig, "host" | "ingress">): string {
  const plain = host.startsWith("localhost:") || (ingress.kind === "traefik" && ingress.tls.kind === "none");
  return `${plain ? "http" : "https"}://${host}`;
}

/** Origins whose pages may open web sockets. Without an ingress a port-forward to the same port is the way in. */
export function allowedOrigins(config: Pick<StackConfig, "host" | "ingress">): readonly string[] {
  const forwarded = config.ingress.kind === "none" ? [`http://localhost:${ports.openWebUi}`] : [];
  return [publicUrl(config), ...forwarded];
}
