/**
 * Needs a kube context whose cluster runs pods, has the storage class `longhorn`, enforces network policies, and can
 * pull the images of lib/versions.ts; and no Namespace `open-webui`: it is made and deleted.
 */
import { randomBytes } from "node:crypto";
import { createKubernetesApp, createSecretsApp } from "../../../k8s/app";
import { secretOutputs } from "../../../lib/naming";
import { images } from "../../../lib/versions";
import { loadExample } from "../../support/examples";
import { deleteNamespace, kubectl, kubectlJson } from "../support/kubectl";

const config = loadExample("homelab");
const inNamespace = ["-n", config.namespace];
const masterKey = `sk-${randomBytes(24).toString("hex")}`;

interface Pod {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly status: {
    readonly containerStatuses: readonly { readonly restartCount: number; readonly ready: boolean }[];
  };
}

/** Runs Python in Open WebUI's pod, which has its environment and is on its side of the network policies. */
function inOpenWebUi(script: string): string {
  return kubectl([...inNamespace, "exec", "open-webui-0", "--", "python", "-c", script]).trim();
}

function logs(workload: string): string {
  return kubectl([...inNamespace, "logs", workload, "--tail=-1"]);
}

beforeAll(() => {
  deleteNamespace(config.namespace);
  const random = () => randomBytes(24).toString("hex");
  const values = Object.fromEntries(Object.values(secretOutputs).map((output) => [output, random()]));
  const secrets = createSecretsApp(config, { ...values, [secretOutputs.liteLlmMasterKey]: masterKey });
  kubectl(["apply", "--server-side", "-f", "-"], secrets.synthYaml());
  kubectl(["apply", "--server-side", "-f", "-"], createKubernetesApp(config, images).synthYaml());
  for (const workload of ["deployment/open-webui-redis", "deployment/litellm"]) {
    kubectl([...inNamespace, "rollout", "status", workload, "--timeout=240s"]);
  }
  // A StatefulSet with OnDelete has no rollout to wait for.
  kubectl([...inNamespace, "wait", "--for=condition=Ready", "pod/open-webui-0", "--timeout=240s"]);
});

afterAll(() => deleteNamespace(config.namespace));

describe("the homelab stack in a real cluster", () => {
  it("has three pods, ready under the restricted standard, none of them restarted", () => {
    const { items } = kubectlJson<{ items: readonly Pod[] }>([...inNamespace, "get", "pods"]);
    expect(items.map(({ metadata }) => metadata.labels["app"]).sort()).toEqual([
      "litellm",
      "open-webui",
      "open-webui-redis",
    ]);
    for (const { status } of items) {
      expect(status.containerStatuses).toEqual([expect.objectContaining({ ready: true, restartCount: 0 })]);
    }
  });

  it("shows Open WebUI the configured models, in order", () => {
    const models = inOpenWebUi(`
import json, os, urllib.request
request = urllib.request.Request(os.environ["OPENAI_API_BASE_URL"] + "/models", headers={"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]})
print(json.dumps([model["id"] for model in json.load(urllib.request.urlopen(request))["data"]]))`);
    expect(JSON.parse(models)).toEqual(config.models.map(({ alias }) => alias));
  });

  it("answers 401 without the proxy's key, and metrics on the path that the ServiceMonitor names", () => {
    const status = (path: string) => `
import urllib.request, urllib.error
try: print(urllib.request.urlopen("http://litellm:4000${path}").status)
except urllib.error.HTTPError as error: print(error.code)`;
    expect(inOpenWebUi(status("/v1/models"))).toBe("401");
    expect(inOpenWebUi(status("/metrics/"))).toBe("200");
  });

  it("lets both programs use Redis within their own rights", () => {
    const ask = (program: string, command: string) => `
import os, redis
client = redis.Redis(host="open-webui-redis", username="${program}", password=os.environ["REDIS_PASSWORD"])
try: print(client.execute_command(${command}))
except redis.exceptions.NoPermissionError: print("refused")`;
    const openWebUi = (command: string) => inOpenWebUi(ask("open-webui", command));
    const liteLlm = (command: string) =>
      kubectl([...inNamespace, "exec", "deployment/litellm", "--", "python", "-c", ask("litellm", command)]).trim();
    expect(openWebUi('"SET", "open-webui:test", "1"')).toBe("True");
    expect(openWebUi('"GET", "litellm:provider_spend:bedrock:30d"')).toBe("refused");
    expect(openWebUi('"FLUSHALL"')).toBe("refused");
    expect(liteLlm('"SET", "litellm:test", "1"')).toBe("True");
    expect(liteLlm('"GET", "open-webui:session_pool"')).toBe("refused");
    expect(liteLlm('"CONFIG", "GET", "*"')).toBe("refused");
    expect(logs("deployment/litellm") + logs("open-webui-0")).not.toMatch(/NOPERM|no permissions|No permissions/);
  });
});
