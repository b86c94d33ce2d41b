/**
 * A program for both ends of a connection, in pods and on hosts, run as `node -e` with its bundled text (bundle.ts):
 *
 * - `listen PORT…` answers on each of the ports, on TCP and UDP, until it is stopped;
 * - `probe JSON` connects to all `ProbeTarget`s of the JSON at once and prints an `Outcome` for each, in their order.
 *
 * What is neither an answer nor a refusal (no route, an unknown name) ends it with an error: only the network policies
 * may be the reason for a refusal.
 */
import { createSocket } from "node:dgram";
import { connect, createServer } from "node:net";
import { networkInterfaces } from "node:os";

export interface ProbeTarget {
  readonly address: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

export type Outcome = "reached" | "refused";

/** Policies that drop packets instead of rejecting them are noticed by this time only. */
const timeoutMilliseconds = 5000;

/** What a rejected packet looks like to the sender; dropped ones time out. */
const refusals = new Set(["ECONNREFUSED", "EHOSTUNREACH", "EACCES", "ETIMEDOUT"]);

/** Asks a DNS server for the root's name servers: it answers in any case. Our own listeners send it back. */
const question = Buffer.from("4f57010000010000000000000000020001", "hex");

function listen(port: number): void {
  const ignoreTaken = (error: NodeJS.ErrnoException) => {
    // The pod's own program listens there.
    if (error.code !== "EADDRINUSE") throw error;
  };
  createServer((socket) => socket.on("error", () => {}).end())
    .on("error", ignoreTaken)
    .listen(port, "0.0.0.0");
  // A socket per address: an answer has to come from the address that was asked.
  for (const address of ownAddresses()) {
    const udp = createSocket("udp4");
    udp
      .on("error", ignoreTaken)
      .on("message", (message, sender) => udp.send(message, sender.port, sender.address))
      .bind(port, address);
  }
}

function ownAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ family }) => family === "IPv4").map(({ address }) => address);
}

/** @throws for an error that is no refusal */
function outcomeOf(error: NodeJS.ErrnoException): Outcome {
  if (refusals.has(error.code ?? "")) return "refused";
  throw error;
}

function probeTcp({ address, port }: ProbeTarget): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (outcome: Outcome) => {
      clearTimeout(timeout);
      socket.destroy();
      resolve(outcome);
    };
    const timeout = atTimeout(() => end("refused"));
    socket.on("connect", () => end("reached")).on("error", (error) => end(outcomeOf(error)));
  });
}

function probeUdp({ address, port }: ProbeTarget): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const end = (outcome: Outcome) => {
      clearInterval(resend);
      clearTimeout(timeout);
      socket.removeAllListeners().on("error", () => {});
      resolve(outcome);
    };
    // A packet may get lost.
    const resend = setInterval(() => socket.send(question), timeoutMilliseconds / 10);
    const timeout = atTimeout(() => end("refused"));
    socket
      .unref()
      .on("message", () => end("reached"))
      .on("error", (error) => end(outcomeOf(error)))
      .connect(port, address, () => socket.send(question));
  });
}

/** An answer that came in time counts, also when this process was too slow to read it. */
function atTimeout(end: () => void): NodeJS.Timeout {
  return setTimeout(() => setImmediate(end), timeoutMilliseconds);
}

async function main(mode: string | undefined, ...args: readonly string[]): Promise<void> {
  if (mode === "listen") {
    // As process 1 of a container it would ignore SIGTERM.
    process.on("SIGTERM", () => process.exit());
    args.map(Number).forEach(listen);
    return;
  }
  const targets = JSON.parse(args[0] ?? "[]") as readonly ProbeTarget[];
  const probes = targets.map((target) => (target.protocol === "TCP" ? probeTcp(target) : probeUdp(target)));
  console.log(JSON.stringify(await Promise.all(probes)));
}

void main(...(process.argv.slice(1) as [string]));
