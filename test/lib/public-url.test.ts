import { allowedOrigins, publicUrl } from "../../lib/public-url";
import { accept, minimalWith } from "../support/config-input";

const tlsKinds = [
  { kind: "default-certificate" },
  { kind: "secret", secretName: "chat-tls" },
  { kind: "cert-resolver", certResolver: "letsencrypt" },
  { kind: "upstream" },
] as const;

describe("publicUrl", () => {
  it.each(tlsKinds)("is https behind Traefik with TLS $kind", (tls) => {
    const config = accept(minimalWith({ ingress: { kind: "traefik", entryPoints: ["any"], tls } }));
    expect(publicUrl(config)).toBe("https://chat.example.com");
  });

  it("is http behind Traefik when TLS ends nowhere", () => {
    const config = accept(minimalWith({ ingress: { kind: "traefik", entryPoints: ["web"], tls: { kind: "none" } } }));
    expect(publicUrl(config)).toBe("http://chat.example.com");
  });

  it.each([
    { kind: "ingress" },
    { kind: "ingress", tlsSecretName: "chat-tls" },
    { kind: "none" },
  ])("is https with %j", (ingress) => {
    expect(publicUrl(accept(minimalWith({ ingress })))).toBe("https://chat.example.com");
  });

  it("is http on a port of this machine", () => {
    expect(publicUrl({ ...accept(minimalWith({})), host: "localhost:9090" })).toBe("http://localhost:9090");
  });
});

describe("allowedOrigins", () => {
  it.each([
    [{ kind: "traefik" }, ["https://chat.example.com"]],
    [{ kind: "traefik", entryPoints: ["web"], tls: { kind: "none" } }, ["http://chat.example.com"]],
    [{ kind: "ingress" }, ["https://chat.example.com"]],
    [{ kind: "none" }, ["https://chat.example.com", "http://localhost:8080"]],
  ])("are, with %j, %j", (ingress, origins) => {
    expect(allowedOrigins(accept(minimalWith({ ingress })))).toEqual(origins);
  });
});
