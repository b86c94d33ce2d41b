/** Needs what pods.test.ts needs. LiteLLM talks to a simulated Bedrock in the Namespace: no AWS, no internet. */
import { mkdirSync, unlinkSync } from "node:fs";
import path from "node:path";
import { parseConfig, type StackConfig, type StackConfigInput } from "../../../lib/config";
import { images } from "../../../lib/versions";
import { bundleSimulator } from "../../../simulator/bundle";
import { temporaryFolder, writeFile } from "../../support/temporary-folder";
import { Person } from "../support/person";
import { TestStack } from "../support/test-stack";
import { until } from "../support/until";

const simulated = { simulatedBedrock: { image: images.node, program: bundleSimulator() } };

type Declared = Pick<StackConfigInput, "assistants" | "knowledge"> & { readonly systemPrompt?: string };

function configOf(
  auth: StackConfigInput["openWebUi"]["auth"],
  { assistants, knowledge, systemPrompt }: Declared,
): StackConfig {
  return parseConfig(
    {
      namespace: "assistants",
      host: "chat.example.com",
      models: {
        micro: { model: "amazon.nova-micro-v1:0", ...(systemPrompt === undefined ? {} : { systemPrompt }) },
        lite: { model: "amazon.nova-lite-v1:0" },
      },
      ...(assistants === undefined ? {} : { assistants }),
      ...(knowledge === undefined ? {} : { knowledge }),
      openWebUi: { auth, storage: { storageClass: "longhorn" } },
      redis: { storage: { storageClass: "longhorn" } },
    },
    "this test",
  );
}

const first: Declared = {
  systemPrompt: "You know this cluster.",
  assistants: {
    guide: {
      baseModel: "lite",
      name: "Cluster guide",
      description: "Knows the way",
      systemPrompt: "You are the guide.",
      suggestions: ["Where am I?"],
      parameters: { temperature: 0.25, maxTokens: 77 },
    },
    other: { baseModel: "micro" },
  },
};

interface Row {
  readonly base: string | null;
  readonly name: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, unknown>>;
  readonly updated: number;
}

/** What is in the database, whoever may see it. */
function rowsOf(stack: TestStack): Readonly<Record<string, Row>> {
  const script = `
import json, sqlite3
rows = sqlite3.connect("/app/backend/data/webui.db").execute("select id, base_model_id, name, meta, params, updated_at from model")
print(json.dumps({id: {"base": base, "name": name, "meta": json.loads(meta), "params": json.loads(params), "updated": updated} for id, base, name, meta, params, updated in rows}))`;
  return JSON.parse(stack.python("open-webui-0", script)) as Readonly<Record<string, Row>>;
}

describe.each([
  ["proxy", { kind: "proxy", unauthenticated: { reason: "A test behind no ingress." } }],
  [
    "trusted-header",
    { kind: "trusted-header", owner: "you@example.com", unauthenticated: { reason: "A test behind no ingress." } },
  ],
] as const)("with the sign-in %s", (_, auth) => {
  const stack = new TestStack(configOf(auth, first));

  afterAll(() => stack.remove());

  it("assistants and prompts are there after the first deployment", async () => {
    stack.deploy(simulated);
    expect(await stack.provisioned()).toBe("create micro\ncreate guide\ncreate other\n3 written");
    expect(rowsOf(stack)).toMatchObject({ guide: { base: "lite", name: "Cluster guide" }, micro: { base: null } });
  });
});

