import { once } from "node:events";
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

/**
 * A port of this machine that hands requests on. Open WebUI takes web sockets of pages at its public address only:
 * those of a page that came through this port get that address as their origin; other pages stay strangers.
 */
export class OriginProxy {
  /** Where it is, for the browser. */
  readonly url: string;
  private readonly server: Server;
  private readonly origin: string;
  private target: string | undefined;

  private constructor(server: Server, origin: string) {
    this.server = server;
    this.origin = origin;
    this.url = `http://localhost:${(server.address() as AddressInfo).port}`;
    server.on("request", (incoming, response) => {
      const outgoing = this.ask(incoming);
      outgoing.on("response", (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      outgoing.on("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
      response.on("close", () => outgoing.destroy());
      incoming.pipe(outgoing);
    });
    server.on("upgrade", (incoming, socket, head) => this.upgrade(incoming, socket, head));
  }

  /**
   * @param port - 0 takes any that is free
   * @param origin - the public address
   * @throws when the port is in use
   */
  static async listen(port: number, origin: string): Promise<OriginProxy> {
    const server = createServer().listen(port, "localhost");
    await once(server, "listening");
    return new OriginProxy(server, origin);
  }

  /** @param target - such as `http://127.0.0.1:41234` */
  handOnTo(target: string): void {
    this.target = target;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private ask(incoming: IncomingMessage) {
    const { method, url = "/", headers } = incoming;
    return request(`${this.target}${url}`, { method, headers: this.headersFor(headers) });
  }

  private headersFor(headers: IncomingMessage["headers"]): OutgoingHttpHeaders {
    return headers.origin === this.url ? { ...headers, origin: this.origin } : headers;
  }

  private upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const outgoing = this.ask(incoming);
    outgoing.on("upgrade", (answer, upstream, first) => {
      socket.write(headOf(answer));
      socket.write(first);
      upstream.write(head);
      connect(socket, upstream);
    });
    outgoing.on("response", (answer) => socket.end(headOf(answer)));
    outgoing.on("error", () => socket.destroy());
    outgoing.end();
  }
}

/** The head of an answer as it came. */
function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : []));
  return [`HTTP/1.1 ${statusCode} ${statusMessage}`, ...lines, "", ""].join("\r\n");
}

/** Both ways, until one side ends or breaks. */
function connect(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
  }
}
