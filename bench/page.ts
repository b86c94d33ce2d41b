import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";

/** The sections of docs/benchmarks.md in their order. Each benchmark writes its own and leaves the others alone. */
const headings = ["Synthesis", "Growth", "Memory", "Speed", "Retrieval"] as const;
export type Heading = (typeof headings)[number];

const introduction = `# Benchmarks

Written by programs that anyone can run: \`npm run bench\` (the first two sections), \`npm run bench:memory\`,
\`npm run bench:speed\` and \`npm run bench:retrieval\`. Wall times depend on the machine: compare ratios.
`;

const file = path.join(__dirname, "..", "docs", "benchmarks.md");

/**
 * Prints sections, and puts them into the page in place of those of the same name.
 * @param write - whether the page is changed
 */
export function publish(sections: Readonly<Partial<Record<Heading, string>>>, write: boolean): void {
  for (const [heading, text] of Object.entries(sections) as [Heading, string][]) {
    process.stdout.write(`## ${heading}\n${text}\n`);
    if (write) writeFileSync(file, replaceSection(readFileSync(file, "utf8"), heading, text));
  }
}

/**
 * @param text - what stands under the heading
 * @returns the page with every other section as it was
 */
export function replaceSection(page: string, heading: Heading, text: string): string {
  const [, ...parts] = page.split(/^## /m);
  const sections = new Map(parts.map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n"))]));
  sections.set(heading, `\n\n${text.trim()}\n`);
  const known = headings.filter((name) => sections.has(name));
  return [introduction, ...known.map((name) => `## ${name}\n\n${sections.get(name)?.trim()}\n`)].join("\n");
}

/** Where a section's figures are from. */
export function describeMachine(): string {
  return `Node.js ${process.versions.node} on ${cpus().length} cores (${process.platform}).`;
}
