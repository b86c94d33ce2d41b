import { isProvisioned, provisioningOf } from "../../lib/provisioning";
import { accept, minimal, minimalWith } from "../support/config-input";

const model = "amazon.nova-lite-v1:0";

describe("what is provisioned", () => {
  it("is nothing by default", () => {
    expect(isProvisioned(accept(minimal))).toBe(false);
  });

  it.each([
    ["a system prompt", { models: { lite: { model, systemPrompt: "Be short." } } }],
    ["an assistant", { assistants: { guide: { baseModel: "nova-lite" } } }],
    ["no assistant, said aloud: what was declared before goes", { assistants: {} }],
  ])("is something with %s", (_, changes) => {
    expect(isProvisioned(accept(minimalWith(changes)))).toBe(true);
  });

  it("are the prompts and assistants, with the names of OpenAI's parameters", () => {
    const config = accept(
      minimalWith({
        models: { lite: { model, systemPrompt: "Be short." }, micro: { model: "amazon.nova-micro-v1:0" } },
        assistants: {
          plain: { baseModel: "micro" },
          guide: {
            baseModel: "lite",
            name: "Guide",
            description: "Knows the way",
            systemPrompt: "You are the guide.",
            suggestions: ["Where am I?"],
            parameters: { temperature: 0.5, topP: 0.9, maxTokens: 100 },
          },
        },
      }),
    );
    expect(provisioningOf(config)).toEqual({
      signIn: { kind: "accounts", owner: "you@example.com" },
      models: [{ id: "lite", systemPrompt: "Be short." }],
      assistants: [
        {
          id: "plain",
          name: "plain",
          baseModel: "micro",
          description: null,
          systemPrompt: null,
          suggestions: [],
          params: {},
          knowledge: [],
        },
        {
          id: "guide",
          name: "Guide",
          baseModel: "lite",
          description: "Knows the way",
          systemPrompt: "You are the guide.",
          suggestions: ["Where am I?"],
          params: { temperature: 0.5, top_p: 0.9, max_tokens: 100 },
          knowledge: [],
        },
      ],
      documents: [],
      retrieval: null,
      skipped: [],
    });
  });

  const unauthenticated = { reason: "A test behind no ingress." };
  it.each([
    [{ kind: "proxy", unauthenticated }, { kind: "proxy" }],
    [
      { kind: "trusted-header", owner: "me@example.com", emailHeader: "X-Mail", unauthenticated },
      { kind: "trusted-header", owner: "me@example.com", header: "X-Mail" },
    ],
  ])("signs in with %j", (auth, signIn) => {
    expect(provisioningOf(accept(minimalWith({ "openWebUi.auth": auth }))).signIn).toEqual(signIn);
  });
});
