import { findHints } from "../../../ops/status/hints";
import type { PodStatus } from "../../../ops/status/pods";
import type { Status } from "../../../ops/status/status";
import { accept, minimal } from "../../support/config-input";

const fine: PodStatus = { name: "litellm-1", workload: "litellm", state: "ready", restarts: 0 };

function statusWith(pod: Partial<PodStatus>, changes: Partial<Status> = {}): Status {
  return {
    at: "2026-11-26T08:00:00Z",
    cluster: "k3s",
    namespace: "open-webui",
    pods: { value: { pods: [{ ...fine, ...pod }], missing: [], usage: { value: "kubelet" } } },
    outdated: { value: [] },
    use: { unreadable: "no" },
    provisioning: { value: null },
    lastErrors: { unreadable: "no" },
    accessKeys: { value: [{ id: "…ABCD", status: "active", days: 90 }] },
    lastBackup: { unreadable: "no" },
    ...changes,
  };
}

const hints = (pod: Partial<PodStatus>, changes: Partial<Status> = {}, input: unknown = minimal) =>
  findHints(statusWith(pod, changes), accept(input));

describe("what wants a person", () => {
  it("is nothing while all is well, and nothing of what can't be read", () => {
    expect(hints({ memory: 89, memoryLimit: 100 })).toEqual([]);
    expect(hints({}, { accessKeys: { unreadable: "ExpiredToken" }, outdated: { unreadable: "no" } })).toEqual([]);
    expect(hints({}, { provisioning: { value: { job: "open-webui-provisioner-1", state: "done" } } })).toEqual([]);
    expect(hints({}, { provisioning: { unreadable: "no" } })).toEqual([]);
  });

  it.each<[string, Partial<PodStatus>, Partial<Status>, object]>([
    [
      "a pod that isn't ready",
      { name: "redis-1", workload: "open-webui-redis", state: "starting" },
      {},
      {
        level: "problem",
        what: "redis-1: starting",
        mend: "npm run logs -- redis, or kubectl -n open-webui describe pod redis-1",
      },
    ],
    [
      "one that was killed at its limit",
      { lastEnd: "OOMKilled" },
      {},
      {
        level: "warning",
        what: "litellm-1 was killed at its memory limit",
        mend: "docs/operations.md#outofmemory",
      },
    ],
    [
      "assistants that weren't brought",
      {},
      { provisioning: { value: { job: "open-webui-provisioner-1", state: "failed" } } },
      {
        level: "warning",
        what: "assistants and prompts weren't brought into Open WebUI: Job open-webui-provisioner-1 failed",
        mend: "read kubectl -n open-webui logs job/open-webui-provisioner-1, mend it, and npm run deploy",
      },
    ],
    [
      "one that is near it",
      { memory: 90, memoryLimit: 100 },
      {},
      { level: "warning", what: "litellm-1 is near its memory limit", mend: "docs/operations.md#memorynearlimit" },
    ],
    [
      "a workload without a pod",
      {},
      { pods: { value: { pods: [], missing: ["open-webui"], usage: { value: "kubelet" } } } },
      {
        level: "problem",
        what: "open-webui has no pod",
        mend: "kubectl -n open-webui describe statefulset open-webui",
      },
    ],
    [
      "no stack",
      {},
      { pods: { unreadable: "No stack is in Namespace open-webui on k3s." } },
      { level: "problem", what: "No stack is in Namespace open-webui on k3s.", mend: "npm run doctor" },
    ],
    [
      "a pod of an older revision",
      {},
      { outdated: { value: [{ name: "open-webui-0", workload: "open-webui", isReady: true, newImages: [] }] } },
      {
        level: "warning",
        what: "open-webui-0 runs an older revision than open-webui describes: Kubernetes leaves it until it is deleted",
        mend: "npm run deploy, which replaces it with your consent; nobody can chat for 10 s to a minute",
      },
    ],
    [
      "an old access key",
      {},
      { accessKeys: { value: [{ id: "…ABCD", status: "active", days: 91 }] } },
      {
        level: "warning",
        what: "access key …ABCD is 91 days old; the limit is 90",
        mend: "npm run rotate-key",
      },
    ],
  ])("is %s", (_, pod, changes, hint) => {
    expect(hints(pod, changes)).toEqual([hint]);
  });
});
