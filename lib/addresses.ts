import { BlockList, isIPv6 } from "node:net";

/**
 * Addresses that are not the public internet: private networks, this host, link-local with the cloud's metadata
 * service, carrier-grade NAT, benchmarking, multicast and reserved. Source: RFC 6890 and RFC 4291. Documentation
 * ranges aren't listed: nothing answers there.
 */
export const notPublicV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/4",
  "240.0.0.0/4",
] as const;
// IPv4-mapped addresses (::ffff:0:0/96) can't be listed: Kubernetes reads them as IPv4, where the rules above apply.
export const notPublicV6 = ["::/127", "64:ff9b::/96", "fc00::/7", "fe80::/10", "ff00::/8"] as const;

/** @param cidr - a block, told by its first address */
export function isPublicBlock(cidr: string): boolean {
  const [address = ""] = cidr.split("/");
  const blocks = new BlockList();
  for (const [ranges, family] of [
    [notPublicV4, "ipv4"],
    [notPublicV6, "ipv6"],
  ] as const) {
    for (const range of ranges) {
      const [net = "", prefix] = range.split("/");
      blocks.addSubnet(net, Number(prefix), family);
    }
  }
  return !blocks.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
