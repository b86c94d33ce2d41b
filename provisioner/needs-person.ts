/** What trying again doesn't mend. */
export class NeedsPerson extends Error {
  override readonly name = "NeedsPerson";
}
