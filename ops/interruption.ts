import { setMaxListeners } from "node:events";
import { Interrupted } from "./failure";

const controller = new AbortController();

/** Aborted by Ctrl-C. What waits or asks takes it; what writes goes on to its end. */
export const interruption = controller.signal;

// Every request and every program listens.
setMaxListeners(0, interruption);

/**
 * Makes Ctrl-C end the command where it is safe to: programs that were started are told once and waited for, so that
 * Terraform can write its state. A second Ctrl-C ends at once.
 */
export function listenForInterruption(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (interruption.aborted) process.exit(new Interrupted().exitCode);
      controller.abort(new Interrupted());
    });
  }
}
