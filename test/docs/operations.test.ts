import { errorTexts } from "../../k8s/constructs/litellm/readable-errors";
import { readPage, rowsUnder } from "./markdown";

describe("docs/operations.md", () => {
  const page = readPage("docs/operations.md");
  const texts = (text: string) => rowsUnder(text, "When a model doesn't answer").map((row) => row["In the chat"]);

  it("has every sentence that the chat shows when a model doesn't answer, with its cause and what to do", () => {
    expect(texts(page).sort()).toEqual(Object.values(errorTexts).sort());
    for (const row of rowsUnder(page, "When a model doesn't answer")) expect(Object.values(row)).not.toContain("");
  });

  it("would differ with another word", () => {
    const changed = page.replace(errorTexts.brokenOff, "The answer broke off. Ask once more.");
    expect(texts(changed).sort()).not.toEqual(Object.values(errorTexts).sort());
  });
});
