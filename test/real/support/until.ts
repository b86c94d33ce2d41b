/**
 * Asks every half second until there is an answer.
 * @param what - for the error
 * @throws when the time is over
 */
export async function until<Value>(
  what: string,
  seconds: number,
  ask: () => Promise<Value | undefined>,
): Promise<Value> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await ask();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`${what}: not there after ${seconds} s.`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
