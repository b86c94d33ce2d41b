import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { OriginProxy } from "../../ops/origin-proxy";

const asked: { readonly url: string | undefined; readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
let server: Server;
let proxy: OriginProxy;

/** Answers with what it was sent, and greets who asks for a web socket, unless from a stranger's page. */
beforeEach(async () => {
  asked.length = 0;
  server = createServer(async (incoming, response) => {
    const body = await text(incoming);
    asked.push({ url: incoming.url, headers: incoming.headers, body });
    response.writeHead(201, { "x-of": "the chat" }).end(body);
  });
  server.on("upgrade", ({ url, headers }, socket) => {
    asked.push({ url, headers, body: "" });
    if (headers.origin !== "https://chat.example.com") {
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello ");
    socket.on("data", (data) => socket.end(data));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  proxy = await OriginProxy.listen(0, "https://chat.example.com");
  proxy.handOnTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(() => {
  proxy.close();
  server.close();
  server.closeAllConnections();
});

/** @returns all that came back */
async function askForWebSocket(origin: string): Promise<string> {
  const { hostname, port } = new URL(proxy.url);
  const socket = connect(Number(port), hostname);
  const head = ["GET /ws HTTP/1.1", "Host: x", "Connection: Upgrade", "Upgrade: websocket", `Origin: ${origin}`];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  socket.once("data", () => socket.write("echo"));
  return text(socket);
}

it("hands requests and answers on as they are", async () => {
  const outgoing = request(`${proxy.url}/a?b=c`, {
    method: "POST",
    headers: { "x-own": "1", origin: "https://other" },
  });
  const [answer] = await once(outgoing.end("body"), "response");
  expect([answer.statusCode, answer.headers["x-of"], await text(answer)]).toEqual([201, "the chat", "body"]);
  expect(asked).toMatchObject([{ url: "/a?b=c", headers: { "x-own": "1", origin: "https://other" }, body: "body" }]);
});

it("gives pages that came through it the public address as their origin", async () => {
  await fetch(proxy.url, { headers: { origin: proxy.url } });
  expect(asked[0]?.headers.origin).toBe("https://chat.example.com");
});

it("connects their web sockets, both ways", async () => {
  expect(await askForWebSocket(proxy.url)).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n.*\r\n\r\nhello echo$/s);
});

it("leaves other pages strangers", async () => {
  expect(await askForWebSocket("http://evil.example")).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
  expect(asked[0]?.headers.origin).toBe("http://evil.example");
});

it("answers 502 while nobody is behind it, and goes on", async () => {
  proxy.handOnTo("http://127.0.0.1:9");
  expect((await fetch(proxy.url)).status).toBe(502);
  expect((await fetch(proxy.url)).status).toBe(502);
});

it("refuses a port that is in use", async () => {
  await expect(OriginProxy.listen(Number(new URL(proxy.url).port), "https://x")).rejects.toThrow("EADDRINUSE");
});
