import type { TestStack } from "./test-stack";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Asks a model as Open WebUI does: from its pod, with its key. */
export function ask(
  stack: TestStack,
  model: string,
  text: string,
  settings: Readonly<Record<string, unknown>> = {},
): Answer {
  const request = { model, messages: [{ role: "user", content: text }], ...settings };
  return JSON.parse(
    stack.python(
      "open-webui-0",
      `
import json, os, urllib.request, urllib.error
body = ${JSON.stringify(JSON.stringify(request))}.encode()
headers = {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
request = urllib.request.Request(os.environ["OPENAI_API_BASE_URL"] + "/chat/completions", body, headers)
try:
    with urllib.request.urlopen(request, timeout=60) as answer: print(json.dumps({"status": answer.status, "body": answer.read().decode()}))
except urllib.error.HTTPError as error: print(json.dumps({"status": error.code, "body": error.read().decode()}))`,
    ),
  ) as Answer;
}
