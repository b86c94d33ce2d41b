import { accept, minimal, minimalWith, problemsOf } from "../../support/config-input";

const models = {
  "nova-lite": { model: "amazon.nova-lite-v1:0" },
  sonnet: { model: "anthropic.claude-sonnet-4-6" },
  titan: { model: "amazon.titan-embed-text-v2:0" },
};

const guide = (settings: Readonly<Record<string, unknown>>) =>
  minimalWith({ models, assistants: { guide: { baseModel: "nova-lite", ...settings } } });

describe("assistants", () => {
  it("aren't there by default, and have a base model alone at least", () => {
    expect(accept(minimal).assistants).toBeUndefined();
    expect(accept(minimal).knowledge).toEqual([]);
    expect(accept(guide({})).assistants).toEqual({
      guide: {
        baseModel: "nova-lite",
        suggestions: [],
        parameters: {},
        knowledge: [],
        knowledgeLimit: { tokensPerQuestion: 100_000, usdPerQuestion: 0.05 },
      },
    });
  });

  it.each([
    [
      'assistants.guide.baseModel: got "nova-lit", which is no alias of this configuration. Did you mean "nova-lite"? Allowed: nova-lite, sonnet, titan.',
      guide({ baseModel: "nova-lit" }),
    ],
    [
      'assistants.guide.baseModel: "titan" is a model for embedding; allowed: a model for chat.',
      guide({ baseModel: "titan" }),
    ],
    [
      'assistants.guide.parameters.topP: "sonnet" refuses top_p; allowed: temperature instead.',
      guide({ baseModel: "sonnet", parameters: { topP: 0.5 } }),
    ],
    [
      'assistants.sonnet: got "sonnet", which is a model\'s alias; allowed: an id of its own, such as "sonnet-guide".',
      minimalWith({ models, assistants: { sonnet: { baseModel: "nova-lite" } } }),
    ],
    [
      'models.titan.systemPrompt: "titan" is a model for embedding; allowed: a model for chat.',
      minimalWith({ models: { ...models, titan: { ...models.titan, systemPrompt: "Be short." } } }),
    ],
    [
      'assistants.guide.systemPrompt: got "  "; allowed: a text that isn\'t empty, such as "Answer in one sentence."; readText("prompts/x.md") reads a file.',
      guide({ systemPrompt: "  " }),
    ],
    ["assistants.guide.parameters.temperature: got 2; allowed: at most 1.", guide({ parameters: { temperature: 2 } })],
    [
      "assistants.guide.systemPrompt: looks like an AWS access key id (hidden here); the configuration is no place for secrets. Remove it, treat it as leaked, and see secrets in docs/configuration.md.",
      guide({ systemPrompt: `Use AKIA${"A".repeat(16)}.` }),
    ],
  ])("are refused with: %s", (problem, input) => {
    expect(problemsOf(input)).toEqual([problem]);
  });
});
