import { z } from "zod";
import { didYouMean, show } from "./problems";

/** A group of settings that knows its keys: an unknown one is named, with the allowed ones. */
export function group<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const allowed = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return undefined;
      const unknown = issue.keys.map((key) => `has no setting ${show(key)}.${didYouMean(key, allowed)}`).join(" It ");
      return `${unknown} Allowed: ${allowed.join(", ")}.`;
    },
  });
}

/** Settings of which exactly one kind applies, told by `kind`. */
export function oneOf<Options extends readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]]>(
  kinds: readonly string[],
  options: Options,
) {
  return z.discriminatedUnion("kind", options, {
    error: (issue) => {
      if (issue.code !== "invalid_union") return undefined;
      const input = issue.input as { kind?: unknown } | undefined;
      const hint = typeof input?.kind === "string" ? didYouMean(input.kind, kinds) : "";
      return `kind is ${show(input?.kind)}; allowed: ${kinds.map((kind) => `"${kind}"`).join(", ")}.${hint}`;
    },
  });
}
