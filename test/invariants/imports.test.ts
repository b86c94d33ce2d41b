import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.join(__dirname, "..", "..");

/** One import or re-export: whose, and of what. */
interface Import {
  /** Path of the importing file, relative to the project. */
  readonly file: string;
  /** A path relative to the project, or a package as it is written. */
  readonly imported: string;
  /** Gone once the types are. */
  readonly isType: boolean;
}

const statement =
  /(?:^|[\n;])\s*(?:import|export)\s+(?<type>type\s)?(?:[^"'`;]*?\sfrom\s+)?["'](?<static>[^"'\n]+)["']|\b(?:require|import)\s*\(\s*["'](?<dynamic>[^"'\n]+)["']/g;

function importsOf(file: string, text: string): readonly Import[] {
  return [...text.matchAll(statement)].map(({ groups }) => {
    const specifier = groups?.["static"] ?? groups?.["dynamic"] ?? "";
    const imported = specifier.startsWith(".") ? path.posix.join(path.posix.dirname(file), specifier) : specifier;
    return { file, imported, isType: groups?.["type"] !== undefined };
  });
}

function importsBelow(folder: string): readonly Import[] {
  const absolute = path.join(root, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => path.posix.join(folder, ...name.split(path.sep)))
    .flatMap((file) => importsOf(file, readFileSync(path.join(root, file), "utf8")));
}

/** `k8s` for `k8s/app`, `@cdktf/provider-aws` for `@cdktf/provider-aws/lib/iam-user`, `../x` for what is outside. */
function headOf(imported: string): string {
  const [first = "", second = ""] = imported.split("/");
  return first.startsWith("@") || first === ".." ? `${first}/${second}` : first;
}

/** Which folders and packages a folder's files may import; `node:` modules and their own folder always. */
const allowed: Readonly<Record<string, { readonly from: readonly string[]; readonly imports: number }>> = {
  lib: { from: ["zod", "fastest-levenshtein", "esbuild"], imports: 25 },
  k8s: {
    from: [
      "lib",
      "backup",
      "provisioner",
      "cdk8s",
      "cdk8s-plus-28",
      "constructs",
      "yaml",
      "@grafana/grafana-foundation-sdk",
      "@kubernetes-models/traefik",
      "@kubernetes-models/prometheus-operator",
      "@kubernetes-models/external-secrets",
    ],
    imports: 60,
  },
  terraform: {
    from: ["lib", "cdktf", "constructs", "@cdktf/provider-aws", "@cdktf/provider-random"],
    imports: 25,
  },
  synth: { from: ["lib", "k8s", "terraform", "simulator", "cli-table3"], imports: 15 },
  ops: {
    from: [
      "lib",
      "backup",
      "provisioner",
      "commander",
      "@inquirer/confirm",
      "@inquirer/password",
      "cli-table3",
      "listr2",
      "yaml",
      "@aws-sdk/client-bedrock",
      "@aws-sdk/client-iam",
      "@aws-sdk/client-sts",
    ],
    imports: 30,
  },
  backup: { from: ["zod", "age-encryption", "tar-stream", "@aws-sdk/client-s3", "@aws-sdk/lib-storage"], imports: 30 },
  simulator: { from: ["lib", "zod", "@smithy/eventstream-codec", "@smithy/util-utf8"], imports: 30 },
  provisioner: { from: ["lib"], imports: 12 },
  examples: { from: ["lib"], imports: 4 },
};

function wrongDirections(imports: readonly Import[]): readonly string[] {
  return imports.flatMap(({ file, imported }) => {
    const [folder = ""] = file.split("/");
    const head = headOf(imported);
    const isOwn = head === folder || imported.startsWith("node:");
    return isOwn || allowed[folder]?.from.includes(head) ? [] : [`${file} imports ${imported}`];
  });
}

/** Both at once load every resource of AWS, 390 MB of JavaScript. */
function wholeProviders(imports: readonly Import[]): readonly string[] {
  return imports
    .filter(({ imported }) => /^@cdktf\/provider-[a-z]+$/.test(imported))
    .map(({ file, imported }) => `${file} imports all of ${imported}`);
}

/** What runs needs a dependency: `npm ci --omit=dev` leaves the others out. */
function missingDependencies(imports: readonly Import[], dependencies: readonly string[]): readonly string[] {
  return imports
    .filter(({ imported, isType }) => !isType && !imported.includes(":") && !builtinModules.includes(imported))
    .filter(({ imported }) => !(headOf(imported) in allowed) && !dependencies.includes(headOf(imported)))
    .map(({ file, imported }) => `${file} imports ${imported}, which is no dependency`);
}

function dependenciesOf(): readonly string[] {
  const { dependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  return Object.keys(dependencies);
}

describe.each(Object.keys(allowed))("%s/", (folder) => {
  const imports = importsBelow(folder);

  it("imports only in its direction", () => {
    expect(wrongDirections(imports)).toEqual([]);
    expect(imports.length).toBeGreaterThanOrEqual(allowed[folder]?.imports ?? Number.NaN);
  });

  it("imports no provider as a whole", () => {
    expect(wholeProviders(imports)).toEqual([]);
  });

  it("imports what is installed without development tools, but for types", () => {
    expect(missingDependencies(imports, dependenciesOf())).toEqual([]);
  });
});

/** Imports that nobody may write, with the file that they would stand in. */
const offending: readonly (readonly [file: string, text: string, imported: string])[] = [
  ["lib/offending-1.ts", 'import { ports } from "../k8s/app";\nexport const used = ports;\n', "k8s/app"],
  ["lib/offending-2.ts", 'export type { TerraformApp } from "../terraform/app";\n', "terraform/app"],
  [
    "lib/config/offending-3.ts",
    'import { render } from "../../synth/render";\nexport const used = render;\n',
    "synth/render",
  ],
  ["lib/offending-4.ts", 'import { App } from "cdk8s";\nexport const used = App;\n', "cdk8s"],
  ["lib/offending-5.ts", 'import { k8s } from "cdk8s-plus-28";\nexport const used = k8s;\n', "cdk8s-plus-28"],
  ["lib/offending-6.ts", 'import {\n  App,\n} from "cdktf";\nexport const used = App;\n', "cdktf"],
  ["lib/offending-7.ts", 'import type { Construct } from "constructs";\nexport type Used = Construct;\n', "constructs"],
  ["backup/offending-1.ts", 'import { Cluster } from "../ops/cluster";\nexport const used = Cluster;\n', "ops/cluster"],
  [
    "backup/stores/offending-2.ts",
    'import { loadConfig } from "../../lib/config";\nexport const used = loadConfig;\n',
    "lib/config",
  ],
  [
    "lib/offending-9.ts",
    'import { BackupError } from "../backup/error";\nexport const used = BackupError;\n',
    "backup/error",
  ],
  ["lib/offending-8.ts", 'import { run } from "../ops/main";\nexport const used = run;\n', "ops/main"],
  [
    "k8s/offending-1.ts",
    'import { createTerraformApp } from "../terraform/app";\nexport const used = createTerraformApp;\n',
    "terraform/app",
  ],
  ["k8s/charts/offending-2.ts", 'import type { Token } from "cdktf";\nexport type Used = Token;\n', "cdktf"],
  [
    "terraform/offending-1.ts",
    'import { createKubernetesApp } from "../k8s/app";\nexport const used = createKubernetesApp;\n',
    "k8s/app",
  ],
  ["terraform/stacks/offending-2.ts", 'import { App } from "cdk8s";\nexport const used = App;\n', "cdk8s"],
];

describe("an import in the wrong direction", () => {
  it.each(offending)("is found in %s", (file, text, imported) => {
    expect(wrongDirections(importsOf(file, text))).toEqual([`${file} imports ${imported}`]);
  });

  it("is found however it is written", () => {
    const text = [
      'import "../k8s/a";',
      'import b, { c } from "../k8s/b";',
      'import * as d from "../k8s/c";',
      'export * from "../k8s/d";',
      'const e = require("../k8s/e");',
      'const f = import("../k8s/f");',
      'type G = import("../k8s/g").G;',
      "import h from '../k8s/h';",
      '// A comment names "../k8s/i" without harm.',
    ].join("\n");
    expect(importsOf("lib/any.ts", text).map(({ imported }) => imported)).toEqual(
      ["a", "b", "c", "d", "e", "f", "g", "h"].map((name) => `k8s/${name}`),
    );
  });

  it("is found when a provider is loaded as a whole, or a development tool at run time", () => {
    const text =
      'import { iamUser } from "@cdktf/provider-aws";\nimport { IngressRoute } from "@kubernetes-models/traefik/x";\n';
    const imports = importsOf("terraform/any.ts", text);
    expect(wholeProviders(imports)).toEqual(["terraform/any.ts imports all of @cdktf/provider-aws"]);
    expect(missingDependencies(imports, dependenciesOf())).toEqual([
      "terraform/any.ts imports @kubernetes-models/traefik/x, which is no dependency",
    ]);
  });

  it("is found by Biome, too, while it is written", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "biome-"));
    try {
      const settings = JSON.parse(readFileSync(path.join(root, "biome.json"), "utf8")) as Record<string, unknown>;
      writeFileSync(path.join(folder, "biome.json"), JSON.stringify({ ...settings, vcs: { enabled: false } }));
      const good = ["lib/good.ts", 'import { z } from "zod";\nexport const used = z;\n'] as const;
      for (const [file, text] of [...offending, good]) {
        mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
        writeFileSync(path.join(folder, file), text);
      }
      const biome = path.join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
      const { stdout } = spawnSync(
        process.execPath,
        [biome, "lint", "--only=style/noRestrictedImports", "--reporter=json", "--max-diagnostics=none"],
        { cwd: folder, encoding: "utf8" },
      );
      const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly { location: { path: string } }[] };
      expect(diagnostics.map(({ location }) => location.path).sort()).toEqual(offending.map(([file]) => file).sort());
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
