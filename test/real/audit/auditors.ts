import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { run } from "../support/run";

/** What an auditor found, as `check object`. */
export type Findings = readonly string[];

const versions = { checkov: "3.3.30", kubeScore: "v1.20.0", actionlint: "v1.7.12" };

const cache = path.join(process.env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache"), "open-webui-bedrock", "audit");

/** Installs checkov from PyPI, once per version. Needs Python 3 with venv. */
export function installCheckov(): string {
  const environment = path.join(cache, `checkov-${versions.checkov}`);
  const program = path.join(environment, "bin", "checkov");
  if (!existsSync(program)) {
    run("python3", ["-m", "venv", environment]);
    run(path.join(environment, "bin", "pip"), ["install", "--quiet", `checkov==${versions.checkov}`]);
  }
  return program;
}

/** Installs kube-score, once per version. Needs Go. */
export function installKubeScore(): string {
  return installGoProgram("kube-score", "github.com/zegl/kube-score/cmd/kube-score", versions.kubeScore);
}

/** Installs actionlint, once per version. Needs Go. */
export function installActionlint(): string {
  return installGoProgram("actionlint", "github.com/rhysd/actionlint/cmd/actionlint", versions.actionlint);
}

function installGoProgram(name: string, module: string, version: string): string {
  const folder = path.join(cache, `${name}-${version}`);
  const program = path.join(folder, name);
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    run("go", ["install", `${module}@${version}`], { cwd: folder, env: { GOBIN: folder } });
  }
  return program;
}

interface CheckovReport {
  readonly summary: { readonly passed: number; readonly parsing_errors: number };
  readonly results: { readonly failed_checks: readonly { readonly check_id: string; readonly resource: string }[] };
}

/**
 * @param framework - how the file is to be read
 * @throws when checkov could not read the file, or checked nothing
 */
export function runCheckov(program: string, framework: "kubernetes" | "terraform_json", file: string): Findings {
  const args = ["--file", file, "--framework", framework, "--compact", "--quiet", "--output", "json"];
  const { stdout } = run(program, args, { accept: [0, 1] });
  const report = JSON.parse(stdout) as CheckovReport;
  if (report.summary.parsing_errors > 0 || report.summary.passed === 0)
    throw new Error(`checkov read nothing of ${file}`);
  return report.results.failed_checks.map(({ check_id, resource }) => {
    // Kubernetes objects are told as Kind.namespace.name.
    const [kind = "", , ...name] = resource.split(".");
    return `${check_id} ${framework === "kubernetes" ? `${kind}/${name.join(".")}` : resource}`;
  });
}

interface KubeScoreObject {
  readonly type_meta: { readonly kind: string };
  readonly object_meta: { readonly name: string };
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
  }[];
}

/** The grade of a check without any remark. */
const allOk = 10;

export function runKubeScore(program: string, file: string): Findings {
  const { stdout } = run(program, ["score", "--output-format", "json", file], { accept: [0, 1] });
  const objects = JSON.parse(stdout) as readonly KubeScoreObject[];
  if (objects.length === 0) throw new Error(`kube-score read nothing of ${file}`);
  return objects.flatMap(({ type_meta, object_meta, checks }) =>
    checks
      .filter(({ grade, skipped }) => !skipped && grade < allOk)
      .map(({ check }) => `${check.id} ${type_meta.kind}/${object_meta.name}`),
  );
}
