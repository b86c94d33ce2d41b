import { accept, minimalWith, problemsOf } from "../../support/config-input";

/** A model that the catalogue lacks, reached in its Region alone. */
const definition = { offers: { "in-region": { prices: { input: 1, output: 2 }, routes: { "us-east-1": [] } } } };

describe("a model id becomes part of the IAM policy, so it", () => {
  it.each([
    "*",
    "vendor.x*",
    "vendor.?",
    "vendor.x y",
    `vendor.$${"{file}"}`,
    "",
    ".x",
  ])("is refused as %j, with a definition too", (model) => {
    expect(problemsOf(minimalWith({ "models.x": { model, definition } }))).toContain(
      `models.x.model: got ${JSON.stringify(model)}; allowed: a Bedrock model id such as "amazon.nova-lite-v1:0".`,
    );
  });

  it.each(["meta.llama3-3-70b-instruct-v1:0", "vendor.x-v1:0:24k"])("may be %j", (model) => {
    expect(accept(minimalWith({ models: { x: { model, definition } } })).models[0]?.modelId).toBe(model);
  });

  it("is not looked for among what every object inherits", () => {
    expect(problemsOf(minimalWith({ "models.x": { model: "constructor.x" } }))[0]).toContain("not in the catalogue");
  });

  it("has no profile in front, with a definition neither", () => {
    expect(problemsOf(minimalWith({ "models.x": { model: "us.vendor.x", definition } }))).toEqual([
      'models.x.model: got "us.vendor.x"; give the id without the profile: model: "vendor.x", profile: "us".',
    ]);
    expect(problemsOf(minimalWith({ "models.x": { model: "eu.vendor.x", definition } }))).toEqual([
      'models.x.model: got "eu.vendor.x": there is no profile "eu" here; allowed: the id without it, with profile "us", "global", "in-region".',
    ]);
  });
});

describe("the routes of a definition", () => {
  const withRoutes = (profile: string, routes: unknown) =>
    minimalWith({
      "models.x": {
        model: "vendor.x",
        definition: { offers: { [profile]: { prices: { input: 1, output: 1 }, routes } } },
      },
    });

  it("have destinations for a geographic profile", () => {
    const allowed = 'allowed: routes with destinations, such as { "us-east-1": ["us-east-1", "us-west-2"] }.';
    const path = "models.x.definition.offers.us";
    expect(problemsOf(withRoutes("us", { "us-east-1": [] }))).toEqual([`${path}: got a group of settings; ${allowed}`]);
    expect(accept(withRoutes("us", { "us-east-1": ["us-east-1"] })).models).toHaveLength(2);
  });

  it.each(["global", "in-region"])("are without destinations for %s", (profile) => {
    expect(problemsOf(withRoutes(profile, { "us-east-1": ["us-west-2"] }))).toEqual([
      `models.x.definition.offers.${profile}: got a group of settings; allowed: routes without destinations, such as { "us-east-1": [] }: global routes anywhere, in-region nowhere.`,
    ]);
  });
});

describe("fallbacks over several steps", () => {
  const sonnet = "anthropic.claude-sonnet-4-6";
  const haiku = "anthropic.claude-haiku-4-5-20251001-v1:0";
  const opus = "anthropic.claude-opus-5";
  const reason = { reason: "Opus is always there." };

  it("are refused where the last one costs more, with the way there", () => {
    const models = {
      sonnet: { model: sonnet, fallbacks: ["haiku"] },
      haiku: { model: haiku, fallbacks: ["opus"], dearerFallbacks: reason },
      opus: { model: opus },
    };
    expect(problemsOf(minimalWith({ models }))).toEqual([
      'models.sonnet.fallbacks[0]: "opus", where "haiku" leads (haiku → opus), costs more than "sonnet" (5.5/27.5 against 3.3/16.5 USD per million tokens in/out). Choose a cheaper one, or accept it: dearerFallbacks: { reason: "..." }.',
    ]);
    accept(minimalWith({ models: { ...models, sonnet: { ...models.sonnet, dearerFallbacks: reason } } }));
  });
});

describe("the Namespace", () => {
  const allowed =
    'allowed: a Namespace of its own, such as "open-webui": the stack denies all other pods in it the network.';

  it.each(["default", "kube-system", "kube-public"])("is none of the cluster's: %s", (namespace) => {
    expect(problemsOf(minimalWith({ namespace }))).toEqual([
      `namespace: got "${namespace}", which belongs to the cluster; ${allowed}`,
    ]);
  });

  it.each([
    ["ingress.controller", { namespace: "edge", ingress: { kind: "ingress", controller: { namespace: "edge" } } }],
    ["monitoring.prometheus", { namespace: "monitoring", monitoring: { kind: "prometheus-operator" } }],
    [
      "monitoring.prometheus",
      {
        namespace: "monitoring",
        monitoring: { kind: "annotations", openMetrics: { reason: "A test of the annotations." } },
      },
    ],
    ["cluster.dns", { namespace: "dns", "cluster.dns": { namespace: "dns" } }],
  ])("is not that of %s", (owner, changes) => {
    expect(problemsOf(minimalWith(changes))).toEqual([
      `namespace: got "${changes.namespace}", like ${owner}; ${allowed}`,
    ]);
  });
});

