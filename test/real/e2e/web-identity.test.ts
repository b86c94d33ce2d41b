/** Needs what pods.test.ts needs. AWS isn't asked: what the pod has to show it is looked at. */
import { loadExample } from "../../support/examples";
import { TestStack } from "../support/test-stack";

const example = loadExample("web-identity");
const storage = { size: "1Gi", storageClass: "longhorn" };
const stack = new TestStack({
  ...example,
  namespace: "web-identity",
  ingress: { kind: "none" },
  monitoring: { kind: "none" },
  openWebUi: { ...example.openWebUi, storage },
  redis: { ...example.redis, storage },
});

interface Pod {
  readonly claims: { readonly aud: unknown; readonly sub: unknown; readonly iat: number; readonly exp: number };
  readonly hasClusterToken: boolean;
  readonly keys: readonly string[];
}

let pod: Pod;

beforeAll(() => {
  stack.deploy();
  const script = `
import base64, json, os
payload = open(os.environ["AWS_WEB_IDENTITY_TOKEN_FILE"]).read().split(".")[1]
print(json.dumps({
    "claims": json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))),
    "hasClusterToken": os.path.exists("/var/run/secrets/kubernetes.io"),
    "keys": [name for name in os.environ if name.startswith("AWS_") and "KEY" in name],
}))`;
  pod = JSON.parse(stack.python("deployment/litellm", script)) as Pod;
});

afterAll(() => stack.remove());

it("LiteLLM reads a token of its service account, for AWS alone and for an hour", () => {
  const { aud, sub, iat, exp } = pod.claims;
  expect({ aud, sub, seconds: exp - iat }).toEqual({
    aud: ["sts.amazonaws.com"],
    sub: "system:serviceaccount:web-identity-test:litellm",
    seconds: 3600,
  });
});

it("LiteLLM has no token for the cluster, and no AWS key, nor does its Secret", () => {
  expect(pod).toMatchObject({ hasClusterToken: false, keys: [] });
  const { data } = JSON.parse(stack.kubectl(["get", "secret", "litellm", "-o", "json"])) as { readonly data: object };
  expect(Object.keys(data).sort()).toEqual([
    "CONSUMER_KEY_OPEN_WEBUI",
    "CONSUMER_KEY_PROMETHEUS",
    "CONSUMER_KEY_VERIFY",
    "LITELLM_MASTER_KEY",
    "REDIS_PASSWORD",
  ]);
});
