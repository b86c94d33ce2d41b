import { mebibytes } from "../../lib/mebibytes";

describe("mebibytes", () => {
  it.each([
    ["1Mi", 1],
    ["768Mi", 768],
    ["2Gi", 2048],
  ])("are, of %s, %d", (quantity, amount) => {
    expect(mebibytes(quantity)).toBe(amount);
  });

  it.each(["", "1", "1G", "0Mi", "1.5Gi", "131072Ki", "-1Mi", "1Mib"])("are no number for %j", (quantity) => {
    expect(mebibytes(quantity)).toBeNaN();
  });
});
