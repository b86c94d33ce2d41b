import { simulatedBedrock } from "../../../lib/naming";
import type { LoggedRequest } from "../../../simulator/requests-log";
import { kubectl } from "./kubectl";

/** What the simulated Bedrock of a Namespace was asked since it was last forgotten, oldest first. */
export function bedrockRequests(namespace: string): readonly LoggedRequest[] {
  return JSON.parse(control(namespace, "GET")) as LoggedRequest[];
}

export function forgetBedrockRequests(namespace: string): void {
  control(namespace, "DELETE");
}

function control(namespace: string, method: string): string {
  const url = `http://127.0.0.1:${simulatedBedrock.controlPort}/requests`;
  const script = `fetch("${url}", { method: "${method}" }).then((answer) => answer.text()).then(console.log)`;
  return kubectl(["-n", namespace, "exec", `deployment/${simulatedBedrock.name}`, "--", "node", "-e", script]).trim();
}
