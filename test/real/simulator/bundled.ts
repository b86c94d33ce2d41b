import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { bundleSimulator } from "../../../simulator/bundle";

/** The bundled simulator as a process of its own, on free ports. */
export class BundledSimulator {
  /** Where models answer. */
  readonly port: string;
  /** Where tests look at what came. */
  readonly controlPort: string;
  private readonly child: ChildProcess;
  private readonly folder: string;

  private constructor(child: ChildProcess, folder: string, ports: readonly string[]) {
    const [port, controlPort] = ports;
    if (port === undefined || controlPort === undefined) throw new Error(`The simulator said: ${ports.join(" ")}`);
    this.child = child;
    this.folder = folder;
    this.port = port;
    this.controlPort = controlPort;
  }

  /** @param env - further settings of the simulator */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<BundledSimulator> {
    const folder = mkdtempSync(path.join(tmpdir(), "simulator-"));
    const file = path.join(folder, "simulator.js");
    writeFileSync(file, bundleSimulator());
    const child = spawn(process.execPath, [file], {
      env: { PORT: "0", CONTROL_PORT: "0", DELAY_MS: "0", ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(child.stdout, "data");
    return new BundledSimulator(child, folder, String(line).match(/\d+/g) ?? []);
  }

  stop(): void {
    this.child.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
