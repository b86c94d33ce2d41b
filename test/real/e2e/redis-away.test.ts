/**
 * Needs what bedrock.test.ts needs. Works in the Namespace `redis-away-test`, which is deleted. How chats go on without
 * Redis where people have no accounts of Open WebUI's own: faults.test.ts.
 */
import { parseConfig } from "../../../lib/config";
import { components } from "../../../lib/naming";
import { images } from "../../../lib/versions";
import { bundleSimulator } from "../../../simulator/bundle";
import { Person } from "../support/person";
import { TestStack } from "../support/test-stack";
import { until } from "../support/until";

const stack = new TestStack(
  parseConfig(
    {
      host: "redis-away.example.com",
      namespace: "redis-away",
      models: { micro: { model: "amazon.nova-micro-v1:0" } },
      openWebUi: { auth: { kind: "accounts", owner: "you@example.com" }, storage: { storageClass: "longhorn" } },
      redis: { storage: { storageClass: "longhorn" } },
    },
    "this test",
  ),
);

let person: Person;

beforeAll(async () => {
  stack.deploy({ simulatedBedrock: { image: images.node, program: bundleSimulator() } });
  person = await Person.signIn(stack);
});

afterAll(async () => {
  await person?.leave();
  stack.remove();
});

const secondsSince = (start: number) => (Date.now() - start) / 1000;

describe("with accounts, while Redis is away", () => {
  const scale = (replicas: number) =>
    stack.kubectl(["scale", `deployment/${components.redis}`, `--replicas=${replicas}`]);

  it("pages come, a message is refused within seconds, and chats go on soon after it is back", async () => {
    scale(0);
    stack.kubectl(["wait", "--for=delete", "pod", "-l", `app=${components.redis}`, "--timeout=60s"]);
    const away = Date.now();
    expect((await person.request("GET", "/api/v1/auths/")).status).toBe(200);
    expect(await person.send("micro", "during")).toMatchObject({ status: 500 });
    expect(secondsSince(away)).toBeLessThan(10);

    scale(1);
    stack.waitUntilReady();
    const back = Date.now();
    await until("an answer", 30, async () => {
      const sent = await person.send("micro", "afterwards");
      if (sent.status !== 200) return undefined;
      const answer = await person.readEnd(sent);
      return answer.error === undefined && answer.content.includes("afterwards") ? answer : undefined;
    });
    expect(secondsSince(back)).toBeLessThan(15);
  });
});
