/**
 * The environment that LiteLLM's pod has with a web identity, under boto3, which LiteLLM signs with: no AWS key, no AWS.
 * Needs what boto3.test.ts needs.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createKubernetesApp } from "../../../k8s/app";
import { images } from "../../../lib/versions";
import { loadExample } from "../../support/examples";
import { findContainer, findObject, objectsOf, plainVariables } from "../../support/kubernetes";
import { run } from "../support/run";
import { installBoto3 } from "./boto3";
import { BundledSimulator } from "./bundled";

interface Report {
  readonly endpoint: string;
  readonly calls: readonly string[];
  readonly withoutToken: string;
  readonly asked: readonly Readonly<Record<string, unknown>>[];
}

const folder = mkdtempSync(path.join(tmpdir(), "web-identity-"));
let simulator: BundledSimulator;
let report: Report;

/** As the container has it, but for the folder of the token. Whatever key this process has is taken away. */
function environment(): Readonly<Record<string, string>> {
  const objects = objectsOf(createKubernetesApp(loadExample("web-identity"), images));
  const { template } = findObject(objects, "Deployment", "litellm").spec;
  const variables = plainVariables(findContainer(template, "litellm"));
  const noKey = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_SESSION_TOKEN: "", AWS_ENDPOINT_URL: "" };
  return { ...noKey, ...variables, HOME: folder, AWS_WEB_IDENTITY_TOKEN_FILE: path.join(folder, "token") };
}

beforeAll(async () => {
  const python = installBoto3();
  simulator = await BundledSimulator.start();
  const args = [path.join(__dirname, "web_identity.py"), simulator.port];
  report = JSON.parse(run(python, args, { env: environment() }).stdout) as Report;
});

afterAll(() => {
  simulator.stop();
  rmSync(folder, { recursive: true, force: true });
});

it("assumes the role with the token, unsigned, and reads the file again when the credentials expire", () => {
  const { asked, calls } = report;
  expect(calls).toEqual(["end_turn", "end_turn"]);
  const role = {
    Action: "AssumeRoleWithWebIdentity",
    RoleArn: "arn:aws:iam::123456789012:role/open-webui-web-identity",
    RoleSessionName: "litellm",
    isSigned: false,
  };
  for (const request of asked) expect(request).toMatchObject(role);
  const tokens = asked.map(({ WebIdentityToken }) => WebIdentityToken);
  expect([...new Set(tokens)]).toEqual(["first", "second"]);
});

it("signs its calls to Bedrock with what it got for the token", async () => {
  const answer = await fetch(`http://127.0.0.1:${simulator.controlPort}/requests`);
  const requests = (await answer.json()) as readonly { readonly accessKeyId: string }[];
  expect(requests.map(({ accessKeyId }) => accessKeyId)).toEqual(["ASIAFIRST", "ASIASECOND"]);
});

it("asks the Security Token Service of its own Region", () => {
  expect(report.endpoint).toBe("https://sts.us-east-1.amazonaws.com");
});

it("calls nothing without the token: there is no other way to credentials", () => {
  expect(report.withoutToken).toBe("FileNotFoundError");
});