describe("with the sign-in accounts", () => {
  const auth = { kind: "accounts", owner: "you@example.com" } as const;
  const stack = new TestStack(configOf(auth, first));
  let person: Person;

  const declare = (declared: Declared) =>
    stack.apply({ ...configOf(auth, declared), namespace: stack.config.namespace }, simulated);

  /** What Bedrock got for a question. */
  async function asked(model: string): Promise<unknown> {
    stack.forgetBedrockRequests();
    await person.request("GET", "/api/models");
    const sent = await person.send(model, `a question for ${model}`);
    expect(await person.readEnd(sent)).toMatchObject({ error: undefined });
    return stack.bedrockRequests().find(({ body }) => JSON.stringify(body).includes("a question for"))?.body;
  }

  beforeAll(async () => {
    stack.deploy(simulated);
    person = await Person.signIn(stack);
  });

  afterAll(async () => {
    await person?.leave();
    stack.remove();
  });

  it("the declared prompts and parameters arrive at Bedrock", async () => {
    await stack.provisioned();
    expect(await asked("micro")).toMatchObject({ system: [{ text: "You know this cluster." }] });
    expect(await asked("guide")).toMatchObject({
      system: [{ text: "You are the guide." }],
      inferenceConfig: { temperature: 0.25, maxTokens: 77 },
    });
    // A model's own prompt isn't its assistants'.
    expect(await asked("other")).not.toHaveProperty("system");
  });

  it("a second run writes nothing", async () => {
    const before = rowsOf(stack);
    stack.kubectl(["delete", `job/${stack.provisionerJob()}`, "--wait"]);
    declare(first);
    expect(await stack.provisioned()).toBe("no change");
    expect(rowsOf(stack)).toEqual(before);
  });

  it("documents come whole with each question, and an edit and a removal of one are followed", async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, "traefik"));
    writeFile(folder, "traefik/restart.md", "Restart Traefik with the purple lever.");
    writeFile(folder, "backup.md", "Backups are made at midnight.");
    writeFile(folder, "empty.md", "");
    const knows: Declared = {
      knowledge: { docs: { path: folder } },
      assistants: { sage: { baseModel: "lite", systemPrompt: "You are the sage.", knowledge: ["docs"] } },
    };
    const handMade = await person.upload("mine.txt", "Mine.");

    declare(knows);
    expect(await stack.provisioned("Failed")).toBe(
      [
        "upload docs/backup.md",
        "upload docs/traefik/restart.md",
        "remove guide",
        "remove micro",
        "remove other",
        "create sage",
        "6 written",
        "docs/empty.md: the file is empty",
      ].join("\n"),
    );
    const question = JSON.stringify(await asked("sage"));
    expect(question).toContain("You are the sage.");
    expect(question).toContain("purple lever");
    expect(question).toContain("at midnight");
    expect(question).toContain("traefik - restart.md");

    unlinkSync(path.join(folder, "empty.md"));
    writeFile(folder, "traefik/restart.md", "Restart Traefik with the green lever.");
    unlinkSync(path.join(folder, "backup.md"));
    declare(knows);
    expect(await stack.provisioned()).toBe(
      [
        "upload docs/traefik/restart.md",
        "update sage",
        "remove docs/backup.md",
        "remove docs/traefik/restart.md",
        "4 written",
      ].join("\n"),
    );
    const next = JSON.stringify(await asked("sage"));
    expect(next).toContain("green lever");
    expect(next).not.toMatch(/purple|midnight/);

    stack.kubectl(["delete", `job/${stack.provisionerJob()}`, "--wait"]);
    declare(knows);
    expect(await stack.provisioned()).toBe("no change");
    // Another declaration than the first: its Job may still be there.
    declare({ ...first, systemPrompt: "You know this cluster well." });
    expect(await stack.provisioned()).toMatch(
      /^remove sage\ncreate micro\n[\s\S]*remove docs\/traefik\/restart\.md\n5 written$/,
    );
    expect((await person.request("GET", `/api/v1/files/${handMade}`)).status).toBe(200);
  });

  it("an edit, a new id and a removal are followed, and what people made stays", async () => {
    const { guide } = rowsOf(stack);
    const handMade = { id: "hand-made", base_model_id: "micro", name: "Mine", meta: {}, params: { system: "Mine." } };
    // As the page does it.
    const copy = { ...handMade, id: "guide-clone", meta: guide?.meta };
    for (const entry of [handMade, copy])
      expect((await person.request("POST", "/api/v1/models/create", entry)).status).toBe(200);

    declare({
      assistants: { pilot: { baseModel: "lite", name: "Cluster guide", systemPrompt: "You are the pilot." } },
    });
    expect(await stack.provisioned()).toBe("remove guide\nremove micro\nremove other\ncreate pilot\n4 written");
    expect(Object.keys(rowsOf(stack)).sort()).toEqual(["guide-clone", "hand-made", "pilot"]);
    expect(await asked("micro")).not.toHaveProperty("system");
    expect(await asked("pilot")).toMatchObject({ system: [{ text: "You are the pilot." }] });

    declare({ assistants: { pilot: { baseModel: "lite", systemPrompt: "Fly." } } });
    expect(await stack.provisioned()).toBe("update pilot\n1 written");
    expect(await asked("pilot")).toMatchObject({ system: [{ text: "Fly." }] });
    declare({ assistants: { pilot: { baseModel: "lite" } } });
    expect(await stack.provisioned()).toBe("update pilot\n1 written");
    expect(await asked("pilot")).not.toHaveProperty("system");
  });

  it("an id that somebody used already is told, and nothing of theirs is touched", async () => {
    const before = rowsOf(stack);
    declare({ assistants: { "hand-made": { baseModel: "lite" }, pilot: { baseModel: "micro" } } });
    expect(await stack.provisioned("Failed")).toBe(
      "update pilot\n1 written\nhand-made: somebody made an entry with this id in Open WebUI; delete it there, or rename the assistant",
    );
    expect(rowsOf(stack)["hand-made"]).toEqual(before["hand-made"]);
  });

  it("a Job that is killed goes on, and an empty declaration removes the last one", async () => {
    stack.kubectl(["scale", "statefulset/open-webui", "--replicas=0"]);
    stack.kubectl(["wait", "--for=delete", "pod/open-webui-0", "--timeout=60s"]);
    declare({ assistants: {} });
    stack.kubectl(["scale", "statefulset/open-webui", "--replicas=0"]);
    const podOfJob = () =>
      stack.kubectl([
        "get",
        "pods",
        "-l",
        `job-name=${stack.provisionerJob()}`,
        "-o",
        "jsonpath={.items[*].metadata.name}",
      ]);
    const killed = await until("the Job's pod", 30, async () => podOfJob() || undefined);
    stack.kubectl(["wait", "--for=condition=Ready", `pod/${killed}`, "--timeout=30s"]);
    stack.kubectl(["delete", "pod", killed, "--grace-period=0", "--wait"]);
    stack.kubectl(["scale", "statefulset/open-webui", "--replicas=1"]);
    expect(await stack.provisioned()).toBe("remove pilot\n1 written");
    expect(podOfJob()).not.toContain(killed);
    expect(Object.keys(rowsOf(stack)).sort()).toEqual(["guide-clone", "hand-made"]);
  });
});
