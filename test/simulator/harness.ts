import {
  BedrockRuntimeClient,
  type ContentBlock,
  ConverseCommand,
  type ConverseCommandInput,
  type ConverseCommandOutput,
  ConverseStreamCommand,
  type ConverseStreamOutput,
} from "@aws-sdk/client-bedrock-runtime";
import { type Simulator, startSimulator } from "../../simulator/server";
import type { SimulatorSettings } from "../../simulator/settings";

// The SDK warns of the Node that runs these tests, which nobody deploys.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

export const novaLite = "us.amazon.nova-lite-v1:0";
export const novaMicro = "us.amazon.nova-micro-v1:0";
export const haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
export const titan = "amazon.titan-embed-text-v2:0";

/** 1x1 pixels. */
export const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

/** A simulator of this file's tests, on free ports and without delays. */
export function useSimulator(settings: Partial<SimulatorSettings> = {}): () => Simulator {
  let simulator: Simulator | undefined;
  beforeAll(async () => {
    simulator = await startSimulator({ port: 0, controlPort: 0, delayMs: 0, revokedKeys: [], ...settings });
  });
  afterAll(() => simulator?.close());
  return () => {
    if (simulator === undefined) throw new Error("The simulator starts before the first test: call it in one.");
    return simulator;
  };
}

/** A client that signs as AWS demands, and does not retry. */
export function sdkClient(port: number, accessKeyId = "SIMULATEDACCESSKEYID", region = "us-east-1") {
  return new BedrockRuntimeClient({
    endpoint: `http://127.0.0.1:${port}`,
    region,
    credentials: { accessKeyId, secretAccessKey: "simulated" },
    maxAttempts: 1,
  });
}

/** A user's message of one text. */
export function says(text: string): { role: "user"; content: ContentBlock[] } {
  return { role: "user", content: [{ text }] };
}

export function ask(
  port: number,
  text: string,
  more: Partial<ConverseCommandInput> = {},
): Promise<ConverseCommandOutput> {
  return sdkClient(port).send(new ConverseCommand({ modelId: novaLite, messages: [says(text)], ...more }));
}

export function textOf({ output }: ConverseCommandOutput): string {
  return (output?.message?.content ?? []).map(({ text }) => text ?? "").join("");
}

/** All events of a streamed answer. */
export async function askStream(
  port: number,
  text: string,
  more: Partial<ConverseCommandInput> = {},
): Promise<ConverseStreamOutput[]> {
  const input = { modelId: novaLite, messages: [says(text)], ...more };
  const { stream } = await sdkClient(port).send(new ConverseStreamCommand(input));
  const events: ConverseStreamOutput[] = [];
  for await (const event of stream ?? []) events.push(event);
  return events;
}

export function streamedText(events: readonly ConverseStreamOutput[]): string {
  return events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? "").join("");
}

/** Enough of a signature: the simulator has no secret to check it with. */
export function signature(accessKeyId = "SIMULATEDACCESSKEYID", scope = "us-east-1/bedrock"): string {
  const credential = `${accessKeyId}/20260131/${scope}/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${"0".repeat(64)}`;
}

/** A request as it is on the wire, for what no SDK would send. */
export function post(
  port: number,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = { authorization: signature() },
): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", headers, body: text });
}

/** Status, type and text of a refusal. */
export async function refusal(response: Response): Promise<readonly [number, string | undefined, string]> {
  const { message } = (await response.json()) as { message: string };
  return [response.status, response.headers.get("x-amzn-errortype")?.split(":")[0], message];
}
