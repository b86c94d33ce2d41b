import { PlainIngress, type PlainIngressProps } from "../../../../k8s/constructs/ingress/plain-ingress";
import { findObject, listObjects, renderConstruct } from "../../../support/kubernetes";

const minimal: PlainIngressProps = {
  host: "chat.example.com",
  service: { serviceName: "open-webui", port: 80 },
  annotations: {},
};
const all: Required<PlainIngressProps> = {
  ...minimal,
  className: "nginx",
  tlsSecretName: "chat-tls",
  annotations: { "cert-manager.io/cluster-issuer": "letsencrypt" },
};

function render(props: PlainIngressProps) {
  const { objects } = renderConstruct((scope) => new PlainIngress(scope, "ingress", props));
  return { objects, ingress: findObject(objects, "Ingress", "open-webui") };
}

describe("PlainIngress", () => {
  it("renders one object", () => {
    expect(listObjects(render(minimal).objects)).toEqual(["Ingress open-webui"]);
  });

  it("routes the whole host to the Service, and nothing else", () => {
    expect(render(minimal).ingress.spec).toEqual({
      rules: [
        {
          host: "chat.example.com",
          http: {
            paths: [
              {
                path: "/",
                pathType: "Prefix",
                backend: { service: { name: "open-webui", port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    });
  });

  it("leaves class and TLS to the cluster by default", () => {
    const { ingress } = render({ ...minimal, className: undefined, tlsSecretName: undefined });
    expect(ingress.spec).not.toHaveProperty("ingressClassName");
    expect(ingress.spec).not.toHaveProperty("tls");
    expect(ingress.metadata.annotations ?? {}).toEqual({});
  });

  it("takes over class, certificate and annotations", () => {
    const { ingress } = render(all);
    expect(ingress.spec).toMatchObject({
      ingressClassName: "nginx",
      tls: [{ hosts: ["chat.example.com"], secretName: "chat-tls" }],
    });
    expect(ingress.metadata.annotations).toEqual({ "cert-manager.io/cluster-issuer": "letsencrypt" });
  });
});
