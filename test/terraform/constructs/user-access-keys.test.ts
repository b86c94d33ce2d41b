import { IamUser } from "@cdktf/provider-aws/lib/iam-user";
import type { AccessKeys } from "../../../lib/access-keys";
import { UserAccessKeys, type UserAccessKeysProps } from "../../../terraform/constructs/user-access-keys";
import { findResource, listResources, reference, renderTerraformConstruct } from "../../support/terraform-construct";

const rotating: AccessKeys = {
  inUse: "b",
  a: { status: "Inactive" },
  b: { status: "Active", created: "2026-01-01T00:00:00Z" },
};
const addresses = { a: "aws_iam_access_key.access-key_a_93B21314", b: "aws_iam_access_key.access-key_b_F489910E" };

function render(keys: AccessKeys, preventDestroy = true) {
  return renderTerraformConstruct((scope) => {
    const user = new IamUser(scope, "user", { name: "test-chat" });
    const props: Required<UserAccessKeysProps> = { user, keys, preventDestroy };
    const { accessKeyId, secretAccessKey, statuses } = new UserAccessKeys(scope, "access-key", props);
    // Handles as Terraform sees them: references, which only resolve inside a resource.
    const tags = { accessKeyId, secretAccessKey, statuses };
    new IamUser(scope, "reader", { name: "reader", tags });
    return tags;
  }).json;
}

function keysOf(json: ReturnType<typeof render>) {
  return listResources(json).filter(({ type }) => type === "aws_iam_access_key");
}

describe("UserAccessKeys", () => {
  it("begins with the first key alone", () => {
    const keys = keysOf(render({ inUse: "a", a: { status: "Active" } }));
    expect(keys.map(({ path }) => path)).toEqual(["access-key/a"]);
  });

  it("has every key under its slot's id, by which Terraform knows it: another id is another key", () => {
    const json = render(rotating);
    expect(keysOf(json).map(({ path }) => path)).toEqual(["access-key/a", "access-key/b"]);
    const known = Object.keys(json.resource["aws_iam_access_key"] ?? {}).map((id) => `aws_iam_access_key.${id}`);
    expect(known).toEqual(Object.values(addresses));
  });

  it("gives each key to the user, with its status", () => {
    const json = render(rotating);
    const user = reference("aws_iam_user.user.name");
    expect(findResource(json, "aws_iam_access_key", "access-key/a").settings).toMatchObject({
      user,
      status: "Inactive",
    });
    expect(findResource(json, "aws_iam_access_key", "access-key/b").settings).toMatchObject({ user, status: "Active" });
  });

  it("keeps Terraform from deleting the key in use, and from nothing else", () => {
    const protection = (preventDestroy: boolean) =>
      keysOf(render(rotating, preventDestroy)).map(({ settings }) => settings["lifecycle"]);
    expect(protection(true)).toEqual([{ prevent_destroy: false }, { prevent_destroy: true }]);
    expect(protection(false)).toEqual([{ prevent_destroy: false }, { prevent_destroy: false }]);
  });

  it.each(["a", "b"] as const)("hands out the two parts of the key in use, in slot %s, by reference", (inUse) => {
    const keys = { a: { status: "Active" }, b: { status: "Active", created: "2026-01-01T00:00:00Z" } } as const;
    expect(findResource(render({ ...keys, inUse }), "aws_iam_user", "reader").settings["tags"]).toMatchObject({
      accessKeyId: reference(`${addresses[inUse]}.id`),
      secretAccessKey: reference(`${addresses[inUse]}.secret`),
    });
  });

  it("hands out the status of every key by reference, so that it is put out when the key is there", () => {
    expect(findResource(render(rotating), "aws_iam_user", "reader").settings["tags"]).toMatchObject({
      statuses: `a ${reference(`${addresses.a}.status`)}, b ${reference(`${addresses.b}.status`)}`,
    });
  });

  it("refuses a slot in use without a key", () => {
    expect(() => render({ inUse: "b", a: { status: "Active" } })).toThrow(
      new Error('keys.inUse: got "b", a slot without a key; allowed: one with a key.'),
    );
  });
});
