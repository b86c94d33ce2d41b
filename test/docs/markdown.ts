import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const project = path.join(__dirname, "..", "..");

/** Folders that hold no page of ours. Hidden ones are left out, too. */
const skipped: readonly string[] = ["node_modules", "dist", "cdktf.out", "coverage", "state"];

/** The project's pages by path, such as `docs/security.md`. */
export function readPages(folder = ""): ReadonlyMap<string, string> {
  const entries = readdirSync(path.join(project, folder), { withFileTypes: true });
  const pages = entries.flatMap((entry): [string, string][] => {
    const name = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) {
      return skipped.includes(entry.name) || entry.name.startsWith(".") ? [] : [...readPages(name)];
    }
    return entry.name.endsWith(".md") ? [[name, readFileSync(path.join(project, name), "utf8")]] : [];
  });
  return new Map(pages);
}

/** A page by its path; on a miss the error lists what exists. */
export function readPage(name: string): string {
  const pages = readPages();
  const page = pages.get(name);
  if (page === undefined) throw new Error(`no page ${name}; there are: ${[...pages.keys()].join(", ")}`);
  return page;
}

export interface Table {
  /** The heading that it stands under, without its `#`. */
  readonly heading: string;
  readonly columns: readonly string[];
  /** Cells by column name. */
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** All tables of a page, in order. */
export function readTables(page: string): readonly Table[] {
  const tables: Table[] = [];
  let heading = "";
  let block: string[] = [];
  const finish = () => {
    const [head, , ...rows] = block.map(splitCells);
    if (head !== undefined && block.length > 1) {
      const named = rows.map((cells) => Object.fromEntries(head.map((column, index) => [column, cells[index] ?? ""])));
      tables.push({ heading, columns: head, rows: named });
    }
    block = [];
  };
  for (const line of withoutCode(page).split("\n")) {
    if (line.startsWith("|")) {
      block.push(line);
      continue;
    }
    finish();
    heading = /^#+ +(.*)$/.exec(line)?.[1] ?? heading;
  }
  finish();
  return tables;
}

/** The rows of all tables that have this column. */
export function rowsWith(page: string, column: string): Table["rows"] {
  return readTables(page).flatMap(({ columns, rows }) => (columns.includes(column) ? rows : []));
}

/** The rows of the one table under a heading; on a miss the error lists the headings. */
export function rowsUnder(page: string, heading: string): Table["rows"] {
  const tables = readTables(page);
  const found = tables.filter((table) => table.heading === heading);
  if (found.length !== 1) {
    const headings = tables.map((table) => table.heading).join(", ");
    throw new Error(`${found.length} tables under "${heading}"; there are tables under: ${headings}`);
  }
  return found.flatMap(({ rows }) => rows);
}

function splitCells(line: string): string[] {
  return line
    .replace(/^\|/, "")
    .replace(/\|\s*$/, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll("\\|", "|").trim());
}

/** What stands between backticks. */
export function codeSpans(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

/** The contents of fenced blocks of one language. */
export function codeBlocks(page: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm");
  return [...page.matchAll(fence)].map(([, code = ""]) => code);
}

/** A page without its fenced blocks, in which nothing is a heading, a table or a link. */
export function withoutCode(page: string): string {
  return page.replace(/^```[\s\S]*?^```$/gm, "");
}
