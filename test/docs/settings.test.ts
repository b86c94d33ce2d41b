import { parse } from "yaml";
import { createKubernetesApp } from "../../k8s/app";
import { testImages } from "../support/images";
import { findContainer, findObject, objectsOf } from "../support/kubernetes";
import { allConfigs } from "../support/variants";
import { codeSpans, readPage, rowsUnder, rowsWith } from "./markdown";

const rendered = allConfigs.map(([, config]) => ({
  objects: objectsOf(createKubernetesApp(config, testImages)),
  aliases: new Set(config.models.map(({ alias }) => alias)),
}));

/** Names of a container's variables over all configurations. */
function variables(kind: "Deployment" | "StatefulSet", name: string): string[] {
  return unique(
    rendered.flatMap(({ objects }) => {
      const { env = [] } = findContainer(findObject(objects, kind, name).spec.template, name);
      return env.map((variable) => variable.name);
    }),
  );
}

/** Paths of LiteLLM's settings over all configurations; `[]` stands for an item, `<alias>` for a model's name. */
function proxyKeys(): string[] {
  return unique(
    rendered.flatMap(({ objects, aliases }) =>
      leafPaths(parse(findObject(objects, "ConfigMap", "litellm").data["config.yaml"] ?? ""), aliases),
    ),
  );
}

function leafPaths(value: unknown, aliases: ReadonlySet<string>, path = ""): string[] {
  if (Array.isArray(value)) {
    const groups = value.filter((item) => typeof item === "object");
    return groups.length === 0 ? [path] : groups.flatMap((item) => leafPaths(item, aliases, `${path}[]`));
  }
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, item]) => {
    const name = aliases.has(key) ? "<alias>" : key;
    return leafPaths(item, aliases, path === "" ? name : `${path}.${name}`);
  });
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

/** What the first column of the table under a heading names. */
function documented(page: string, heading: string): string[] {
  return rowsUnder(page, heading)
    .flatMap(({ Setting = "" }) => codeSpans(Setting))
    .sort();
}

/** How the effect of a setting may be known, as the page's own list defines it. */
function meanings(page: string): string[] {
  return rowsUnder(page, "How an effect is known").flatMap(({ Mark = "" }) => [Mark]);
}

const sides = [
  ["LiteLLM's configuration file", proxyKeys],
  ["LiteLLM's environment", () => variables("Deployment", "litellm")],
  ["Open WebUI's environment", () => variables("StatefulSet", "open-webui")],
] as const;

describe("docs/settings.md", () => {
  const page = readPage("docs/settings.md");

  it.each(sides)("lists exactly what is rendered: %s", (heading, names) => {
    expect(names().length).toBeGreaterThan(0);
    expect(documented(page, heading)).toEqual(names());
  });

  it("says of every setting what it is for and how its effect is known", () => {
    const marks = meanings(page);
    expect(marks.length).toBeGreaterThan(0);
    const rows = rowsWith(page, "Known by");
    const vague = rows.filter((row) => !marks.includes(row["Known by"] ?? "") || (row["What for"] ?? "") === "");
    expect(vague).toEqual([]);
  });

  it("would differ with a setting too many or too few", () => {
    const [heading, names] = sides[2];
    const row = /^\| `WEBUI_AUTH` \|.*$/m;
    expect(page).toMatch(row);
    expect(documented(page.replace(row, "| `WEBUI_OUTH` | a | b |"), heading)).not.toEqual(names());
    expect(
      documented(
        page.replace(row, (line) => `${line}\n| \`EXTRA\` | a | b |`),
        heading,
      ),
    ).not.toEqual(names());
  });
});
