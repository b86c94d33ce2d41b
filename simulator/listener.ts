import { once } from "node:events";
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2 } from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";

export interface Listener {
  readonly port: number;
  /** Ends at once, running answers included. */
  close(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Listens for HTTP/1.1 and for HTTP/2 without TLS on one port: Bedrock Runtime speaks both, and the AWS SDK for
 * JavaScript starts with HTTP/2 where boto3 and LiteLLM know HTTP/1.1 only. Which one it is shows in the first bytes
 * (RFC 9113, "HTTP/2 Connection Preface").
 */
export async function listen(port: number, handler: Handler): Promise<Listener> {
  const http = createHttp(handler);
  // Longer than clients keep a connection: one that the server closes just then would fail a request.
  http.keepAliveTimeout = 120_000;
  // Node's compatibility API: the same members as HTTP/1.1's.
  const http2 = createHttp2((request, response) =>
    handler(request as unknown as IncomingMessage, response as unknown as ServerResponse),
  );
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // A client that leaves is no error.
    socket.on("error", () => socket.destroy());
    socket.once("readable", () => {
      const start: Buffer | null = socket.read();
      if (start === null) return;
      socket.unshift(start);
      (start.subarray(0, 3).toString() === "PRI" ? http2 : http).emit("connection", socket);
    });
  });
  server.listen(port);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
