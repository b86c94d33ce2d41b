import { Failure } from "../failure";
import { interruption } from "../interruption";

/** What a part of the status is, or why it can't be told: one that can't be read takes nothing from the others. */
export type Section<T> = { readonly value: T } | { readonly unreadable: string };

/** Reads a part. Interruptions and defects of ours are no reason. */
export async function readSection<T>(read: () => Promise<T>): Promise<Section<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (!(error instanceof Failure) || interruption.aborted) throw error;
    return { unreadable: error.message };
  }
}

/** The value, where there is one. */
export function readable<T>(section: Section<T>): T | undefined {
  return "value" in section ? section.value : undefined;
}
