import { Cluster } from "../../ops/cluster";
import type { Failure } from "../../ops/failure";
import { forgetEndedJob, readProvisioning, waitForProvisioning } from "../../ops/provisioning";
import { accept, minimal } from "../support/config-input";
import { type Answers, FakePrograms } from "../support/fake-programs";

const config = accept({ ...minimal, namespace: "chat" });
const before = process.env["PATH"];

afterEach(() => {
  process.env["PATH"] = before;
});

const name = "open-webui-provisioner-1a2b3c4d5e";

function job(
  state: "Complete" | "Failed" | undefined,
  metadata: { readonly name: string; readonly creationTimestamp?: string } = { name },
) {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata,
    status: { conditions: state === undefined ? [] : [{ type: state, status: "True" }] },
  };
}

async function connect(kubectl: Answers) {
  const current = { "config current-context": "k3s", "config view": "https://192.0.2.7:6443" };
  const programs = new FakePrograms({ kubectl: { ...current, ...kubectl } });
  process.env["PATH"] = programs.path();
  return { cluster: await Cluster.current(), programs };
}

/** Waits for the Job; fake programs' answers stay the same, whatever is done. */
async function wait(kubectl: Answers, described: readonly object[] = [job(undefined)]) {
  const { cluster, programs } = await connect(kubectl);
  let applied = 0;
  const options = {
    namespace: "chat",
    timeoutSeconds: 0,
    apply: async () => {
      applied += 1;
    },
  };
  const failure = await waitForProvisioning(
    cluster,
    described as Parameters<typeof waitForProvisioning>[1],
    options,
  ).then(
    () => undefined,
    (error: Failure) => error,
  );
  return { failure, applied, programs };
}

jest.spyOn(process.stdout, "write").mockImplementation(() => true);

describe("waiting for what brings assistants", () => {
  it("takes no time where nothing is declared", async () => {
    const { failure, programs } = await wait({}, [{ kind: "Job", metadata: { name: "another" } }]);
    expect(failure).toBeUndefined();
    expect(programs.calls().filter((call) => call.includes("job"))).toEqual([]);
  });

  it("ends when it is done", async () => {
    expect(await wait({ [`get job ${name}`]: job("Complete") })).toMatchObject({ failure: undefined, applied: 0 });
  });

  it("makes a Job again that is gone since it ended", async () => {
    expect(await wait({ [`get job ${name}`]: "", logs: "" })).toMatchObject({ applied: 1 });
  });

  it("makes one again that failed, and fails with its own words when it fails again", async () => {
    const { failure, applied, programs } = await wait({
      [`get job ${name}`]: job("Failed"),
      [`job-name=${name}`]: { items: [{ metadata: { name: "first" } }, { metadata: { name: "last" } }] },
      "logs last": "guide: somebody made an entry with this id\n",
    });
    expect(programs.changes()).toEqual([`kubectl delete job ${name} -n chat --wait`]);
    expect(applied).toBe(1);
    expect(failure).toMatchObject({
      message: `Assistants and prompts weren't brought: Job ${name} failed.\nguide: somebody made an entry with this id`,
      next: "mend what its log says, and run npm run deploy again",
    });
  });

  it("fails when it takes too long", async () => {
    const { failure } = await wait({ [`get job ${name}`]: job(undefined), logs: "" });
    expect(failure?.message).toBe(`Assistants and prompts weren't brought: Job ${name} runs.`);
  });
});

describe("a Job of an earlier time with the same declaration", () => {
  const forget = async (state: object | "") => {
    const { cluster, programs } = await connect({ [`get job ${name}`]: state });
    await forgetEndedJob(cluster, "chat", [job(undefined)]);
    return programs.changes();
  };

  it("goes when it has ended, so that it runs again, and stays while it runs", async () => {
    const removed = [`kubectl delete job ${name} -n chat --wait`];
    expect(await forget(job("Complete"))).toEqual(removed);
    expect(await forget(job("Failed"))).toEqual(removed);
    expect(await forget(job(undefined))).toEqual([]);
    expect(await forget("")).toEqual([]);
  });
});

describe("reading the newest Job", () => {
  const read = async (items: readonly object[]) => {
    const { cluster } = await connect({ "get jobs": { items } });
    return readProvisioning(cluster, config);
  };

  it("tells its state, or that there is none", async () => {
    const old = job("Failed", { name: "old", creationTimestamp: "2026-01-01T00:00:00Z" });
    const newest = job(undefined, { name: "new", creationTimestamp: "2026-01-02T00:00:00Z" });
    expect(await read([newest, old])).toEqual({ job: "new", state: "runs" });
    expect(await read([old])).toEqual({ job: "old", state: "failed" });
    expect(await read([])).toBeNull();
  });
});
