import { parseErrors, readLastErrors } from "../../../ops/status/last-errors";
import { clusterContext } from "../../support/checks";

/** As LiteLLM 1.103.2 logs an error that a client got. */
function logged(time: string, words: string, alias: string): string {
  const where = "common_request_processing.py:1545 - litellm.proxy.proxy_server._handle_llm_api_exception()";
  return [
    `2026-11-26T${time}.798547738Z ${time} - LiteLLM Proxy:ERROR: ${where}: Exception occured - litellm_call_id=c50e0f4b-382d - ${words}. Received Model Group=${alias}`,
    `2026-11-26T${time}.798566664Z Available Model Group Fallbacks=None`,
    `2026-11-26T${time}.798845717Z litellm.exceptions.BadRequestError: ${words}. Received Model Group=${alias}`,
    `2026-11-26T${time}.815570418Z INFO:     10.244.0.169:56052 - "POST /v1/chat/completions HTTP/1.1" 400 Bad Request`,
    "",
  ].join("\n");
}

const refused =
  'litellm.PermissionDeniedError: BedrockException - {"Message":"User: arn:aws:iam::123456789012:user/chat is not authorized to perform: bedrock:InvokeModel because no identity-based policy allows the bedrock:InvokeModel action"}';
const noFallback = "No fallback model group found for lookup_groups=haiku. Fallbacks=[{'sonnet': ['haiku']}]";
const throttled = 'litellm.RateLimitError: BedrockException - {"message":"Too many requests, please wait."}';
const budget = "Exceeded budget for provider bedrock: crossed budget";

describe("the errors in LiteLLM's log", () => {
  it("are told once each, in AWS's words, with model, time, cause and what mends it", () => {
    expect(parseErrors(logged("06:51:36", `${refused}${noFallback}`, "haiku"))).toEqual([
      {
        alias: "haiku",
        at: "2026-11-26T06:51:36.798547738Z",
        words:
          "User: arn:aws:iam::123456789012:user/chat is not authorized to perform: bedrock:InvokeModel because no identity-based policy allows the bedrock:InvokeModel action",
        cause: "the policy lacks the action, the model or the Region that the error names",
        fix: "npx cdktf deploy: the policy names every model and Region; else a service control policy denies it",
      },
    ]);
  });

  it.each([
    [throttled, "Too many requests, please wait."],
    [budget, budget],
    ["litellm.Timeout: Timeout Error: litellm.Timeout", "Timeout Error: litellm.Timeout"],
  ])("are stripped of LiteLLM's names: %s", (words, stripped) => {
    expect(parseErrors(logged("06:51:36", words, "haiku")).map(({ words }) => words)).toEqual([stripped]);
  });

  it("are the oldest first, whatever the pods' order", () => {
    const log = logged("06:52:00", throttled, "sonnet") + logged("06:51:00", throttled, "haiku");
    expect(parseErrors(log).map(({ alias }) => alias)).toEqual(["haiku", "sonnet"]);
  });

  it("are none where nothing failed", () => {
    expect(parseErrors('2026-11-26T06:51:36Z INFO: "GET /health/readiness HTTP/1.1" 200 OK\n')).toEqual([]);
  });
});

describe("the last error", () => {
  it("is that of each configured model that had one", async () => {
    const log = [
      logged("06:51:00", throttled, "micro"),
      logged("06:52:00", refused, "micro"),
      logged("06:53:00", throttled, "gone"),
    ].join("");
    const models = {
      micro: { model: "amazon.nova-micro-v1:0" },
      lite: { model: "amazon.nova-lite-v1:0" },
    };
    const { cluster, config } = await clusterContext({ "logs -n open-webui -l app=litellm": log }, { models });
    expect(await readLastErrors(cluster, config)).toMatchObject([
      { alias: "micro", at: "2026-11-26T06:52:00.798547738Z", words: expect.stringContaining("is not authorized") },
    ]);
  });
});
