import { readFileSync } from "node:fs";
import path from "node:path";
import { transformSync } from "esbuild";
import { hardenedContainer, hardenedPod } from "../../../k8s/constructs/hardened-pod";
import { images } from "../../../lib/versions";
import type { TestStack } from "../support/test-stack";
import type { CallsOptions, CallsResult, ChatsOptions } from "./program";

const name = "load";
const labels = { app: name };

/** A pod in a stack's Namespace that may talk to every pod of it, and what it does there. */
export class LoadGenerator {
  private readonly stack: TestStack;
  private readonly program: string;

  constructor(stack: TestStack) {
    this.stack = stack;
    const source = readFileSync(path.join(__dirname, "program.ts"), "utf8");
    this.program = transformSync(source, { loader: "ts", format: "cjs" }).code;
  }

  /** Starts the pod and waits until it is ready. It goes with the Namespace. */
  deploy(): void {
    this.stack.kubectl(
      ["apply", "--server-side", "-f", "-"],
      JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
    );
    this.stack.kubectl(["wait", "--for=condition=Ready", `pod/${name}`, "--timeout=60s"]);
  }

  /** Begins chats in Open WebUI, without a sign-in of its own, and waits for their answers and titles. */
  makeChats(options: ChatsOptions): Promise<{ readonly seconds: number }> {
    return this.run("chats", options);
  }

  /** Calls a model, directly or through LiteLLM. */
  makeCalls(options: CallsOptions): Promise<CallsResult> {
    return this.run("calls", options);
  }

  private async run<Result>(command: string, options: unknown): Promise<Result> {
    const args = ["exec", "-i", name, "--", "node", "-", command, JSON.stringify(options)];
    return JSON.parse(await this.stack.kubectlInBackground(args, this.program)) as Result;
  }
}

/** Policies add up: these let the pod in beside those that the stack's own pods have. */
const objects = [
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels },
    spec: {
      ...hardenedPod,
      containers: [{ ...hardenedContainer, name, image: images.node, command: ["sleep", "infinity"] }],
      terminationGracePeriodSeconds: 0,
    },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: `${name}-egress` },
    spec: { podSelector: { matchLabels: labels }, policyTypes: ["Egress"], egress: [{}] },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: `${name}-ingress` },
    spec: {
      podSelector: {},
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: { matchLabels: labels } }] }],
    },
  },
];
