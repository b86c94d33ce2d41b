import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { catalogue } from "../lib/models";
import { stackFolder } from "../lib/terraform-outputs";
import { median, type Run, runOnce } from "./measure";

/** How long our synthesis takes next to the standard tools, one after the other. */
export interface Comparison {
  readonly ours: readonly Run[];
  readonly theirs: readonly Run[];
  /** Median wall time of ours, in seconds. */
  readonly oursSeconds: number;
  readonly theirsSeconds: number;
  /** Median of the pairs' ratios: the machine's drift cancels out. */
  readonly ratio: number;
  readonly peakMegabytes: number;
}

/** Runs both alternately: `npm run synth`, and `npx cdk8s synth && npx cdktf synth`. */
export function compareWithStandardTools(project: string, runs: number): Comparison {
  const ours: Run[] = [];
  const theirs: Run[] = [];
  for (let run = 0; run < runs; run++) {
    removeOutput(project);
    ours.push(runOnce("npm", ["run", "-s", "synth"], project));
    removeOutput(project);
    theirs.push(runOnce("sh", ["-c", "npx cdk8s synth && npx cdktf synth"], project));
  }
  return {
    ours,
    theirs,
    oursSeconds: median(ours.map(({ wallSeconds }) => wallSeconds)),
    theirsSeconds: median(theirs.map(({ wallSeconds }) => wallSeconds)),
    ratio: median(ours.map(({ wallSeconds }, index) => wallSeconds / (theirs[index]?.wallSeconds ?? Number.NaN))),
    peakMegabytes: Math.max(...ours.map(({ peakMegabytes }) => peakMegabytes)),
  };
}

/** A synthesis with a given number of aliases over the catalogue's models. */
export interface Growth {
  readonly aliases: number;
  /** Wall time of the fastest run, in seconds: what slows the others down is the machine. */
  readonly seconds: number;
  readonly peakMegabytes: number;
  /** Size of the rendered manifests, in bytes. */
  readonly manifestBytes: number;
  /** Characters of the IAM policies together. */
  readonly policyCharacters: number;
}

/** Synthesises with ever more aliases. The policies name each model once, however many aliases it has. */
export function measureGrowth(project: string, aliasCounts: readonly number[], runs: number): Growth[] {
  const name = "bench";
  const file = path.join(project, "examples", "bench.ts");
  const samples = new Map<number, Run[]>(aliasCounts.map((count) => [count, []]));
  const sizes = new Map<number, Pick<Growth, "manifestBytes" | "policyCharacters">>();
  mkdirSync(path.dirname(file), { recursive: true });
  // In turn, so that the machine's drift meets all counts alike.
  for (let run = -1; run < runs; run++) {
    for (const count of aliasCounts) {
      writeFileSync(file, configuration(count, name));
      removeOutput(project);
      const sample = runOnce("npm", ["run", "-s", "synth"], project, { STACK_CONFIG: file });
      // The first one warms up.
      if (run >= 0) samples.get(count)?.push(sample);
      sizes.set(count, measureOutput(project, name));
    }
  }
  rmSync(file);
  return aliasCounts.map((aliases) => {
    const sample = samples.get(aliases) ?? [];
    const size = sizes.get(aliases) ?? { manifestBytes: Number.NaN, policyCharacters: Number.NaN };
    return {
      aliases,
      seconds: Math.min(...sample.map(({ wallSeconds }) => wallSeconds)),
      peakMegabytes: Math.max(...sample.map(({ peakMegabytes }) => peakMegabytes)),
      ...size,
    };
  });
}

function configuration(aliases: number, userName: string): string {
  const ids = Object.keys(catalogue);
  const models = Array.from({ length: aliases }, (_, index) => [`alias-${index}`, { model: ids[index % ids.length] }]);
  const config = {
    host: "chat.example.com",
    models: Object.fromEntries(models),
    aws: { userName },
    openWebUi: { auth: { kind: "accounts", owner: "you@example.com" } },
  };
  return `import { defineConfig } from "../lib/config";\nexport default defineConfig(${JSON.stringify(config)});\n`;
}

function measureOutput(project: string, userName: string): Pick<Growth, "manifestBytes" | "policyCharacters"> {
  const terraform = readFileSync(path.join(project, stackFolder(userName), "cdk.tf.json"), "utf8");
  const { resource } = JSON.parse(terraform) as { resource: { aws_iam_policy: Record<string, { policy: string }> } };
  const policies = Object.values(resource.aws_iam_policy).map(({ policy }) =>
    policy.replaceAll(/\$\{[^}]*\}/g, "123456789012"),
  );
  return {
    manifestBytes: readFileSync(path.join(project, "dist", "app.k8s.yaml")).byteLength,
    policyCharacters: policies.join("").length,
  };
}

function removeOutput(project: string): void {
  for (const folder of ["dist", "cdktf.out"]) rmSync(path.join(project, folder), { recursive: true, force: true });
}
