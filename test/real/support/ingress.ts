import { request } from "node:https";
import type { StackConfigInput } from "../../../lib/config";

/** The cluster's Traefik, with a sign-in in front. */
export const behindSignIn: NonNullable<StackConfigInput["ingress"]> = {
  kind: "traefik",
  middlewares: [{ name: "google-oauth", namespace: "public-ingress" }],
  controller: { namespace: "public-ingress" },
};

/** Where the cluster's ingress controller listens with TLS. */
export const ingress = readAddress(process.env["INGRESS_ADDRESS"] ?? "127.0.0.1:8443");

function readAddress(text: string): { readonly host: string; readonly port: number } {
  const [host = "", port = ""] = text.split(":");
  return { host, port: Number(port) };
}

export interface IngressAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

export interface IngressRequest {
  /** @default GET */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. @default no body */
  readonly json?: unknown;
}

/** Asks a host behind the ingress, without a browser and without following redirects. A web socket is opened and closed. */
export function askIngress(
  host: string,
  path: string,
  { method, headers, json }: IngressRequest = {},
): Promise<IngressAnswer> {
  return new Promise((resolve, reject) => {
    const body = json === undefined ? undefined : JSON.stringify(json);
    const sent = request(
      {
        ...ingress,
        path,
        servername: host,
        rejectUnauthorized: false,
        method: method ?? "GET",
        headers: { host, ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            location: answer.headers.location,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve({ status: answer.statusCode ?? 0, location: undefined, body: "" });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
