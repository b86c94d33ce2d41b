import { spawn } from "node:child_process";
import { run } from "../run";

const name = "e2e-outside";

/** This machine's address towards the hosts: one for documentation (RFC 5737). */
const gateway = "198.51.100.1";

/**
 * Hosts outside the cluster, one per address, in place of networks that a test must not send to. They are in a network
 * namespace of this machine, behind a pair of interfaces. Needs root and iproute2.
 */
export class OutsideHosts {
  /** Runs a program on these hosts. */
  readonly command = ["ip", "netns", "exec", name] as const;

  readonly addresses: readonly string[];

  /** @param addresses - IPv4 addresses; for as long as the hosts are up, nothing real is reached there */
  constructor(addresses: readonly string[]) {
    this.addresses = addresses;
  }

  /** @throws when a part is missing */
  up(): void {
    if (process.getuid?.() !== 0)
      throw new Error("outside hosts: got a user that isn't root; this test makes network namespaces on this machine.");
    this.down();
    ip("netns", "add", name);
    ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name);
    ip("address", "add", `${gateway}/32`, "dev", name);
    ip("link", "set", name, "up");
    for (const address of this.addresses) ip("-n", name, "address", "add", `${address}/32`, "dev", "eth0");
    for (const device of ["lo", "eth0"]) ip("-n", name, "link", "set", device, "up");
    ip("-n", name, "route", "add", gateway, "dev", "eth0");
    ip("-n", name, "route", "add", "default", "via", gateway);
    for (const address of this.addresses) ip("route", "add", `${address}/32`, "dev", name);
  }

  /** Keeps a program running on these hosts, until `down`. */
  start(program: string, ...args: readonly string[]): void {
    const [ipProgram, ...rest] = this.command;
    spawn(ipProgram, [...rest, program, ...args], { stdio: ["ignore", "ignore", "inherit"] }).unref();
  }

  /** Also takes away what an interrupted run left. */
  down(): void {
    const names = run("ip", ["netns", "list"])
      .stdout.split("\n")
      .map((line) => line.split(" ")[0]);
    if (!names.includes(name)) return;
    const pids = run("ip", ["netns", "pids", name]).stdout.split("\n").filter(Boolean);
    if (pids.length > 0) run("kill", pids, { accept: [0, 1] });
    // The other interface and the routes go with it. Without this line they would stay for some time.
    run("ip", ["link", "delete", name], { accept: [0, 1] });
    ip("netns", "delete", name);
  }
}

function ip(...args: readonly string[]): void {
  run("ip", args);
}
