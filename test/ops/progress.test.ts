import { type Row, showProgress } from "../../ops/progress";

const printed: string[] = [];

beforeEach(() => {
  printed.length = 0;
  jest.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
});

afterEach(() => jest.restoreAllMocks());

/** Waits for its turn, so that the order shows what runs together. */
function row(name: string, ...states: readonly string[]): Row {
  return {
    name,
    run: async (report) => {
      for (const state of states) {
        report(state);
        await new Promise(setImmediate);
      }
    },
  };
}

const failing = (name: string): Row => ({ name, run: () => Promise.reject(new Error(`${name} failed`)) });

describe("showProgress without a terminal", () => {
  it("prints a line with the time for each report, one thing after the other", async () => {
    await showProgress([row("litellm", "starting", "ready"), row("redis", "ready")]);
    expect(printed).toEqual(
      ["   0 s  litellm: starting\n", "   0 s  redis: ready\n"].toSpliced(1, 0, "   0 s  litellm: ready\n"),
    );
  });

  it("runs them together when told so", async () => {
    await showProgress([row("litellm", "starting", "ready"), row("redis", "starting", "ready")], { together: true });
    expect(printed.map((line) => line.slice(8))).toEqual([
      "litellm: starting\n",
      "redis: starting\n",
      "litellm: ready\n",
      "redis: ready\n",
    ]);
  });

  it("prints nothing when silent, and runs all the same", async () => {
    let ran = false;
    const run = async () => {
      ran = true;
    };
    await showProgress([{ name: "litellm", run }], { silent: true });
    expect({ printed, ran }).toEqual({ printed: [], ran: true });
  });

  it("fails with the first failure, and doesn't begin what comes after", async () => {
    await expect(showProgress([failing("litellm"), row("redis", "ready")])).rejects.toThrow("litellm failed");
    expect(printed).toEqual([]);
  });

  it("waits for what runs together with a failure", async () => {
    const rows = [failing("litellm"), row("redis", "starting", "ready")];
    await expect(showProgress(rows, { together: true })).rejects.toThrow("litellm failed");
    expect(printed.at(-1)).toBe("   0 s  redis: ready\n");
  });
});
