import { Testing } from "cdk8s";
import { OpenWebUiChart } from "../../../k8s/charts/open-webui-chart";
import { accept, minimalWith } from "../../support/config-input";
import { testImages } from "../../support/images";
import { findContainer, findObject, listObjects, plainVariables } from "../../support/kubernetes";

const upstreams = {
  liteLlm: {
    baseUrl: "http://litellm.open-webui.svc.cluster.local:4000/v1",
    labels: { app: "litellm" },
    portName: "http",
    metricsPath: "/metrics/",
  },
  redis: { host: "open-webui-redis", port: 6379 },
  database: { kind: "file" as const },
};

function objectsOf(changes: Readonly<Record<string, unknown>>) {
  const config = accept(minimalWith(changes));
  return new OpenWebUiChart(Testing.app(), "open-webui", config, testImages, upstreams).toJson();
}

function variablesOf(changes: Readonly<Record<string, unknown>>) {
  const { template } = findObject(objectsOf(changes), "StatefulSet", "open-webui").spec;
  return plainVariables(findContainer(template, "open-webui"));
}

/** What people come in by: everything but the chat itself. */
function waysIn(changes: Readonly<Record<string, unknown>>): readonly string[] {
  const chat = [
    "ConfigMap open-webui",
    "PersistentVolumeClaim open-webui",
    "Service open-webui",
    "StatefulSet open-webui",
  ];
  const objects = listObjects(objectsOf(changes));
  expect(objects).toEqual(expect.arrayContaining(chat));
  return objects.filter((object) => !chat.includes(object));
}

const traefik = { kind: "traefik", middlewares: [{ name: "google-oauth", namespace: "public-ingress" }] };
const trustedHeader = { kind: "trusted-header", owner: "you@example.com" };

describe("the way in", () => {
  it("is a port-forward alone by default", () => {
    expect(waysIn({})).toEqual([]);
  });

  it("is Traefik's route with the configured settings", () => {
    const tls = { kind: "secret", secretName: "chat-tls" };
    const objects = objectsOf({ ingress: { ...traefik, entryPoints: ["web"], tls } });
    expect(findObject(objects, "IngressRoute", "open-webui").spec).toEqual({
      entryPoints: ["web"],
      routes: [
        {
          kind: "Rule",
          match: "Host(`chat.example.com`)",
          middlewares: [{ name: "google-oauth", namespace: "public-ingress" }],
          services: [{ name: "open-webui", port: 80 }],
        },
      ],
      tls: { secretName: "chat-tls" },
    });
  });

  it("is a plain Ingress with the configured settings", () => {
    const annotations = { "cert-manager.io/cluster-issuer": "letsencrypt" };
    const ingress = { kind: "ingress", className: "nginx", tlsSecretName: "chat-tls", annotations };
    expect(waysIn({ ingress })).toEqual(["Ingress open-webui"]);
    const rendered = findObject(objectsOf({ ingress }), "Ingress", "open-webui");
    expect(rendered.metadata.annotations).toEqual(annotations);
    expect(rendered.spec).toMatchObject({
      ingressClassName: "nginx",
      tls: [{ hosts: ["chat.example.com"], secretName: "chat-tls" }],
      rules: [
        {
          host: "chat.example.com",
          http: { paths: [{ backend: { service: { name: "open-webui", port: { number: 80 } } } }] },
        },
      ],
    });
  });
});

describe("the headers that name a user", () => {
  it.each([
    ["proxy", { kind: "proxy" }],
    ["accounts", { kind: "accounts", owner: "you@example.com" }],
  ])("aren't believed, so not blanked, with the sign-in %s", (_, auth) => {
    expect(waysIn({ ingress: traefik, "openWebUi.auth": auth })).toEqual(["IngressRoute open-webui"]);
  });

  it.each([
    ["e-mail", {}, ["X-Auth-Request-Email"]],
    ["name", { emailHeader: "X-Mail", nameHeader: "X-Name" }, ["X-Mail", "X-Name"]],
  ])("are blanked before the sign-in runs, when they are trusted: %s", (_, headers, blanked) => {
    const objects = objectsOf({ ingress: traefik, "openWebUi.auth": { ...trustedHeader, ...headers } });
    expect(findObject(objects, "Middleware", "blank-identity-headers").spec).toEqual({
      headers: { customRequestHeaders: Object.fromEntries(blanked.map((header) => [header, ""])) },
    });
    expect(findObject(objects, "IngressRoute", "open-webui").spec).toMatchObject({
      routes: [
        { middlewares: [{ name: "blank-identity-headers" }, { name: "google-oauth", namespace: "public-ingress" }] },
      ],
    });
  });

  it("are left alone where no middleware of ours signs people in: they come from further out", () => {
    const unauthenticated = { reason: "A tunnel in front signs people in." };
    const changes = { ingress: { kind: "traefik" }, "openWebUi.auth": { ...trustedHeader, unauthenticated } };
    expect(waysIn(changes)).toEqual(["IngressRoute open-webui"]);
  });

  it.each([{}, { nameHeader: "X-Name" }])("are all blanked that Open WebUI believes: %j", (headers) => {
    const changes = { ingress: traefik, "openWebUi.auth": { ...trustedHeader, ...headers } };
    const believed = Object.entries(variablesOf(changes))
      .filter(([name]) => /^WEBUI_AUTH_TRUSTED_\w+_HEADER$/.test(name))
      .map(([, header]) => header);
    const { spec } = findObject(objectsOf(changes), "Middleware", "blank-identity-headers");
    expect(believed.length).toBe(1 + Object.keys(headers).length);
    expect(spec).toEqual({
      headers: { customRequestHeaders: Object.fromEntries(believed.map((header) => [header, ""])) },
    });
  });
});

describe("the chat's own address", () => {
  it.each([
    ["a port-forward", { kind: "none" }, "https://chat.example.com", "https://chat.example.com;http://localhost:8080"],
    ["Traefik", traefik, "https://chat.example.com", "https://chat.example.com"],
    [
      "plain http",
      { ...traefik, entryPoints: ["web"], tls: { kind: "none" } },
      "http://chat.example.com",
      "http://chat.example.com",
    ],
    ["an Ingress", { kind: "ingress" }, "https://chat.example.com", "https://chat.example.com"],
  ])("behind %s is the public one, which may open web sockets", (_, ingress, url, origins) => {
    expect(variablesOf({ ingress })).toMatchObject({ WEBUI_URL: url, CORS_ALLOW_ORIGIN: origins });
  });
});
