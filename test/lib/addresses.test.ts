import { isPublicBlock } from "../../lib/addresses";

describe("isPublicBlock", () => {
  it.each(["203.0.113.7/32", "8.8.8.0/24", "2001:db8::/32"])("takes %s", (cidr) => {
    expect(isPublicBlock(cidr)).toBe(true);
  });

  it.each([
    "10.42.0.0/16",
    "192.168.1.5/32",
    "169.254.169.254/32",
    "0.0.0.0/0",
    "fd00::/8",
    "::/0",
  ])("refuses %s", (cidr) => {
    expect(isPublicBlock(cidr)).toBe(false);
  });
});
