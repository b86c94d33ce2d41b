import { Cluster } from "../../ops/cluster";
import type { Failure } from "../../ops/failure";
import { describeWorkload, podsOf, waitForRollout } from "../../ops/rollout";
import { type Answers, FakePrograms, fails } from "../support/fake-programs";
import { livePod, liveWorkload, waitingFor } from "../support/live-objects";

const before = process.env["PATH"];
const print = jest.spyOn(process.stdout, "write");

beforeEach(() => print.mockReturnValue(true));

afterEach(() => {
  process.env["PATH"] = before;
  print.mockReset();
});

const litellm = livePod("litellm");
const other = (name: string, creationTimestamp: string) =>
  livePod("litellm", { metadata: { name, creationTimestamp }, status: waitingFor("ContainerCreating") });

describe("how far a workload is", () => {
  it.each([
    ["ready", liveWorkload("Deployment", "litellm"), [litellm]],
    ["ready", liveWorkload("StatefulSet", "litellm"), [livePod("litellm", { revision: "old" })]],
    ["waits for a pod", liveWorkload("Deployment", "litellm", { status: { observedGeneration: 1 } }), [litellm]],
    ["waits for a pod", liveWorkload("Deployment", "litellm", { status: { replicas: 2 } }), [litellm]],
    ["waits for a pod", liveWorkload("Deployment", "litellm", { status: { updatedReplicas: 0 } }), [litellm]],
    ["waits for a pod", liveWorkload("StatefulSet", "litellm"), []],
    [
      "waits for a pod",
      liveWorkload("StatefulSet", "litellm"),
      [livePod("litellm", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } })],
    ],
    [
      "ImagePullBackOff: no such image",
      liveWorkload("Deployment", "litellm", { status: { availableReplicas: 0 } }),
      [litellm, livePod("litellm", { status: waitingFor("ImagePullBackOff", "no such image") })],
    ],
    [
      "exceeded quota: pods",
      liveWorkload("Deployment", "litellm", {
        status: {
          replicas: 0,
          conditions: [{ type: "ReplicaFailure", status: "True", message: "exceeded quota: pods" }],
        },
      }),
      [],
    ],
  ])("is told as %j", (text, workload, pods) => {
    expect(describeWorkload(workload, pods)).toBe(text);
  });

  it("is that of its own pods, the newest first", () => {
    const pods = [other("older", "2026-01-01T00:00:00Z"), livePod("redis"), other("newer", "2026-01-01T00:00:01Z")];
    const names = podsOf(liveWorkload("Deployment", "litellm"), pods).map(({ metadata }) => metadata.name);
    expect(names).toEqual(["newer", "older"]);
  });
});

describe("waitForRollout", () => {
  async function wait(kubectl: Answers, times: { timeoutSeconds?: number; patienceSeconds?: number } = {}) {
    const current = { "config current-context": "k3s", "config view": "https://192.0.2.7:6443" };
    const programs = new FakePrograms({ kubectl: { ...current, ...kubectl } });
    process.env["PATH"] = programs.path();
    const options = { namespace: "chat", workloads: ["litellm", "redis"], timeoutSeconds: 0.1, ...times };
    const failure = await waitForRollout(await Cluster.current(), options).catch((error: Failure) => error);
    return { failure, calls: programs.calls() };
  }

  const workloads = "get deployments,statefulsets,pods";
  const redis = [liveWorkload("Deployment", "redis"), livePod("redis")];
  const behind = liveWorkload("Deployment", "litellm", { status: { availableReplicas: 0 } });
  const killed = {
    containerStatuses: [
      {
        name: "litellm",
        ready: false,
        restartCount: 3,
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
        lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } },
      },
    ],
  };
  const event = (reason: string, message: string, count: number, type = "Warning", name = "litellm-0") => ({
    type,
    reason,
    message,
    count,
    lastTimestamp: `2026-01-01T00:00:0${count}Z`,
    involvedObject: { kind: "Pod", name },
  });

  it("ends when all are ready, and shows how far each is", async () => {
    const { failure } = await wait({
      [workloads]: { items: [liveWorkload("Deployment", "litellm"), litellm, ...redis] },
    });
    expect(failure).toBeUndefined();
    const told = print.mock.calls.map(([line]) =>
      String(line)
        .trim()
        .replace(/^\d+ s {2}/, ""),
    );
    expect(told).toEqual(["litellm: ready", "redis: ready"]);
  });

  it("fails with each one's state, the pod's warnings in order of time, and the last lines before the restart", async () => {
    const { failure, calls } = await wait({
      [workloads]: {
        items: [behind, livePod("litellm", { status: killed }), ...redis],
      },
      "get events": {
        items: [
          event("BackOff", "Back-off restarting", 4),
          event("Unhealthy", "Startup probe failed", 1),
          event("Pulled", "Image pulled", 2, "Normal"),
          event("BackOff", "of another pod", 3, "Warning", "redis-0"),
        ],
      },
      "logs ": "line 1\nKeyError: 'models'\n",
    });
    expect(failure).toMatchObject({
      message: [
        "Not everything gets ready:",
        "  - litellm: CrashLoopBackOff: back-off",
        "The container litellm was started again 3 times; it ended with OOMKilled, code 137.",
        "Events of litellm-0:",
        "  Unhealthy: Startup probe failed",
        "  BackOff (4 times): Back-off restarting",
        "Last lines of its log:",
        "  line 1",
        "  KeyError: 'models'",
      ].join("\n"),
      next: "mend it and run the command again; look closer with kubectl -n chat describe pods",
    });
    expect(calls).toContain("kubectl logs -n chat litellm-0 --tail=15 --previous");
  });

  it("goes without a log where no container ever started", async () => {
    const status = waitingFor("ImagePullBackOff", "no such image");
    const { failure, calls } = await wait({
      [workloads]: { items: [behind, livePod("litellm", { status }), ...redis] },
      "get events": { items: [] },
      "logs ": fails("container is waiting to start"),
    });
    expect(failure).toMatchObject({
      message: "Not everything gets ready:\n  - litellm: ImagePullBackOff: no such image",
    });
    expect(calls).toContain("kubectl logs -n chat litellm-0 --tail=15");
  });

  it("tells a workload that isn't there", async () => {
    const { failure } = await wait({ [workloads]: { items: redis }, "get events": { items: [] } });
    expect(failure).toMatchObject({ message: "Not everything gets ready:\n  - litellm: isn't there" });
  });

  it("loses patience with what doesn't mend itself long before the time is over", async () => {
    const status = waitingFor("ErrImagePull");
    const { failure } = await wait(
      { [workloads]: { items: [behind, livePod("litellm", { status }), ...redis] }, "get events": { items: [] } },
      { timeoutSeconds: 600, patienceSeconds: 0.5 },
    );
    expect(failure).toMatchObject({ message: "Not everything gets ready:\n  - litellm: ErrImagePull" });
  });

  it("fails at once when kubectl does", async () => {
    const { failure } = await wait({ [workloads]: fails("connection refused") }, { timeoutSeconds: 600 });
    expect(failure).toMatchObject({ message: expect.stringContaining("failed: connection refused") });
  });
});
