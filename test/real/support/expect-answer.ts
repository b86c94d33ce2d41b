import type { Person, Sent } from "./person";

/** Asks in a new chat, and sees the simulated Bedrock's answer, which repeats the question. */
export async function expectAnswer(person: Person, model: string, text: string): Promise<Sent> {
  const sent = await person.send(model, text);
  expect(sent).toMatchObject({ status: 200 });
  expect(await person.readEnd(sent)).toMatchObject({ error: undefined, content: expect.stringContaining(text) });
  return sent;
}
