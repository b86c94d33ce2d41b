import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { openCommand } from "../../../ops/commands/open";
import { project, type Run, runProgram } from "../../support/command-line";
import { minimalWith } from "../../support/config-input";
import { Ending, FakePrograms } from "../../support/fake-programs";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";

function folderWith(settings: Readonly<Record<string, unknown>> = {}): string {
  const folder = temporaryFolder();
  writeFile(folder, "stack.config.ts", `export default ${JSON.stringify(minimalWith(settings))};`);
  return folder;
}

async function open(settings: Readonly<Record<string, unknown>>, ...args: readonly string[]): Promise<Run> {
  const programs = new FakePrograms({
    kubectl: { "current-context": "k3s", "config view": "https://192.0.2.7:6443" },
  });
  return runProgram("ops/main.ts", folderWith(settings), { PATH: programs.path() }, ["open", ...args]);
}

const unauthenticated = { reason: "It is a test only." };

jest.setTimeout(30_000);

describe("open", () => {
  it("prints the public address", async () => {
    const ingress = { kind: "traefik", middlewares: [], entryPoints: ["web"], tls: { kind: "none" } };
    expect(await open({ ingress })).toEqual({
      exitCode: 0,
      stdout: "http://chat.example.com\nnext: chat\n",
      stderr: "",
    });
  });

  it("says so where no ingress leads there", async () => {
    expect((await open({})).stdout).toBe(
      'https://chat.example.com\nnext: ingress.kind is "none": without a way in of your own, npm run open -- --forward\n',
    );
  });
});

describe("open --forward", () => {
  /** Runs it against a chat of this machine, and ends it by Ctrl-C. */
  async function forward(seconds: number) {
    const chat = createServer(({ headers }, response) => response.end(`origin ${headers.origin}`));
    chat.listen(0, "127.0.0.1");
    await once(chat, "listening");
    const { port } = chat.address() as AddressInfo;
    const stdout = `Forwarding from 127.0.0.1:${port} -> 8080\n`;
    const programs = new FakePrograms({
      kubectl: {
        "current-context": "k3s",
        "config view": "https://192.0.2.7:6443",
        "port-forward": new Ending({ stdout, seconds }),
      },
    });
    const args = ["-r", require.resolve("tsx/cjs"), `${project}/ops/main.ts`, "open", "--forward"];
    const child = spawn(process.execPath, args, { cwd: folderWith(), env: { PATH: programs.path() } });
    const ended = Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
    const [told] = await once(child.stdout, "data");
    const url = /http:\/\/localhost:\d+/.exec(String(told))?.[0] ?? "";
    const answer = await (await fetch(url, { headers: { origin: url } })).text();
    if (seconds > 1) child.kill("SIGINT");
    const [[code], , stderr] = await ended;
    chat.close();
    chat.closeAllConnections();
    return { code, told: String(told), stderr, answer, url, calls: programs.calls() };
  }

  it("tells the address, leads to the chat, and ends well by Ctrl-C", async () => {
    const { code, stderr, told, answer, url, calls } = await forward(4);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(told).toBe(`${url}\n\nCtrl-C ends the connection to open-webui on k3s (https://192.0.2.7:6443).\n`);
    expect(answer).toBe("origin https://chat.example.com");
    expect(calls).toContain("kubectl port-forward -n open-webui service/open-webui :80 --address=127.0.0.1");
  });

  it("fails when the connection ends by itself", async () => {
    const { code, stderr } = await forward(0.5);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        "The connection to open-webui service/open-webui ended.\nnext: npm run status tells whether its pod has restarted\n",
    });
  });

  it("refuses a port that is in use", async () => {
    const server = createServer().listen(0, "localhost");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { exitCode, stderr } = await open({}, "--forward", `--port=${port}`);
    server.close();
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `Port ${port} of this machine is in use; give another one, or none: npm run open -- --forward\n`,
    });
  });

  it("refuses where a header in front tells who somebody is", async () => {
    const auth = { kind: "trusted-header", owner: "you@example.com", unauthenticated };
    const { exitCode, stderr } = await open({ "openWebUi.auth": auth }, "--forward");
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr:
        'openWebUi.auth.kind is "trusted-header": who you are stands in the header X-Auth-Request-Email, which the sign-in in front of the ingress adds. A port-forward has none, and Open WebUI lets nobody in.\nnext: npm run open\n',
    });
  });

  it.each(["80", "x"])("refuses port %s", async (port) => {
    const command = openCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    await expect(command.parseAsync(["--port", port], { from: "user" })).rejects.toThrow("Allowed: 1024 to 65535.");
  });
});
