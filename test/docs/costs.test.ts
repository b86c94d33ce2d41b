import { catalogue, invocationId, profiles, type TokenPrices } from "../../lib/models";
import { notificationThresholds } from "../../terraform/constructs/spend-guard";
import { readPage, rowsUnder } from "./markdown";

/** The conversation that the page describes: each question is sent with all that was said before. */
const turns = 10;
const questionTokens = 100;
const answerTokens = 400;

function conversationUsd({ input, output }: TokenPrices): number {
  const history = (turn: number) => turn * (questionTokens + answerTokens);
  const inputTokens = Array.from({ length: turns }, (_, turn) => history(turn) + questionTokens);
  const sum = inputTokens.reduce((total, tokens) => total + tokens, 0);
  return (sum * input + turns * answerTokens * output) / 1_000_000;
}

/** One row per chat model and profile, as the page has them. */
function expectedRows(): Record<string, string>[] {
  return Object.entries(catalogue).flatMap(([modelId, { kind, offers }]) =>
    kind === "embedding"
      ? []
      : profiles.flatMap((profile) => {
          const offer = offers[profile];
          if (offer === undefined) return [];
          const usd = conversationUsd(offer.prices);
          return [
            {
              "Called as": `\`${invocationId({ modelId, profile })}\``,
              USD: usd.toFixed(4),
              "Conversations for 20 USD": String(Math.floor(20 / usd)),
            },
          ];
        }),
  );
}

describe("docs/costs.md", () => {
  const page = readPage("docs/costs.md");
  const heading = "What a conversation costs";

  it("says what a conversation costs with each chat model, by the catalogue's prices", () => {
    expect(expectedRows().length).toBeGreaterThan(15);
    expect(rowsUnder(page, heading)).toEqual(expectedRows());
  });

  it("describes the conversation that it counts", () => {
    expect(page.replace(/\s+/g, " ")).toContain(
      `${turns} questions of ${questionTokens} tokens, ${turns} answers of ${answerTokens}`,
    );
  });

  it("would differ with another price, or with a model too few", () => {
    const [row = ""] = /^\| `us\.anthropic\.claude-sonnet-4-6` \|.*\n/m.exec(page) ?? [];
    expect(row).not.toBe("");
    expect(rowsUnder(page.replace(row, row.replace(/0\.\d{4}/, "0.1000")), heading)).not.toEqual(expectedRows());
    expect(rowsUnder(page.replace(row, ""), heading)).not.toEqual(expectedRows());
  });

  it("says at which parts of the limit AWS sends an e-mail", () => {
    const { ACTUAL, FORECASTED } = notificationThresholds;
    expect(page).toContain(`at ${ACTUAL.slice(0, -1).join(", ")} and ${ACTUAL.at(-1)} % of the limit`);
    expect(page).toContain(`forecasts ${FORECASTED.join()} %`);
  });
});
