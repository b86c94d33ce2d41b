import { ProjectCopy } from "../test/real/support/project";
import { describeMachine, publish } from "./page";
import { type Comparison, compareWithStandardTools, type Growth, measureGrowth } from "./synth";

/**
 * Measures the synthesis and writes its sections of docs/benchmarks.md; with `--check` it writes nothing and fails above
 * the limits. `peakMegabytes` is that of the one process that renders; `growth` is for 400 aliases against 4, in time.
 * `policyGrowth` is for 400 against 40, which use the same models. The manifests hold an entry per alias and so grow with them.
 */
const limits = { ratio: 0.3, peakMegabytes: 400, growth: 2, policyGrowth: 1 };

const project = new ProjectCopy();
try {
  const comparison = compareWithStandardTools(project.folder, 5);
  const growth = measureGrowth(project.folder, [4, 40, 400], 5);
  const sections = { Synthesis: describeSynthesis(comparison), Growth: describeGrowth(growth) } as const;
  publish(sections, !process.argv.includes("--check"));
  const problems = findProblems(comparison, growth);
  for (const problem of problems) process.stderr.write(`bench: ${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
} finally {
  project.remove();
}

function findProblems({ ratio, peakMegabytes }: Comparison, growth: readonly Growth[]): string[] {
  const time = growthFactor(growth, ({ seconds }) => seconds);
  const policy = policyGrowth(growth);
  return [
    ...(ratio <= limits.ratio
      ? []
      : [`npm run synth took ${ratio.toFixed(2)} of the standard tools' time; allowed: ${limits.ratio}.`]),
    ...(peakMegabytes <= limits.peakMegabytes
      ? []
      : [`npm run synth needed ${peakMegabytes.toFixed(0)} MB; allowed: ${limits.peakMegabytes}.`]),
    ...(time <= limits.growth
      ? []
      : [`400 aliases took ${time.toFixed(2)} times as long as 4; allowed: ${limits.growth}.`]),
    ...(policy <= limits.policyGrowth
      ? []
      : [`400 aliases have ${policy.toFixed(2)} times the policies of 40; allowed: ${limits.policyGrowth}.`]),
  ];
}

/** The last row's figure over the first one's. */
function growthFactor(growth: readonly Growth[], figure: (row: Growth) => number): number {
  const [first, last] = [growth[0], growth.at(-1)];
  return first === undefined || last === undefined ? Number.NaN : figure(last) / figure(first);
}

/** Without the first row, whose aliases are too few for all models. */
function policyGrowth([, ...growth]: readonly Growth[]): number {
  return growthFactor(growth, ({ policyCharacters }) => policyCharacters);
}

function describeSynthesis(comparison: Comparison): string {
  const spread = (values: readonly number[]) => `${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)}`;
  const walls = (runs: Comparison["ours"]) => spread(runs.map(({ wallSeconds }) => wallSeconds));
  return `
${describeMachine()} Median of ${comparison.ours.length} alternating runs, nothing cached between them: outputs removed,
tsx without its cache. \`npm run bench -- --check\` only prints and fails above the limits.

| Command | Wall time, s | Range, s |
|---|---|---|
| \`npm run synth\` | ${comparison.oursSeconds.toFixed(2)} | ${walls(comparison.ours)} |
| \`npx cdk8s synth && npx cdktf synth\` | ${comparison.theirsSeconds.toFixed(2)} | ${walls(comparison.theirs)} |

Ratio, pair by pair: **${comparison.ratio.toFixed(2)}** (limit ${limits.ratio.toFixed(2)}). Largest process of \`npm run synth\`:
**${comparison.peakMegabytes.toFixed(0)} MB** of resident memory (limit ${limits.peakMegabytes}).
`;
}

function describeGrowth(growth: readonly Growth[]): string {
  return `
Aliases spread over the catalogue's models; the fastest of 5 runs in turn, after one that isn't counted. The IAM policies
name each model once: four aliases use four models, 40 and 400 all of the catalogue. The manifests hold an entry per
alias.

| Aliases | Wall time, s | Memory, MB | Manifests, bytes | IAM policies, characters |
|---|---|---|---|---|
${growth.map((row) => `| ${row.aliases} | ${row.seconds.toFixed(2)} | ${row.peakMegabytes.toFixed(0)} | ${row.manifestBytes} | ${row.policyCharacters} |`).join("\n")}

400 aliases take **${growthFactor(growth, ({ seconds }) => seconds).toFixed(2)}** times as long as 4 (limit ${limits.growth}), with
**${policyGrowth(growth).toFixed(2)}** times the policies of 40 (limit ${limits.policyGrowth}).
`;
}