describe("the headers of trusted-header", () => {
  const auth = {
    kind: "trusted-header",
    owner: "a@example.com",
    unauthenticated: { reason: "A test of the headers." },
  };

  it.each(["Authorization", "cookie", "Host"])("are not %s, which browsers send", (emailHeader) => {
    expect(problemsOf(minimalWith({ "openWebUi.auth": { ...auth, emailHeader } }))).toEqual([
      `openWebUi.auth.emailHeader: got "${emailHeader}"; allowed: a header that only the sign-in sets: browsers send this one themselves.`,
    ]);
  });

  it("are two, not one", () => {
    const given = { ...auth, emailHeader: "X-User", nameHeader: "x-user" };
    expect(problemsOf(minimalWith({ "openWebUi.auth": given }))).toEqual([
      'openWebUi.auth.nameHeader: got "x-user"; allowed: another header than emailHeader.',
    ]);
  });
});

describe("Traefik's entry points", () => {
  const middlewares = [{ name: "sign-in" }];

  it.each(["none", "upstream"])("are none for TLS where ingress.tls.kind is %s", (kind) => {
    expect(problemsOf(minimalWith({ ingress: { kind: "traefik", middlewares, tls: { kind } } }))).toEqual([
      `ingress.entryPoints: got "websecure", where Traefik speaks TLS, with ingress.tls.kind "${kind}"; allowed: an entry point without TLS, such as ["web"].`,
    ]);
    accept(minimalWith({ ingress: { kind: "traefik", middlewares, entryPoints: ["web"], tls: { kind } } }));
  });
});

describe("the credentials", () => {
  const webIdentity = { kind: "web-identity", accountId: "123456789012", issuerUrl: "https://oidc.example.com" };
  const withIdentity = (changes: object) => minimalWith({ "aws.credentials": { ...webIdentity, ...changes } });

  it.each([
    "12345678901",
    "1234567890123",
    "1234-5678-9012",
    123456789012,
  ])("are for an account of twelve digits, not %j", (accountId) => {
    expect(problemsOf(withIdentity({ accountId }))).toEqual([
      `aws.credentials.accountId: got ${JSON.stringify(accountId)}; allowed: ${typeof accountId === "number" ? "text." : 'the twelve digits of an AWS account, such as "123456789012".'}`,
    ]);
  });

  it.each([
    "http://oidc.example.com",
    "https://oidc.example.com/",
    "https://oidc.example.com:8443",
    "https://oidc.example.com/id?x=1",
    "https://localhost",
    "https://Oidc.example.com",
    "oidc.example.com",
  ])("are for an issuer as AWS compares it, not %s", (issuerUrl) => {
    expect(problemsOf(withIdentity({ issuerUrl }))).toEqual([
      `aws.credentials.issuerUrl: got "${issuerUrl}"; allowed: an https URL without port, query and final slash, such as "https://oidc.example.com".`,
    ]);
  });

  it.each([
    "https://oidc.example.com",
    "https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
  ])("may be for the issuer %s", (issuerUrl) => {
    expect(accept(withIdentity({ issuerUrl })).aws.credentials).toMatchObject({ issuerUrl });
  });
});

describe("the addresses from which models are called", () => {
  const allowed = (cidr: string) => problemsOf(minimalWith({ "aws.sourceIps": [cidr] }));

  it.each(["203.0.113.7", "203.0.113.0/33", "chat.example.com"])("are CIDR blocks, not %s", (cidr) => {
    expect(allowed(cidr)).toEqual([`aws.sourceIps[0]: got "${cidr}"; allowed: a CIDR block such as "203.0.113.7/32".`]);
  });

  it.each(["10.42.0.0/16", "192.168.0.0/24", "0.0.0.0/0", "fd00::/8"])("are public, not %s", (cidr) => {
    expect(allowed(cidr)).toEqual([
      `aws.sourceIps[0]: got "${cidr}"; allowed: public addresses: AWS never sees the cluster's own, only that of its way out.`,
    ]);
  });

  it("are left out or at least one: an empty list would allow nothing", () => {
    expect(problemsOf(minimalWith({ "aws.sourceIps": [] }))).toEqual([
      "aws.sourceIps: got a list; allowed: at least 1 entry.",
    ]);
  });
});

describe("a secret", () => {
  const awsSecret = ["wJalrXUtnFEMI/K7MDENG", "bPxRfiCYEXAMPLEKEY"].join("/");
  const awsId = ["AKIA", "IOSFODNN7EXAMPLE"].join("");

  it.each([
    `AWS_SECRET_ACCESS_KEY=${awsSecret}`,
    `aws_secret: ${awsSecret}`,
    `"${awsSecret}"`,
  ])("is seen in what people paste, and not repeated (case %#)", (pasted) => {
    const problems = problemsOf(minimalWith({ ingress: { kind: "ingress", annotations: { note: pasted } } })).join(
      "\n",
    );
    expect(problems).toContain("ingress.annotations.note: looks like an AWS secret access key");
    expect(problems).not.toContain(awsSecret);
  });

  it.each([
    ["a GitLab token", ["glpat", "abcdefghij0123456789"].join("-")],
    ["a Hugging Face token", ["hf", "abcdefghijklmnopqrstuvwxyzABCDEFGH"].join("_")],
    ["a DigitalOcean token", ["dop", "v1", "0123456789abcdef".repeat(4)].join("_")],
  ])("is seen: %s", (what, token) => {
    expect(problemsOf(minimalWith({ "secrets.kind": token })).join("\n")).toContain(`looks like ${what}`);
  });

  it("is not repeated where it was used as a name", () => {
    const models = {
      [awsId]: { model: "no.such-model", fallbacks: ["x"] },
      other: { model: "amazon.nova-lite-v1:0", fallbacks: ["y"] },
    };
    const problems = problemsOf(minimalWith({ models })).join("\n");
    expect(problems).toContain("models.(hidden)");
    expect(problems).not.toContain(awsId);
  });
});
