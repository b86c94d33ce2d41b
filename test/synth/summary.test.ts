import type { AccessKeys } from "../../lib/access-keys";
import { summarise } from "../../synth/summary";
import { accept, minimal, minimalWith } from "../support/config-input";
import { loadExample } from "../support/examples";
import { temporaryFolder, writeFile } from "../support/temporary-folder";

const rendered = {
  objectKinds: ["Service", "ConfigMap", "Service"],
  resourceTypes: ["random_password", "aws_iam_user", "random_password", "aws_iam_policy", "random_password"],
};

function summaryOf(config: unknown): string {
  return summarise(accept(config), rendered);
}

/** The cells of the table below a heading, row by row. */
function rowsBelow(summary: string, heading: string): readonly (readonly string[])[] {
  const lines = summary.split("\n");
  const start = lines.findIndex((line) => line.startsWith(heading));
  if (start < 0) throw new Error(`no line begins with ${JSON.stringify(heading)} in:\n${summary}`);
  const end = lines.findIndex((line, index) => index > start && line.startsWith("└"));
  return lines
    .slice(start, end)
    .filter((line) => line.startsWith("│"))
    .map((line) =>
      line
        .split("│")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe("the summary", () => {
  it("shows what was rendered, what the models cost, and what to do next", () => {
    expect(summaryOf(minimal)).toBe(`\
Rendered dist/ (Kubernetes) and cdktf.out/ (AWS):
┌───────────────────┬───────┬─────────────────┬───────┐
│ Kubernetes object │ count │ AWS resource    │ count │
├───────────────────┼───────┼─────────────────┼───────┤
│ ConfigMap         │ 1     │ aws_iam_policy  │ 1     │
│ Service           │ 2     │ aws_iam_user    │ 1     │
│                   │       │ random_password │ 3     │
└───────────────────┴───────┴─────────────────┴───────┘

Models, called from us-east-1 (USD per million tokens):
┌───────────┬──────────────────────────┬──────┬──────┬───────────────┐
│ alias     │ Bedrock id               │ in   │ out  │ when it fails │
├───────────┼──────────────────────────┼──────┼──────┼───────────────┤
│ nova-lite │ us.amazon.nova-lite-v1:0 │ 0.06 │ 0.24 │ error         │
└───────────┴──────────────────────────┴──────┴──────┴───────────────┘

Access key: slot a, age not recorded, in use.
Spend guard: none; AWS itself stops nothing (docs/costs.md).
The chat will be at http://localhost:8080 while this runs: kubectl -n open-webui port-forward service/open-webui 8080:80
Next:
  1. npx cdktf deploy
  2. npm run -s secrets | kubectl apply --server-side -f -
  3. npx cdk8s synth --stdout | kubectl apply --server-side -f -`);
  });

  it("tells what documents add to each question, and which files are none", () => {
    const folder = temporaryFolder();
    writeFile(folder, "a.md", "a".repeat(35_000));
    writeFile(folder, "empty.md", "");
    const assistants = { guide: { baseModel: "nova-lite", knowledge: ["docs"] }, plain: { baseModel: "nova-lite" } };
    const summary = summaryOf(minimalWith({ assistants, knowledge: { docs: { path: folder } } }));
    expect(summary).toContain(
      "\nguide: 1 document whole with each question (full context: SQLite keeps no vectors): about 10000 tokens, 0.00060 USD.\n" +
        "Warning: knowledge docs: empty.md is empty; no assistant gets it.\n",
    );
    expect(summary).not.toContain("plain:");
  });

  it("tells why documents are searched, and what indexing them costs", () => {
    const folder = temporaryFolder();
    writeFile(folder, "a.md", "a".repeat(35_000));
    const changes = {
      assistants: { guide: { baseModel: "nova-lite", knowledge: ["docs", "much"] } },
      knowledge: { docs: { path: folder }, much: { path: folder, delivery: "push" } },
      database: { kind: "postgres" },
    };
    const titan = { model: "amazon.titan-embed-text-v2:0" };
    const models = { "nova-lite": { model: "amazon.nova-lite-v1:0" }, titan };
    expect(summaryOf(minimalWith({ ...changes, models }))).toContain(
      "\nguide: 5 passages of 2 documents with each question (retrieval by titan): at most about 1429 tokens, 0.00009 USD.\n" +
        "Documents are indexed once by titan, and again when another model takes its place: all 2 about 44445 tokens, 0.00089 USD.\n" +
        "After the deployment npm run push-knowledge brings much.\n",
    );
    const whole = { ...changes, knowledge: { docs: { path: folder }, much: { path: folder } } };
    expect(summaryOf(minimalWith(whole))).toContain("(full context: no model for embeddings is configured)");
  });

  it("fills up whichever side has fewer kinds", () => {
    const summary = summarise(accept(minimal), { ...rendered, resourceTypes: ["aws_iam_user"] });
    expect(rowsBelow(summary, "Rendered")).toEqual([
      ["Kubernetes object", "count", "AWS resource", "count"],
      ["ConfigMap", "1", "aws_iam_user", "1"],
      ["Service", "2", "", ""],
    ]);
  });

  it("shows every model in the file's order, by the id that is called, with its profile's price and its fallbacks", () => {
    const models = {
      sonnet: { model: "anthropic.claude-sonnet-4-6", profile: "global", fallbacks: ["lite", "micro"] },
      micro: { model: "amazon.nova-micro-v1:0", profile: "in-region" },
      lite: { model: "amazon.nova-lite-v1:0", fallbacks: ["micro"] },
    };
    expect(rowsBelow(summaryOf(minimalWith({ models })), "Models, called from us-east-1")).toEqual([
      ["alias", "Bedrock id", "in", "out", "when it fails"],
      ["sonnet", "global.anthropic.claude-sonnet-4-6", "3", "15", "lite, micro"],
      ["micro", "amazon.nova-micro-v1:0", "0.035", "0.14", "error"],
      ["lite", "us.amazon.nova-lite-v1:0", "0.06", "0.24", "micro"],
    ]);
  });

  it("names the Region from which models are called", () => {
    expect(summaryOf(minimalWith({ "aws.region": "us-west-2" }))).toContain("Models, called from us-west-2 (");
  });

  it("warns of a legacy model, with its end and its successor", () => {
    const models = {
      lite: { model: "amazon.nova-lite-v1:0" },
      sonnet: { model: "anthropic.claude-sonnet-4-5-20250929-v1:0" },
    };
    const warnings = summaryOf(minimalWith({ models }))
      .split("\n")
      .filter((line) => line.startsWith("Warning"));
    expect(warnings).toEqual([
      "Warning: sonnet: anthropic.claude-sonnet-4-5-20250929-v1:0 is a legacy model; requests fail from 2027-04-08 on. Move to anthropic.claude-sonnet-4-6.",
    ]);
  });

  it("doesn't warn of a model with a definition of its own", () => {
    const definition = { offers: { us: { prices: { input: 1, output: 2 }, routes: { "us-east-1": ["us-east-1"] } } } };
    expect(summaryOf(minimalWith({ "models.own": { model: "acme.chat-v1:0", definition } }))).not.toContain("Warning");
  });

  const now = new Date("2026-11-23T12:00:00Z");

  function accessKeyLines(accessKeys: AccessKeys): readonly string[] {
    const lines = summarise({ ...accept(minimal), accessKeys }, rendered, now).split("\n");
    return lines.slice(
      lines.findIndex((line) => line.startsWith("Access key")),
      lines.findIndex((line) => line.startsWith("Spend guard")),
    );
  }

  it("says how old the access key is, and from 90 days on how to rotate it", () => {
    const keys = (created: string): AccessKeys => ({ inUse: "a", a: { status: "Active", created } });
    expect(accessKeyLines(keys("2026-11-01T00:00:00Z"))).toEqual(["Access key: slot a, 22 days old, in use."]);
    expect(accessKeyLines(keys("2026-08-01T00:00:00Z"))).toEqual([
      "Access key: slot a, 114 days old, in use.",
      "  npm run -s rotate-key -- --next makes a second key, in slot b; nobody uses it yet.",
    ]);
  });

  it("says nothing of a key where there is none", () => {
    const summary = summarise(loadExample("web-identity"), rendered, now);
    expect(summary).not.toContain("Access key");
    expect(summary).toContain("Spend guard");
  });

  it("says in a rotation which keys there are, and what comes next", () => {
    const b = { status: "Active", created: "2026-11-22T00:00:00Z" } as const;
    expect(accessKeyLines({ inUse: "b", a: { status: "Active" }, b })).toEqual([
      "Access key: slot b, 1 day old, in use; slot a, age not recorded, active.",
      "  npm run -s rotate-key -- --next deactivates the old key in slot a; it can still come back.",
    ]);
  });

  it("says at what cost AWS steps in", () => {
    const spendGuard = { monthlyUsd: 40, notify: ["you@example.com"] };
    expect(summaryOf(minimalWith({ "aws.spendGuard": spendGuard }))).toContain(
      "\nSpend guard: AWS denies every model at 40 USD a month.\n",
    );
  });

  it("shows the address as people will type it", () => {
    const ingress = { kind: "traefik", entryPoints: ["web"], tls: { kind: "none" } };
    expect(summaryOf(minimalWith({ ingress }))).toContain("\nThe chat will be at http://chat.example.com.\nNext:\n");
  });

  it.each([
    [
      { kind: "terraform" },
      [
        "1. npx cdktf deploy",
        "2. npm run -s secrets | kubectl apply --server-side -f -",
        "3. npx cdk8s synth --stdout | kubectl apply --server-side -f -",
      ],
    ],
    [
      { kind: "existing", liteLlm: "proxy-keys" },
      [
        "1. npx cdktf deploy",
        "2. npx cdk8s synth --stdout | kubectl apply --server-side -f -",
        "3. fill the Secrets proxy-keys, open-webui and open-webui-redis (docs/configuration.md): the pods wait for them",
      ],
    ],
    [
      { kind: "external", store: { name: "vault" }, remoteKey: "kv/chat" },
      [
        "1. npx cdktf deploy",
        "2. fill kv/chat in the store vault (docs/configuration.md)",
        "3. npx cdk8s synth --stdout | kubectl apply --server-side -f -",
      ],
    ],
  ])("says what comes next with %j", (secrets, steps) => {
    const [, next] = summaryOf(minimalWith({ secrets })).split("\nNext:\n");
    expect(next?.split("\n").map((line) => line.trim())).toEqual(steps);
  });
});
