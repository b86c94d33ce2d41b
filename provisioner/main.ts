/**
 * Runs in the cluster, as a Job: brings assistants and system prompts into Open WebUI. Settings come from the
 * environment: see k8s/constructs/open-webui/provisioner.ts.
 */
import { readFileSync } from "node:fs";
import { secretKeys } from "../lib/naming";
import type { Provisioning } from "../lib/provisioning";
import { sha256 } from "../lib/sha256";
import { NeedsPerson } from "./needs-person";
import { OpenWebUi } from "./open-webui";
import { provision } from "./provision";

const readySeconds = 600;
/** With this exit code the Job isn't tried again. */
const needsPersonCode = 3;

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} isn't set.`);
  return value;
}

/** An older run may find the newer run's declaration where its own was: that is the newer one's to bring. */
function readDeclaration(): Provisioning {
  const text = readFileSync(setting("DECLARATION_FILE"), "utf8");
  if (sha256(text) !== setting("DECLARATION_SHA256")) throw new Error("The declaration is another Job's.");
  return JSON.parse(text) as Provisioning;
}

async function main(): Promise<void> {
  const openWebUi = new OpenWebUi({
    url: setting("OPEN_WEBUI_URL"),
    signIn: readDeclaration().signIn,
    password: process.env[secretKeys.openWebUi.adminPassword],
  });
  await openWebUi.waitUntilReady(readySeconds);
  await provision(openWebUi, readDeclaration(), (line) => process.stdout.write(`${line}\n`));
}

// It is the first process of its container: without a handler signals would do nothing.
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(1));

main().catch((error: Error) => {
  // Beside the steps, in whose order it is read: two streams come into a pod's log in any order.
  process.stdout.write(`${error.message}${error.cause instanceof Error ? `: ${error.cause.message}` : ""}\n`);
  process.exitCode = error instanceof NeedsPerson ? needsPersonCode : 1;
});
