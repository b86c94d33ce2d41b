import {
  AccessDeniedException,
  ConverseStreamCommand,
  InternalServerException,
  ModelErrorException,
  ModelNotReadyException,
  ModelStreamErrorException,
  ModelTimeoutException,
  ResourceNotFoundException,
  ServiceUnavailableException,
  ThrottlingException,
  ValidationException,
} from "@aws-sdk/client-bedrock-runtime";
import {
  ask,
  askStream,
  haiku,
  novaLite,
  novaMicro,
  post,
  sdkClient,
  signature,
  streamedText,
  textOf,
  useSimulator,
} from "./harness";

const simulator = useSimulator();
const port = () => simulator().port;

/** What a call ended with instead of an answer; fetch's errors are of another realm than the test's. */
function failure(call: Promise<unknown>): Promise<Error & { $metadata?: { httpStatusCode?: number } }> {
  return call.then(
    (value) => {
      throw new Error(`This was answered: ${JSON.stringify(value)}`);
    },
    (error) => error,
  );
}

describe.each([
  ["throttling", ThrottlingException, 429, "Too many requests"],
  ["access-denied", AccessDeniedException, 403, "is not authorized to perform: bedrock:InvokeModel"],
  [
    "destination-denied",
    AccessDeniedException,
    403,
    "arn:aws:bedrock:us-east-2::foundation-model/amazon.nova-lite-v1:0",
  ],
  ["marketplace", AccessDeniedException, 403, "try again after 2 minutes"],
  ["payment", AccessDeniedException, 403, "INVALID_PAYMENT_INSTRUMENT"],
  ["use-case-form", ResourceNotFoundException, 404, "use case details have not been submitted"],
  ["legacy", ResourceNotFoundException, 404, "marked by provider as Legacy"],
  ["end-of-life", ResourceNotFoundException, 404, "reached the end of its life"],
  ["validation", ValidationException, 400, "Malformed input request"],
  ["too-long", ValidationException, 400, "Input is too long"],
  ["model-error", ModelErrorException, 424, "unexpected error"],
  ["timeout", ModelTimeoutException, 408, "timed out"],
  ["not-ready", ModelNotReadyException, 429, "not ready"],
  ["server-error", InternalServerException, 500, "unexpected error"],
  ["unavailable", ServiceUnavailableException, 503, "unable to process"],
] as const)("simulate:%s", (word, type, status, message) => {
  it.each([ask, askStream])("is the SDK's own exception, streamed or not", async (call) => {
    const error = await failure(call(port(), `Please simulate:${word} now`));
    expect(error).toBeInstanceOf(type);
    expect(error.$metadata?.httpStatusCode).toBe(status);
    expect(error.message).toContain(message);
  });
});

it("simulate:invalid-key is what a deleted key gets", async () => {
  const error = await failure(ask(port(), "simulate:invalid-key"));
  expect(error.name).toBe("UnrecognizedClientException");
});

it("simulate:access-denied names the action that a stream needs, and the profile", async () => {
  const { message } = await failure(askStream(port(), "simulate:access-denied"));
  expect(message).toContain(
    "bedrock:InvokeModelWithResponseStream on resource: " +
      `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${novaLite} because no identity-based policy allows`,
  );
});

it("what IAM refuses spells the member Message, as AWS does", async () => {
  const messages = [{ role: "user", content: [{ text: "simulate:access-denied" }] }];
  const response = await post(port(), `/model/${novaLite}/converse`, { messages });
  expect(await response.json()).toEqual({ Message: expect.stringContaining("is not authorized") });
});

it("simulate:stream-error is an exception event after half of the answer", async () => {
  const { stream } = await sdkClient(port()).send(
    new ConverseStreamCommand({
      modelId: haiku,
      messages: [{ role: "user", content: [{ text: "simulate:stream-error" }] }],
    }),
  );
  const received: unknown[] = [];
  const error = await failure(
    (async () => {
      for await (const event of stream ?? []) received.push(event);
    })(),
  );
  expect(error).toBeInstanceOf(ModelStreamErrorException);
  expect(error).toMatchObject({ originalStatusCode: 500 });
  expect(received.length).toBeGreaterThan(2);
  expect(await failure(ask(port(), "simulate:stream-error"))).toBeInstanceOf(ModelErrorException);
});

describe.each(["converse", "converse-stream"])("%s", (operation) => {
  const body = (text: string) => JSON.stringify({ messages: [{ role: "user", content: [{ text }] }] });
  const send = (text: string, signal: AbortSignal | null = null) =>
    fetch(`http://127.0.0.1:${port()}/model/${novaLite}/${operation}`, {
      method: "POST",
      headers: { authorization: signature() },
      body: body(text),
      signal,
    });

  it("with simulate:cut ends the connection within the answer", async () => {
    const response = await send("simulate:cut");
    expect(response.status).toBe(200);
    expect((await failure(response.arrayBuffer())).message).toBe("terminated");
  });

  it("with simulate:stall sends the beginning, and no end until the client leaves", async () => {
    const leave = new AbortController();
    const response = await send("simulate:stall", leave.signal);
    const reader = response.body?.getReader();
    expect((await reader?.read())?.value?.length).toBeGreaterThan(50);
    const rest = failure(
      (async () => {
        while ((await reader?.read())?.done === false);
      })(),
    );
    setTimeout(() => leave.abort(), 60);
    expect((await rest).name).toBe("AbortError");
  });

  it("with simulate:hang sends nothing", async () => {
    expect((await failure(send("simulate:hang", AbortSignal.timeout(80)))).name).toBe("TimeoutError");
  });

  it("with simulate:slow waits before the first byte", async () => {
    const started = performance.now();
    const response = await send("simulate:slow=0.1");
    expect(performance.now() - started).toBeGreaterThan(95);
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(100);
  });
});

it("simulate:times fails so often for one text, for all models together, then answers", async () => {
  const outcomes = [];
  for (const modelId of [novaLite, novaMicro, novaLite]) {
    const call = askStream(port(), "simulate:throttling simulate:times=2", { modelId });
    outcomes.push(await call.then(streamedText, (error: Error) => error.name));
  }
  expect(outcomes).toEqual(["ThrottlingException", "ThrottlingException", expect.stringContaining("You wrote:")]);
  const other = failure(ask(port(), "simulate:throttling simulate:times=2 again"));
  expect((await other).name).toBe("ThrottlingException");
});

it("words have an effect in the last message only", async () => {
  const answer = await ask(port(), "", {
    messages: [
      { role: "user", content: [{ text: "simulate:throttling" }] },
      { role: "assistant", content: [{ text: "No." }] },
      { role: "user", content: [{ text: "And https://simulate:throttling.example or mysimulate:hang?" }] },
    ],
  });
  expect(textOf(answer)).toContain("You wrote: And");
});
