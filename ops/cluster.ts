import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Failure } from "./failure";
import { interruption } from "./interruption";
import { type ProcessResult, runProcess, type StreamingProcess, startProcess, streamProcess } from "./processes";

/** A cluster as kubectl sees it. The context is fixed at the start: switching it meanwhile changes nothing. */
export class Cluster {
  readonly context: string;
  /** The API server's URL. */
  readonly server: string;

  private constructor(context: string, server: string) {
    this.context = context;
    this.server = server;
  }

  /**
   * The cluster of kubectl's current context.
   * @throws Failure when kubectl is missing, or there is no current context
   */
  static async current(): Promise<Cluster> {
    const { stdout } = await runProcess("kubectl", ["config", "current-context"], { accept: [0, 1] });
    const context = stdout.trim();
    if (context === "") {
      throw new Failure("kubectl has no current context.", "choose a cluster: kubectl config use-context NAME");
    }
    const jsonPath = "jsonpath={.clusters[0].cluster.server}";
    const view = ["config", "view", "--minify", `--context=${context}`, "-o", jsonPath];
    return new Cluster(context, (await runProcess("kubectl", view)).stdout);
  }

  /** For people, such as `k3s (https://192.0.2.7:6443)`. */
  toString(): string {
    return `${this.context} (${this.server})`;
  }

  /**
   * Runs kubectl to its end.
   * @param input - its standard input
   * @returns its standard output
   * @throws Failure with kubectl's own words
   */
  async kubectl(args: readonly string[], input?: string): Promise<string> {
    return (await this.try(args, input, [0])).stdout;
  }

  /** Runs kubectl to its end, also after an interruption. */
  async tidyUp(args: readonly string[]): Promise<void> {
    await runProcess("kubectl", [`--context=${this.context}`, ...args], { tidiesUp: true });
  }

  /** Starts a kubectl between two streams. */
  stream(args: readonly string[]): StreamingProcess {
    return streamProcess("kubectl", [`--context=${this.context}`, ...args]);
  }

  /** Runs kubectl to its end, and takes other exit codes for an answer, too. */
  try(args: readonly string[], input?: string, accept: readonly number[] = [0, 1]): Promise<ProcessResult> {
    const options = input === undefined ? { accept } : { accept, input };
    return runProcess("kubectl", [`--context=${this.context}`, ...args], options);
  }

  /** The objects that a `kubectl get` finds; none when there are none of that name. */
  async list<T>(args: readonly string[]): Promise<readonly T[]> {
    const text = await this.kubectl(["get", ...args, "--ignore-not-found", "-o", "json"]);
    if (text === "") return [];
    const found = JSON.parse(text) as T & { readonly items?: readonly T[] };
    return found.items ?? [found];
  }

  /**
   * Applies manifests on the server's side. They reach kubectl through a pipe, and no file.
   * @returns kubectl's line for each object
   */
  async apply(manifests: string): Promise<readonly string[]> {
    return (await this.kubectl(["apply", "--server-side", "-f", "-"], manifests)).trim().split("\n");
  }

  /** Starts a kubectl that runs until it is killed; its error output goes to this process'. */
  start(args: readonly string[]): ChildProcess {
    return startProcess("kubectl", [`--context=${this.context}`, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  }

  /**
   * Runs kubectl to its end, its output and errors being this process'.
   * @returns its exit code; none when a signal ended it
   */
  async print(args: readonly string[]): Promise<number | null> {
    const stdio = ["ignore", "inherit", "inherit"] as const;
    const child = startProcess("kubectl", [`--context=${this.context}`, ...args], { stdio: [...stdio] });
    const [code] = (await once(child, "exit")) as [number | null];
    return code;
  }

  /**
   * Connects a free port of this machine with a Service or pod while `use` runs: past the ingress and its sign-in, and
   * past network policies, which let in what comes from the node.
   * @param target - such as `service/litellm`
   */
  async forward<T>(
    namespace: string,
    target: string,
    port: number,
    use: (url: string, ended: Promise<never>) => Promise<T>,
  ): Promise<T> {
    const args = ["port-forward", "-n", namespace, target, `:${port}`, "--address=127.0.0.1"];
    const child = startProcess("kubectl", [`--context=${this.context}`, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const what = `${namespace} ${target}`;
    try {
      const url = `http://127.0.0.1:${await forwardedPort(child, what)}`;
      const ended = endOf(child, what);
      // Who doesn't wait for it fails by itself, and knows better what failed.
      ended.catch(() => {});
      return await use(url, ended);
    } finally {
      child.kill();
    }
  }
}

async function endOf(child: ChildProcess, target: string): Promise<never> {
  if (child.exitCode === null) await once(child, "exit");
  interruption.throwIfAborted();
  throw new Failure(`The connection to ${target} ended.`, "npm run status tells whether its pod has restarted");
}

async function forwardedPort(child: ChildProcess, target: string): Promise<string> {
  const errors: string[] = [];
  child.stderr?.on("data", (data) => errors.push(String(data)));
  const ended = once(child, "close").then(() => undefined);
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  const [line] = (await Promise.race([once(lines, "line"), ended])) ?? [];
  const port = /127\.0\.0\.1:(\d+) ->/.exec(String(line))?.[1];
  interruption.throwIfAborted();
  if (port === undefined) throw new Failure(`kubectl port-forward to ${target} failed: ${errors.join("").trim()}`);
  return port;
}
