/** Needs Python 3 with venv, Go, and their package registries at the first run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stackFolder } from "../../../lib/terraform-outputs";
import { images } from "../../../lib/versions";
import { renderStack } from "../../../synth/render";
import { loadExample } from "../../support/examples";
import { type Findings, installCheckov, installKubeScore, runCheckov, runKubeScore } from "./auditors";
import { type Exception, exceptions } from "./exceptions";

const config = loadExample("homelab");
/** Has a spend guard, which the default has not. */
const guarded = loadExample("family");
const folder = mkdtempSync(path.join(tmpdir(), "audit-"));
const webIdentityFolder = mkdtempSync(path.join(tmpdir(), "audit-"));
const manifests = path.join(folder, "dist", "app.k8s.yaml");
const terraform = path.join(folder, stackFolder(config.aws.userName), "cdk.tf.json");
const guardedTerraform = path.join(folder, stackFolder(guarded.aws.userName), "cdk.tf.json");
let checkov: string;
let kubeScore: string;

beforeAll(() => {
  checkov = installCheckov();
  kubeScore = installKubeScore();
  for (const each of [guarded, config]) renderStack(each, images, folder);
});

afterAll(() => {
  for (const made of [folder, webIdentityFolder]) rmSync(made, { recursive: true, force: true });
});

function expected(auditor: Exception["auditor"]): Findings {
  return exceptions
    .filter((exception) => exception.auditor === auditor)
    .flatMap(({ check, objects }) => objects.map((object) => `${check} ${object}`))
    .sort();
}

/** A copy of a rendered file in which one text is replaced by another. */
function changed(file: string, from: string, to: string): string {
  const text = readFileSync(file, "utf8");
  expect(text).toContain(from);
  const copy = path.join(folder, `changed-${path.basename(file)}`);
  writeFileSync(copy, text.replace(from, to));
  return copy;
}

it("checkov finds nothing on the default output and on a spend guard but what is listed with a reason, and all of that", () => {
  const findings = [
    ...runCheckov(checkov, "kubernetes", manifests),
    ...runCheckov(checkov, "terraform_json", terraform),
    ...runCheckov(checkov, "terraform_json", guardedTerraform),
  ];
  expect([...new Set(findings)].sort()).toEqual(expected("checkov"));
});

it("checkov finds nothing at all on the AWS side with a web identity, where there is no user", () => {
  const webIdentity = loadExample("web-identity");
  renderStack(webIdentity, images, webIdentityFolder);
  const file = path.join(webIdentityFolder, stackFolder(webIdentity.aws.userName), "cdk.tf.json");
  expect(runCheckov(checkov, "terraform_json", file)).toEqual([]);
});

it("kube-score finds nothing on the default output but what is listed with a reason, and all of that", () => {
  expect([...runKubeScore(kubeScore, manifests)].sort()).toEqual(expected("kube-score"));
});

it("checkov sees a privileged container and a policy for everything", () => {
  const privileged = changed(manifests, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true");
  expect(runCheckov(checkov, "kubernetes", privileged)).toContain("CKV_K8S_20 Deployment/open-webui-redis");
  const wide = changed(terraform, "bedrock:ListFoundationModels", "*");
  expect(runCheckov(checkov, "terraform_json", wide)).toContain("CKV_AWS_63 resource.policy_1_3ED22366");
});

it("kube-score sees a writable root", () => {
  const writable = changed(manifests, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false");
  expect(runKubeScore(kubeScore, writable)).toContain(
    "container-security-context-readonlyrootfilesystem Deployment/open-webui-redis",
  );
});
