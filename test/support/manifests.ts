import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ApiObject } from "cdk8s";
import { parseAllDocuments } from "yaml";
import { createKubernetesApp } from "../../k8s/app";
import type { StackConfig } from "../../lib/config";
import { type Images, images } from "../../lib/versions";
import type { KubernetesObject } from "./kubernetes";

/** An object of a rendered file. Nothing is taken for granted but what makes it an object. */
export interface Manifest extends KubernetesObject {
  readonly spec?: unknown;
  readonly data?: unknown;
}

/** All that `npx cdk8s synth` leaves behind for a configuration. */
export interface Rendered {
  readonly config: StackConfig;
  /** The files' texts by name, in order. */
  readonly files: Readonly<Record<string, string>>;
  /** What the files hold, with the file's name. */
  readonly objects: readonly { readonly file: string; readonly manifest: Manifest }[];
  /** Where the rendered objects are in the construct tree. */
  readonly constructPaths: readonly string[];
}

/** Renders a configuration into files, with the images that are deployed, and reads them back as kubectl would. */
export function renderManifests(config: StackConfig, used: Images = images): Rendered {
  const outdir = mkdtempSync(path.join(tmpdir(), "cdk8s-"));
  try {
    const app = createKubernetesApp(config, used, { outdir });
    app.synth();
    const names = readdirSync(outdir).sort();
    const files = Object.fromEntries(names.map((name) => [name, readFileSync(path.join(outdir, name), "utf8")]));
    return {
      config,
      files,
      objects: Object.entries(files).flatMap(([file, text]) =>
        parseManifests(file, text).map((manifest) => ({ file, manifest })),
      ),
      constructPaths: app.charts
        .flatMap((chart) => chart.node.findAll())
        .filter(ApiObject.isApiObject)
        .map(({ node }) => node.path),
    };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function parseManifests(file: string, text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => {
    const [error] = [...document.errors, ...document.warnings];
    if (error !== undefined) throw new Error(`${file}: ${error.message}`);
    return document.toJS() as Manifest;
  });
}

/** What is at a path of keys, or `undefined` where the path ends. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => record(inner)[key], value);
}

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `Kind name`. */
export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`;
}

export function ofKind(rendered: Rendered, ...kinds: readonly string[]): readonly Manifest[] {
  return rendered.objects.map(({ manifest }) => manifest).filter(({ kind }) => kinds.includes(kind));
}

/** A part of what is rendered that a rule looks at. */
export interface Subject {
  /** How a violation names it. */
  readonly where: string;
}

export interface ManifestSubject extends Subject {
  readonly manifest: Manifest;
}

export interface PodSubject extends ManifestSubject {
  /** The value of the pod's label `app`. */
  readonly app: unknown;
  readonly template: unknown;
  readonly spec: unknown;
}

export interface ContainerSubject extends Subject {
  readonly container: unknown;
  readonly isInit: boolean;
  readonly pod: PodSubject;
}

export function manifestsOf(rendered: Rendered, ...kinds: readonly string[]): readonly ManifestSubject[] {
  return ofKind(rendered, ...kinds).map((manifest) => ({ where: nameOf(manifest), manifest }));
}

/** The pod templates of all workloads, whatever their kind. */
export function podsOf(rendered: Rendered): readonly PodSubject[] {
  return rendered.objects.flatMap(({ manifest }) => {
    const template =
      at(manifest.spec, "template") ??
      at(manifest.spec, "jobTemplate", "spec", "template") ??
      (manifest.kind === "Pod" ? manifest : undefined);
    if (template === undefined || at(template, "spec", "containers") === undefined) return [];
    const app = at(template, "metadata", "labels", "app");
    return [{ where: nameOf(manifest), manifest, app, template, spec: at(template, "spec") }];
  });
}

export function containersOf(rendered: Rendered): readonly ContainerSubject[] {
  return podsOf(rendered).flatMap((pod) => [
    ...list(at(pod.spec, "containers")).map((container) => containerSubject(pod, container, false)),
    ...list(at(pod.spec, "initContainers")).map((container) => containerSubject(pod, container, true)),
  ]);
}

function containerSubject(pod: PodSubject, container: unknown, isInit: boolean): ContainerSubject {
  return { where: `${pod.where}, container ${String(at(container, "name"))}`, container, isInit, pod };
}

/** All texts of a value, keys too. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return Object.entries(record(value)).flatMap(([key, inner]) => [key, ...textsOf(inner)]);
}

/** Something that holds for everything that is rendered. */
export interface Rule {
  /** Completes "renders". */
  readonly says: string;
  /** How many subjects there are for a configuration at least: a rule that looks at nothing proves nothing. */
  readonly atLeast: (config: StackConfig) => number;
  readonly check: (rendered: Rendered) => { readonly count: number; readonly violations: readonly string[] };
  /** What breaks the rule, and what is then found. */
  readonly bad: Partial<Rendered>;
  readonly finds: readonly string[];
}

export interface RuleOptions<Kind extends Subject> {
  readonly says: string;
  readonly of: (rendered: Rendered) => readonly Kind[];
  readonly atLeast: number | ((config: StackConfig) => number);
  /** What is wrong with a subject. */
  readonly violations: (subject: Kind, rendered: Rendered) => readonly string[];
  readonly bad: Partial<Rendered> | readonly Manifest[];
  readonly finds: readonly string[];
}

export function rule<Kind extends Subject>(options: RuleOptions<Kind>): Rule {
  const { says, of, atLeast, violations, bad, finds } = options;
  return {
    says,
    atLeast: typeof atLeast === "number" ? () => atLeast : atLeast,
    check: (rendered) => {
      const subjects = of(rendered);
      return {
        count: subjects.length,
        violations: subjects.flatMap((subject) =>
          violations(subject, rendered).map((violation) => `${subject.where}: ${violation}`),
        ),
      };
    },
    bad: isManifests(bad) ? { objects: bad.map((manifest) => ({ file: "bad.yaml", manifest })) } : bad,
    finds,
  };
}

function isManifests(bad: Partial<Rendered> | readonly Manifest[]): bad is readonly Manifest[] {
  return Array.isArray(bad);
}
