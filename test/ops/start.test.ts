import { describeStart, type Pod } from "../../ops/start";

function pod(status: Pod["status"]): Pod {
  return { metadata: { name: "litellm-0", labels: { app: "litellm" } }, status };
}

const waiting = (reason?: string, message?: string) =>
  pod({
    containerStatuses: [
      { ready: false, state: { waiting: { ...(reason && { reason }), ...(message && { message }) } } },
    ],
  });

describe("how far a pod is", () => {
  it.each([
    ["ready", pod({ containerStatuses: [{ ready: true, state: {} }] })],
    ["starting", pod({ containerStatuses: [{ ready: false, state: {} }] })],
    ["starting", pod({})],
    ["preparing image and volumes", waiting("ContainerCreating")],
    ["preparing image and volumes", waiting("PodInitializing")],
    ["ImagePullBackOff: no such image", waiting("ImagePullBackOff", "no such image")],
    ["CrashLoopBackOff", waiting("CrashLoopBackOff")],
    [
      "waits for a node or a volume: 0/1 nodes are available: 1 Insufficient memory",
      pod({
        conditions: [
          {
            type: "PodScheduled",
            status: "False",
            message: "0/1 nodes are available: 1 Insufficient memory. preemption: not helpful.",
          },
        ],
      }),
    ],
    [
      "waits for a node or a volume: no reason is told",
      pod({ conditions: [{ type: "PodScheduled", status: "False" }] }),
    ],
    [
      "ready",
      pod({
        conditions: [{ type: "PodScheduled", status: "True" }],
        containerStatuses: [{ ready: true, state: {} }],
      }),
    ],
    [
      "stopping",
      { metadata: { name: "litellm-0", labels: {}, deletionTimestamp: "2026-01-01T00:00:00Z" }, status: {} },
    ],
  ])("is told as %j", (text, given) => {
    expect(describeStart(given)).toBe(text);
  });
});
