import { once } from "node:events";
import { createServer } from "node:net";
import { components, ports } from "../lib/naming";
import type { Cluster } from "./cluster";
import { Failure } from "./failure";

export interface ForwardOptions {
  readonly namespace: string;
  /** Port of this machine. */
  readonly port: number;
  /** Called once the chat can be reached. */
  readonly onReady: () => void;
  /** What to do when the connection ends by itself. */
  readonly next: string;
}

/** Forwards a port of this machine to the chat, past the ingress and its sign-in, until the person ends it. */
export async function forwardChat(cluster: Cluster, { namespace, port, onReady, next }: ForwardOptions): Promise<void> {
  const target = ["-n", namespace, `service/${components.openWebUi}`, `${port}:${ports.openWebUiService}`];
  const child = cluster.start(["port-forward", ...target]);
  child.stdout?.once("data", onReady);
  const [code] = await once(child, "exit");
  if (typeof code === "number" && code !== 0) throw new Failure("The port-forward ended.", next);
}

/**
 * Before anything else: kubectl would find out at the very end.
 * @param command - the command that takes another port
 */
export async function requireFreePort(port: number, command: string): Promise<void> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    throw new Failure(`Port ${port} of this machine is in use; give another one: ${command} --port 9090.`);
  } finally {
    server.close();
  }
}
