import { type ChildProcess, execFile, spawn } from "node:child_process";
import { Failure } from "./failure";

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
    const context = (await kubectl(["config", "current-context"])).trim();
    const jsonPath = "jsonpath={.clusters[0].cluster.server}";
    return new Cluster(context, await kubectl(["config", "view", "--minify", `--context=${context}`, "-o", jsonPath]));
  }

  /**
   * Runs kubectl to its end.
   * @param input - its standard input
   * @returns its standard output
   * @throws Failure with kubectl's own words
   */
  kubectl(args: readonly string[], input?: string): Promise<string> {
    return kubectl([`--context=${this.context}`, ...args], input);
  }

  /** The objects that a `kubectl get` finds; none when there are none of that name. */
  async list<T>(args: readonly string[]): Promise<readonly T[]> {
    const text = await this.kubectl(["get", ...args, "--ignore-not-found", "-o", "json"]);
    if (text === "") return [];
    const found = JSON.parse(text) as T & { readonly items?: readonly T[] };
    return found.items ?? [found];
  }

  /** Starts a kubectl that runs until it is killed; its error output goes to this process'. */
  start(args: readonly string[]): ChildProcess {
    return spawn("kubectl", [`--context=${this.context}`, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  }
}

function kubectl(args: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile("kubectl", args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const reason = "code" in error && error.code === "ENOENT" ? "it isn't installed." : stderr.trim();
      reject(new Failure(`kubectl ${args.join(" ")} failed: ${reason}`));
    });
    // kubectl may end before it has read everything: its own error tells why.
    child.stdin?.on("error", () => {}).end(input);
  });
}
