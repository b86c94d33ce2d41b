import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { podScripts } from "../backup/pod/scripts";
import type { StackConfig } from "../lib/config";
import { components, dataFolder, dataPod } from "../lib/naming";
import type { Cluster } from "./cluster";
import { Failure } from "./failure";
import type { Workload } from "./pod-template";
import { pour, runProcess, type StreamingProcess } from "./processes";
import { waitForPod } from "./start";

type Script = keyof typeof podScripts;

/** A pod on Open WebUI's volume, in the image that its StatefulSet has. The chat may go on meanwhile. */
export class DataPod {
  /** Open WebUI's image. */
  readonly image: string;
  private readonly cluster: Cluster;
  private readonly namespace: string;

  private constructor(cluster: Cluster, namespace: string, image: string) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.image = image;
  }

  /**
   * Runs `use` with such a pod, which is gone afterwards.
   * @param withBackups - whether the scheduled backups' volume is in it
   * @throws Failure when the stack isn't deployed
   */
  static async during<T>(
    cluster: Cluster,
    { namespace }: StackConfig,
    use: (pod: DataPod) => Promise<T>,
    { withBackups = false } = {},
  ): Promise<T> {
    const [workload] = await cluster.list<Workload>(["statefulset", components.openWebUi, "-n", namespace]);
    const image = workload?.spec.template.spec.containers[0]?.image;
    if (image === undefined) {
      throw new Failure(
        `There is no Open WebUI in the Namespace ${namespace} on ${cluster}.`,
        "deploy it first: npm run deploy",
      );
    }
    const pod = new DataPod(cluster, namespace, image);
    try {
      await pod.start(withBackups);
      return await use(pod);
    } finally {
      await pod.remove();
    }
  }

  /** Runs a script to its end. @returns what it prints @throws Failure with its own words */
  async run(script: Script, args: readonly string[]): Promise<string> {
    const { stdin, stdout, ended } = this.stream(script, args);
    stdin.end();
    const [printed] = await Promise.all([text(stdout), ended]);
    return printed;
  }

  /** Runs a script that reads or writes much. */
  stream(script: Script, args: readonly string[]): StreamingProcess {
    return this.exec(["python", "-c", podScripts[script], dataFolder, ...args]);
  }

  /** Reads a file of the pod. */
  readFile(file: string): StreamingProcess {
    return this.exec(["cat", file]);
  }

  /** Writes a file in the pod. */
  async writeFile(file: string, content: Readable): Promise<void> {
    await pour(content, this.exec(["sh", "-c", 'cat > "$0"', file]));
  }

  /** @returns names and bytes of a folder's files */
  async listFiles(folder: string): Promise<Readonly<Record<string, number>>> {
    const list = "import json, os, sys; print(json.dumps({e.name: e.stat().st_size for e in os.scandir(sys.argv[1])}))";
    const { stdin, stdout, ended } = this.exec(["python", "-c", list, folder]);
    stdin.end();
    const [printed] = await Promise.all([text(stdout), ended]);
    return JSON.parse(printed) as Record<string, number>;
  }

  private exec(program: readonly string[]): StreamingProcess {
    return this.cluster.stream(["exec", "-i", "-n", this.namespace, dataPod, "--", ...program]);
  }

  private async start(withBackups: boolean): Promise<void> {
    await this.requireIdle();
    // Of a command that was killed.
    await this.remove();
    const chat = await this.cluster.list(["pods", "-n", this.namespace, "-l", `app=${components.openWebUi}`]);
    await this.cluster.apply(await renderDataPod(this.image, chat.length > 0, withBackups));
    await waitForPod(this.cluster, { namespace: this.namespace, name: dataPod, timeoutSeconds: 180 });
  }

  /** Where a pod is there already, and more runs in it than its sleep and this question. */
  private async requireIdle(): Promise<void> {
    const count = "import os; print(sum(name.isdigit() for name in os.listdir('/proc')))";
    const { code, stdout } = await this.cluster.try([
      "exec",
      "-n",
      this.namespace,
      dataPod,
      "--",
      "python",
      "-c",
      count,
    ]);
    if (code === 0 && Number(stdout) > 2) {
      throw new Failure(
        "Another backup or restore is at work on this stack.",
        `wait for it, or end it: kubectl -n ${this.namespace} delete pod ${dataPod}`,
      );
    }
  }

  private remove(): Promise<void> {
    return this.cluster.tidyUp(["delete", "pod", dataPod, "-n", this.namespace, "--ignore-not-found", "--wait"]);
  }
}

/** By the Kubernetes side: a pod there is hardened. */
async function renderDataPod(image: string, beside: boolean, withBackups: boolean): Promise<string> {
  const options = [...(beside ? ["--beside"] : []), ...(withBackups ? ["--backups"] : [])];
  const args = ["run", "-s", "data-pod", "--", `--image=${image}`, ...options];
  return (await runProcess("npm", args)).stdout;
}
