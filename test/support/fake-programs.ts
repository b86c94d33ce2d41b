import { readFileSync } from "node:fs";
import path from "node:path";
import { temporaryFolder, writeFile } from "./temporary-folder";

/** What a program answers: a text, or an object as JSON, on its standard output; or all of it. */
export type Answer = string | object | Ending;

export class Ending {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  /** How long it takes. A signal doesn't shorten it: it is written down. */
  readonly seconds: number;

  constructor({ stdout = "", stderr = "", code = 0, seconds = 0 }: Partial<Ending>) {
    this.stdout = stdout;
    this.stderr = stderr;
    this.code = code;
    this.seconds = seconds;
  }
}

/** @returns an answer of a program that fails */
export function fails(stderr: string, code = 1): Ending {
  return new Ending({ stderr, code });
}

/** The first one whose key is part of the arguments, joined by blanks, is given; without any, nothing. */
export type Answers = Readonly<Record<string, Answer>>;

const program = `#!${process.execPath}
const { appendFileSync, readFileSync } = require("node:fs");
const path = require("node:path");
const name = path.basename(process.argv[1]);
const args = process.argv.slice(2).join(" ").replace(/--context=\\S+ /, "");
const note = (line) => appendFileSync(path.join(__dirname, "calls"), name + " " + line + "\\n");
note(args);
const answers = JSON.parse(readFileSync(path.join(__dirname, name + ".json"), "utf8"));
const [, answer] = answers.find(([part]) => args.includes(part)) ?? [, { stdout: "", stderr: "", code: 0, seconds: 0 }];
process.on("SIGINT", () => note("SIGINT"));
const input = args.includes("-f -") ? readFileSync(0, "utf8") : "";
if (args.startsWith("exec -i ")) readFileSync(0);
if (input !== "") appendFileSync(path.join(__dirname, "input"), input);
process.stdout.write(answer.stdout);
process.stderr.write(answer.stderr);
setTimeout(() => process.exit(answer.code), answer.seconds * 1000);
`;

/** Programs that stand in for kubectl and the like: they write down how they were called, and answer as they are told. */
export class FakePrograms {
  private readonly folder = temporaryFolder();

  /** @param answers - by the program's name */
  constructor(answers: Readonly<Record<string, Answers>>) {
    writeFile(this.folder, "calls", "");
    writeFile(this.folder, "input", "");
    for (const [name, given] of Object.entries(answers)) {
      writeFile(this.folder, name, program, 0o755);
      writeFile(
        this.folder,
        `${name}.json`,
        JSON.stringify(Object.entries(given).map(([part, answer]) => [part, complete(answer)])),
      );
    }
  }

  /** @param only - whether nothing but these programs is found */
  path({ only = false } = {}): string {
    return only ? this.folder : `${this.folder}:${process.env["PATH"]}`;
  }

  /** Every call, such as `kubectl get pods`, without the context; and every signal. */
  calls(): readonly string[] {
    return this.read("calls")
      .split("\n")
      .filter((line) => line !== "");
  }

  /** Those that change something. */
  changes(): readonly string[] {
    return this.calls().filter((call) => /\b(?:apply|delete|create|patch|replace|scale|label|annotate)\b/.test(call));
  }

  /** All that was piped into one of them. */
  input(): string {
    return this.read("input");
  }

  private read(name: string): string {
    return readFileSync(path.join(this.folder, name), "utf8");
  }
}

function complete(answer: Answer): Ending {
  if (answer instanceof Ending) return answer;
  return new Ending({ stdout: typeof answer === "string" ? answer : JSON.stringify(answer) });
}
