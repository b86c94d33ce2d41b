import { parse } from "yaml";
import { renderProxyConfig } from "../../../../k8s/constructs/litellm/proxy-config";
import { errorTexts, renderReadableErrors } from "../../../../k8s/constructs/litellm/readable-errors";
import { verifyConsumerName } from "../../../../lib/naming";
import { accept, minimal } from "../../../support/config-input";

const files = renderReadableErrors();
const program = files["readable_errors.py"] ?? "";

describe("the readable errors", () => {
  it("are a program and its texts", () => {
    expect(Object.keys(files)).toEqual(["readable_errors.py", "error_texts.json"]);
    expect(JSON.parse(files["error_texts.json"] ?? "")).toEqual(errorTexts);
    expect(program).toContain('"error_texts.json"');
  });

  it("are named in the proxy's configuration, so that LiteLLM finds them", () => {
    const config = parse(
      renderProxyConfig({
        models: accept(minimal).models,
        budget: { kind: "unlimited", reason: "It is a test." },
        retries: 2,
        requestTimeoutSeconds: 300,
        metricsNeedKey: true,
        redis: { host: "open-webui-redis", port: 6379 },
      }),
    ) as { readonly litellm_settings: { readonly callbacks: readonly string[] } };
    expect(config.litellm_settings.callbacks).toContain("readable_errors.callback");
    expect(program).toMatch(/^callback = ReadableErrors\(\)$/m);
  });

  it("have a text for every cause that the program finds, and no other", () => {
    const statuses = [...program.matchAll(/^ {4}\d{3}: "(\w+)",$/gm)].map(([, cause]) => cause);
    const returned = [...program.matchAll(/return "(\w+)"$|TEXTS\["(\w+)"\]|status, "(\w+)"\)$/gm)].map((match) =>
      match.slice(1).find((cause) => cause !== undefined),
    );
    expect([...new Set([...statuses, ...returned])].sort()).toEqual(Object.keys(errorTexts).sort());
  });

  it("leave AWS's words to the consumer that explains them", () => {
    expect(program).toContain(`return consumer.user_id == "${verifyConsumerName}"`);
  });

  it.each(Object.values(errorTexts))("are short sentences for people: %s", (text) => {
    expect(text).toMatch(/^[A-Z][A-Za-z',. ]{20,110}\.$/);
  });
});
