import {
  TraefikRoute,
  type TraefikRouteProps,
  type TraefikTls,
} from "../../../../k8s/constructs/ingress/traefik-route";
import { findObject, listObjects, renderConstruct } from "../../../support/kubernetes";

const signIn: Required<TraefikRouteProps["middlewares"][number]> = {
  name: "google-oauth",
  namespace: "public-ingress",
};
const all: Required<TraefikRouteProps> = {
  host: "chat.example.com",
  service: { serviceName: "open-webui", port: 80 },
  entryPoints: ["websecure"],
  middlewares: [signIn],
  protectedHeaders: [],
  tls: { kind: "default-certificate" },
};

interface RouteSpec {
  readonly entryPoints: readonly string[];
  readonly routes: readonly { readonly middlewares: readonly unknown[] }[];
}

function render(changes: Partial<TraefikRouteProps> = {}) {
  const props = { ...all, ...changes };
  const { objects } = renderConstruct((scope) => new TraefikRoute(scope, "route", props));
  const spec = findObject(objects, "IngressRoute", "open-webui").spec as RouteSpec;
  return { objects, spec, middlewares: spec.routes.flatMap((route) => route.middlewares) };
}

describe("TraefikRoute", () => {
  it("routes the host through the entry points and middlewares to the Service, and nothing else", () => {
    expect(render({ entryPoints: ["web", "websecure"] }).spec).toEqual({
      entryPoints: ["web", "websecure"],
      routes: [
        {
          kind: "Rule",
          match: "Host(`chat.example.com`)",
          middlewares: [{ name: "google-oauth", namespace: "public-ingress" }],
          services: [{ name: "open-webui", port: 80 }],
        },
      ],
      tls: {},
    });
  });

  it("keeps the order of the middlewares", () => {
    const middlewares = [{ name: "z" }, { name: "a" }, { name: "m" }];
    expect(render({ middlewares }).middlewares).toEqual([{ name: "z" }, { name: "a" }, { name: "m" }]);
  });

  it("looks for a middleware in the route's own Namespace by default", () => {
    expect(render({ middlewares: [{ name: "sign-in" }] }).middlewares).toEqual([{ name: "sign-in" }]);
    expect(render({ middlewares: [{ name: "sign-in", namespace: undefined }] }).middlewares).toEqual([
      { name: "sign-in" },
    ]);
  });

  it("has no middlewares when none is given", () => {
    expect(render({ middlewares: [] }).middlewares).toEqual([]);
  });

  it.each<readonly [TraefikTls["kind"], TraefikTls, object | undefined]>([
    ["default-certificate", { kind: "default-certificate" }, {}],
    ["secret", { kind: "secret", secretName: "chat-tls" }, { secretName: "chat-tls" }],
    ["cert-resolver", { kind: "cert-resolver", certResolver: "letsencrypt" }, { certResolver: "letsencrypt" }],
    ["upstream", { kind: "upstream" }, undefined],
    ["none", { kind: "none" }, undefined],
  ])("renders TLS of the kind %s", (_, tls, expected) => {
    const { spec } = render({ tls });
    if (expected === undefined) expect(spec).not.toHaveProperty("tls");
    else expect(spec).toHaveProperty("tls", expected);
  });
});

describe("the headers that only the sign-in may set", () => {
  it("need no middleware of ours when there are none", () => {
    expect(listObjects(render().objects)).toEqual(["IngressRoute open-webui"]);
    expect(render().middlewares).toEqual([signIn]);
  });

  it("are blanked before anything else runs", () => {
    const { objects, middlewares } = render({ protectedHeaders: ["X-Auth-Request-Email", "X-Auth-Request-User"] });
    expect(middlewares).toEqual([{ name: "blank-identity-headers" }, signIn]);
    expect(findObject(objects, "Middleware", "blank-identity-headers").spec).toEqual({
      headers: { customRequestHeaders: { "X-Auth-Request-Email": "", "X-Auth-Request-User": "" } },
    });
  });

  it("are blanked also when no other middleware runs", () => {
    expect(render({ protectedHeaders: ["X-Email"], middlewares: [] }).middlewares).toEqual([
      { name: "blank-identity-headers" },
    ]);
  });
});
