/** Needs what proxy.test.ts needs. With SCREENSHOTS=docs/images it writes the README's picture there. */
import path from "node:path";
import { parseConfig } from "../../../../lib/config";
import { images } from "../../../../lib/versions";
import { bundleSimulator } from "../../../../simulator/bundle";
import { temporaryFolder, writeFile } from "../../../support/temporary-folder";
import { Browser, type Visitor } from "../../support/browser";
import { behindSignIn } from "../../support/ingress";
import { TestStack } from "../../support/test-stack";

const folder = temporaryFolder();
writeFile(folder, "traefik.md", "# Traefik\n\nTraefik restarts when the purple lever is pulled.\n");

const stack = new TestStack(
  parseConfig(
    {
      host: "chat-assistants.example.com",
      namespace: "chat-assistants",
      models: { micro: { model: "amazon.nova-micro-v1:0" } },
      assistants: {
        "cluster-guide": {
          baseModel: "micro",
          name: "Cluster guide",
          description: "Answers questions about our infrastructure",
          systemPrompt: "You are the guide.",
          suggestions: ["How do I restart Traefik?"],
          knowledge: ["cluster-docs"],
        },
      },
      knowledge: { "cluster-docs": { path: folder } },
      openWebUi: {
        auth: { kind: "trusted-header", owner: "owner@example.com" },
        storage: { storageClass: "longhorn" },
      },
      redis: { storage: { storageClass: "longhorn" } },
      ingress: behindSignIn,
    },
    "this test",
  ),
);

// While the machine is busy, Open WebUI's page now and then misses the event that ends an answer, and waits for ever.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

let browser: Browser;
let visitor: Visitor;

beforeAll(async () => {
  stack.deploy({ simulatedBedrock: { image: images.node, program: bundleSimulator() } });
  await stack.provisioned();
  browser = await Browser.launch();
  // Not the administrator: who may do less.
  visitor = await browser.visit(stack.config.host, "alice@example.com");
});

afterAll(async () => {
  await browser?.close();
  stack.remove();
});

const screenshots = process.env["SCREENSHOTS"];

it("a person picks the assistant, asks what it suggests, and reads the answer with its source", async () => {
  await visitor.open();
  expect([...(await visitor.models())].sort()).toEqual(["Cluster guide", "micro"]);
  await visitor.pick("Cluster guide");
  await visitor.page.getByText("Answers questions about our infrastructure").waitFor();
  await visitor.page.getByText("How do I restart Traefik?").waitFor();
  if (screenshots !== undefined) await visitor.page.screenshot({ path: path.join(screenshots, "assistant.png") });
  expect(await visitor.ask("How do I restart Traefik?")).toContain("How do I restart Traefik?");

  const question = JSON.stringify(stack.bedrockRequests().find(({ operation }) => operation === "converse-stream"));
  expect(question).toContain("You are the guide.");
  expect(question).toContain("the purple lever is pulled");

  await visitor.page.getByRole("button", { name: "Toggle 1 source" }).click();
  await visitor.page.getByText("traefik.md").last().waitFor();
});
