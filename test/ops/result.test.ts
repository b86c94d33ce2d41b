import { tell } from "../../ops/result";

const printed: string[] = [];

beforeEach(() => {
  printed.length = 0;
  jest.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
});

afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
});

describe("what a command ends with", () => {
  it("is lines, and at the end what to do next", () => {
    tell({ lines: ["All is well."], next: "npm run verify" });
    expect(printed.join("")).toBe("All is well.\nnext: npm run verify\n");
    expect(process.exitCode).toBeUndefined();
  });

  it("is data alone with --json", () => {
    tell({ lines: ["All is well."], data: { findings: [] }, next: "npm run verify" }, true);
    expect(JSON.parse(printed.join(""))).toEqual({ findings: [], next: "npm run verify" });
  });

  it("sets the exit code when something has to be mended", () => {
    tell({ next: "mend it", failed: true });
    expect(process.exitCode).toBe(1);
  });
});
