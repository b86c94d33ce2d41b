import { readFileSync } from "node:fs";
import { type Mutation, mutations } from "../real/mutations/mutations";

/** `npm run test:mutations` takes minutes: what it would stumble over at once is told here. */
function findStale(list: readonly Mutation[]): string[] {
  return list
    .filter(({ file, from }) => readFileSync(file, "utf8").split(from).length !== 2)
    .map(({ harm, file }) => `${harm}: its text doesn't stand once in ${file}`);
}

it("every mutation of the product has a text to change", () => {
  expect(mutations.length).toBeGreaterThan(0);
  expect(findStale(mutations)).toEqual([]);
});

it("a text that is gone would be told", () => {
  const stale = { harm: "nothing", file: "lib/models.ts", from: "no such text", to: "", caughtBy: [] };
  expect(findStale([stale])).toEqual(["nothing: its text doesn't stand once in lib/models.ts"]);
});
