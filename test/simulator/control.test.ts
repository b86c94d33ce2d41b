import { setTimeout as sleep } from "node:timers/promises";
import { ConverseCommand } from "@aws-sdk/client-bedrock-runtime";
import { type LoggedRequest, RequestsLog } from "../../simulator/requests-log";
import { readSettings } from "../../simulator/settings";
import { ask, novaLite, post, says, sdkClient, useSimulator } from "./harness";

const simulator = useSimulator();
const control = (path: string, method = "GET") =>
  fetch(`http://127.0.0.1:${simulator().controlPort}${path}`, { method });

it("is healthy", async () => {
  const response = await control("/healthz");
  expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
});

it("lists what came, refused or not, newest last, until it is deleted", async () => {
  const before = Date.now();
  await ask(simulator().port, "Hi");
  await post(simulator().port, "/model/absent/converse-stream", "{", {});
  const requests = (await (await control("/requests")).json()) as readonly LoggedRequest[];
  expect(requests).toEqual([
    {
      time: expect.any(String),
      modelId: novaLite,
      operation: "converse",
      accessKeyId: "SIMULATEDACCESSKEYID",
      body: { messages: [{ role: "user", content: [{ text: "Hi" }] }] },
      ended: "whole",
    },
    { time: expect.any(String), modelId: "absent", operation: "converse-stream", body: "{", ended: "whole" },
  ]);
  expect(Date.parse(requests[0]?.time ?? "")).toBeGreaterThanOrEqual(before);
  expect((await control("/requests", "DELETE")).status).toBe(200);
  expect(await (await control("/requests")).json()).toEqual([]);
});

it("tells a whole answer from one that was cut, or whose client left", async () => {
  const logged = async () => (await (await control("/requests")).json()) as readonly LoggedRequest[];
  await ask(simulator().port, "Hi");
  await expect(ask(simulator().port, "simulate:cut")).rejects.toThrow();
  const leaving = new AbortController();
  const command = new ConverseCommand({ modelId: novaLite, messages: [says("simulate:hang")] });
  const left = sdkClient(simulator().port).send(command, { abortSignal: leaving.signal });
  while ((await logged()).length < 3) await sleep(10);
  leaving.abort();
  await expect(left).rejects.toThrow();
  const endings = async () => (await logged()).map(({ ended }) => ended);
  while ((await endings()).at(-1) === undefined) await sleep(10);
  expect(await endings()).toEqual(["whole", "early", "early"]);
});

it("forgets the counts of simulate:times and cached prompts with the requests", async () => {
  const text = "simulate:throttling simulate:times=1";
  const outcome = () =>
    ask(simulator().port, text).then(
      () => "answered",
      (error: Error) => error.name,
    );
  const outcomes = [await outcome(), await outcome()];
  await control("/requests", "DELETE");
  expect([...outcomes, await outcome()]).toEqual(["ThrottlingException", "answered", "ThrottlingException"]);
});

it("answers no models and nothing else", async () => {
  expect((await control("/nothing")).status).toBe(404);
  expect((await control(`/model/${novaLite}/converse`, "POST")).status).toBe(404);
});

describe("the log of requests", () => {
  const request = (modelId: string): LoggedRequest => ({
    time: "",
    modelId,
    operation: "converse",
    accessKeyId: undefined,
    body: {},
    ended: "whole",
  });

  it("keeps the newest, by number and by size", () => {
    const byNumber = new RequestsLog(2);
    const bySize = new RequestsLog(10, 100);
    for (const id of ["a", "b", "c"]) {
      byNumber.add(request(id), 1);
      bySize.add(request(id), 60);
    }
    expect(byNumber.list().map(({ modelId }) => modelId)).toEqual(["b", "c"]);
    expect(bySize.list().map(({ modelId }) => modelId)).toEqual(["c"]);
  });
});

describe("settings", () => {
  it("have defaults", () => {
    expect(readSettings({})).toEqual({ port: 8080, controlPort: 8081, delayMs: 15, revokedKeys: [] });
  });

  it("come from the environment", () => {
    const environment = { PORT: "1", CONTROL_PORT: "2", DELAY_MS: "0", REVOKED_KEYS: "AKIAONE, AKIATWO," };
    expect(readSettings(environment)).toEqual({
      port: 1,
      controlPort: 2,
      delayMs: 0,
      revokedKeys: ["AKIAONE", "AKIATWO"],
    });
  });

  it.each([
    [{ PORT: "tcp://10.0.0.1:80" }, 'PORT: "tcp://10.0.0.1:80" is no whole number from 0 to 65535.'],
    [{ DELAY_MS: "60001" }, 'DELAY_MS: "60001" is no whole number from 0 to 60000.'],
  ])("that mean nothing are refused: %j", (environment, message) => {
    expect(() => readSettings(environment)).toThrow(message);
  });
});
