import { spawn } from "node:child_process";
import { once } from "node:events";
import { Command, Option } from "commander";
import { loadConfig, type StackConfig } from "../../lib/config";
import { components, ports } from "../../lib/naming";
import { publicUrl } from "../../lib/public-url";
import { Cluster } from "../cluster";
import { Failure } from "../failure";
import { interruption } from "../interruption";
import { parsePort } from "../options";
import { OriginProxy } from "../origin-proxy";
import { say, tell } from "../result";

interface OpenOptions {
  readonly forward: boolean;
  readonly port?: number;
}

const forwarding = "npm run open -- --forward";

/** `open`: the way to the chat. */
export function openCommand(): Command {
  return new Command("open")
    .description("Print the chat's address, and open it in the browser when a terminal is there.")
    .option("--forward", "connect a port of this machine until Ctrl-C: past the ingress and the sign-in there", false)
    .addOption(
      new Option(
        "--port <number>",
        `that port (default: ${ports.openWebUi}, or any that is free while it is in use)`,
      ).argParser(parsePort),
    )
    .action(async ({ forward, port }: OpenOptions) => {
      const config = loadConfig();
      await (forward ? openForward(config, port) : openPublic(config));
    });
}

function openPublic(config: StackConfig): void {
  const url = publicUrl(config);
  say(url);
  showInBrowser(url);
  const isReached = config.ingress.kind !== "none";
  tell({ next: isReached ? "chat" : `ingress.kind is "none": without a way in of your own, ${forwarding}` });
}

async function openForward(config: StackConfig, port?: number): Promise<void> {
  const { namespace, openWebUi } = config;
  if (openWebUi.auth.kind === "trusted-header") {
    const header = openWebUi.auth.emailHeader;
    throw new Failure(
      `openWebUi.auth.kind is "trusted-header": who you are stands in the header ${header}, which the sign-in in front of the ingress adds. A port-forward has none, and Open WebUI lets nobody in.`,
      "npm run open",
    );
  }
  const cluster = await Cluster.current();
  const proxy = await listen(publicUrl(config), port);
  try {
    await cluster.forward(
      namespace,
      `service/${components.openWebUi}`,
      ports.openWebUiService,
      async (target, ended) => {
        proxy.handOnTo(target);
        say(`${proxy.url}\n\nCtrl-C ends the connection to ${namespace} on ${cluster}.`);
        showInBrowser(proxy.url);
        if (!interruption.aborted) await Promise.race([once(interruption, "abort"), ended]);
      },
    );
  } finally {
    proxy.close();
  }
  tell({ next: `the chat runs on: ${forwarding}` });
}

async function listen(origin: string, port?: number): Promise<OriginProxy> {
  try {
    return await OriginProxy.listen(port ?? ports.openWebUi, origin);
  } catch {
    if (port === undefined) return OriginProxy.listen(0, origin);
    throw new Failure(`Port ${port} of this machine is in use; give another one, or none: ${forwarding}`);
  }
}

const browsers: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: "open", win32: "explorer" };

/** The address is printed already: without a browser nothing is lost. */
function showInBrowser(url: string): void {
  if (!process.stdout.isTTY) return;
  const program = browsers[process.platform] ?? "xdg-open";
  spawn(program, [url], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
