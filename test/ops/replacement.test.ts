import { Cluster } from "../../ops/cluster";
import { findOutdatedPods } from "../../ops/replacement";
import { FakePrograms } from "../support/fake-programs";
import { livePod, liveWorkload, waitingFor } from "../support/live-objects";

const before = process.env["PATH"];

afterEach(() => {
  process.env["PATH"] = before;
});

async function find(...items: readonly object[]) {
  const current = { "config current-context": "k3s", "config view": "https://192.0.2.7:6443" };
  const programs = new FakePrograms({ kubectl: { ...current, "get ": { items } } });
  process.env["PATH"] = programs.path();
  return findOutdatedPods(await Cluster.current(), "chat");
}

const chat = liveWorkload("StatefulSet", "open-webui");

describe("findOutdatedPods", () => {
  it("finds none behind its description", async () => {
    expect(await find(chat, livePod("open-webui"))).toEqual([]);
  });

  it("finds one whose settings are older", async () => {
    expect(await find(chat, livePod("open-webui", { revision: "old" }))).toEqual([
      { name: "open-webui-0", workload: "open-webui", isReady: true, newImages: [] },
    ]);
  });

  it("tells that it gets another image, and that it isn't ready", async () => {
    const pod = livePod("open-webui", {
      revision: "old",
      image: "open-webui:0",
      status: waitingFor("CrashLoopBackOff"),
    });
    expect(await find(chat, pod)).toEqual([
      { name: "open-webui-0", workload: "open-webui", isReady: false, newImages: ["open-webui:1"] },
    ]);
  });

  it("leaves to Kubernetes what Kubernetes replaces", async () => {
    const rolling = liveWorkload("StatefulSet", "open-webui", { spec: { updateStrategy: { type: "RollingUpdate" } } });
    const pods = [livePod("open-webui", { revision: "old" }), livePod("litellm", { revision: "old" })];
    expect(await find(rolling, liveWorkload("Deployment", "litellm"), ...pods)).toEqual([]);
  });
});
