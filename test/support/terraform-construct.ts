import { TerraformStack, Testing } from "cdktf";
import type { Construct } from "constructs";
import type { TerraformJson } from "./terraform";

/** A resource as cdktf writes it, with where it is in the construct tree. */
export interface TerraformResourceJson {
  /** Path of construct ids below the stack, such as `access-key/a`: the contract with what is deployed. */
  readonly path: string;
  readonly type: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Renders what one construct adds to a stack of its own. */
export function renderTerraformConstruct<Made>(make: (scope: Construct) => Made): {
  readonly construct: Made;
  readonly json: TerraformJson;
} {
  const stack = new TerraformStack(Testing.app(), "stack");
  const construct = make(stack);
  // Not Testing.synth: it leaves out where a resource is in the construct tree.
  stack.prepareStack();
  return { construct, json: stack.toTerraform() as TerraformJson };
}

/** All resources with their paths. */
export function listResources({ resource = {} }: Partial<TerraformJson>): readonly TerraformResourceJson[] {
  return Object.entries(resource).flatMap(([type, byId]) =>
    Object.values(byId).map(({ "//": comment, ...settings }) => {
      const { metadata } = comment as { readonly metadata: { readonly path: string } };
      return { path: metadata.path.slice(metadata.path.indexOf("/") + 1), type, settings };
    }),
  );
}

/** A reference as Terraform writes it, such as `reference("aws_iam_user.user.name")`. */
export function reference(address: string): string {
  return `\${${address}}`;
}

/** @throws on a miss, with everything that exists */
export function findResource(json: Partial<TerraformJson>, type: string, path: string): TerraformResourceJson {
  const all = listResources(json);
  const found = all.find((resource) => resource.type === type && resource.path === path);
  if (found === undefined) {
    const existing = all.map((resource) => `${resource.type} ${resource.path}`);
    throw new Error(`no ${type} ${path}; there are: ${existing.join(", ") || "no resources at all"}`);
  }
  return found;
}
