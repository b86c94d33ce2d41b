import { checkRoom, place, type Room } from "../../../ops/checks/room";
import { clusterContext } from "../../support/checks";

const room = (name: string, memory: number, cpu = 1): Room => ({ name, memory, cpu });

describe("place", () => {
  it("finds a node for each pod, the largest first", () => {
    expect(place([room("small", 1), room("large", 3)], [room("one", 3), room("two", 2)])).toBeUndefined();
  });

  it.each([
    ["memory is short", [room("a", 2), room("b", 2)], [room("one", 3)], "b"],
    ["CPU is short", [room("a", 1, 0.6), room("b", 1, 0.6)], [room("one", 9, 1)], "b"],
    ["there is no node", [room("a", 1)], [], "a"],
  ])("tells which finds none: %s", (_, wanted, free, name) => {
    expect(place(wanted, free)?.name).toBe(name);
  });
});

interface NodeOptions {
  readonly memory?: string;
  readonly taints?: readonly object[];
  readonly conditions?: readonly object[];
}

const node = ({ memory = "4Gi", taints = [], conditions = [{ type: "Ready", status: "True" }] }: NodeOptions = {}) => ({
  metadata: { name: "one" },
  spec: { taints },
  status: { allocatable: { cpu: "2", memory }, conditions },
});

const pod = (namespace: string, memory: string, phase = "Running") => ({
  metadata: { namespace },
  spec: { nodeName: "one", containers: [{ resources: { requests: { memory, cpu: "100m" } } }] },
  status: { phase },
});

function check(nodes: readonly object[], pods: readonly object[] = []) {
  return clusterContext({ "get nodes": { items: nodes }, "get pods": { items: pods } }).then(checkRoom);
}

describe("room on the nodes", () => {
  it("is what others leave; what runs of the stack, or has ended, takes none", async () => {
    const pods = [pod("default", "1Gi"), pod("open-webui", "3Gi"), pod("default", "3Gi", "Succeeded")];
    expect(await check([node()], pods)).toEqual([
      { level: "ok", what: "room for 3 pods, which ask for 704Mi; free: one 3072Mi, 1.9 CPU" },
    ]);
  });

  it("isn't enough: the pod that finds none is named", async () => {
    expect(await check([node({ memory: "1Gi" })], [pod("default", "512Mi")])).toEqual([
      {
        level: "problem",
        what: "no node has room for open-webui, which asks for 288Mi of memory and 0.1 CPU; free: one 512Mi, 1.9 CPU",
        why: "its pod would stay pending",
        mend: "make room (kubectl describe nodes shows what takes it), add a node, or lower the component's resources in the configuration",
      },
    ]);
  });

  it.each([
    ["tainted", node({ taints: [{ effect: "NoSchedule" }] })],
    ["not ready", node({ conditions: [{ type: "Ready", status: "False" }] })],
    ["cordoned", { ...node(), spec: { unschedulable: true } }],
  ])("isn't on a node that is %s", async (_, given) => {
    expect(await check([given])).toMatchObject([
      { level: "problem", what: expect.stringContaining("free: no node that takes pods") },
    ]);
  });

  it("is told of where a node is under pressure", async () => {
    const [pressure] = await check([
      node({
        conditions: [
          { type: "DiskPressure", status: "True" },
          { type: "Ready", status: "True" },
        ],
      }),
    ]);
    expect(pressure).toMatchObject({ level: "warning", what: "node one is under DiskPressure" });
  });
});
