import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** LiteLLM and Open WebUI behind one address of this machine, as far as `verify` asks them. */
export interface AnsweringChat {
  readonly port: number;
  readonly stop: () => void;
}

/** @param status - of every model's answer */
export async function startAnsweringChat(status = 200): Promise<AnsweringChat> {
  const body = `data: ${JSON.stringify({ choices: [{ delta: { content: "Hello" } }] })}\n\n`;
  const server = createServer(({ url }, response) => {
    if (url?.endsWith("/signin")) return response.end(JSON.stringify({ token: "of-the-chat" }));
    response.writeHead(status);
    if (status === 200 && url?.endsWith("/embeddings")) return response.end(JSON.stringify({ data: [{}] }));
    return response.end(status === 200 ? body : JSON.stringify({ error: { message: "refused" } }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port: (server.address() as AddressInfo).port, stop };
}
