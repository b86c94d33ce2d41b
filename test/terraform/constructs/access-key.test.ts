import { IamUser } from "@cdktf/provider-aws/lib/iam-user";
import { keySlots } from "../../../lib/naming";
import { AccessKey, type AccessKeyProps } from "../../../terraform/constructs/access-key";
import { findResource, reference, renderTerraformConstruct } from "../../support/terraform-construct";

function render(slot: AccessKeyProps["slot"]) {
  return renderTerraformConstruct((scope) => {
    const props: Required<AccessKeyProps> = { user: new IamUser(scope, "user", { name: "test-chat" }), slot };
    const { accessKeyId, secretAccessKey } = new AccessKey(scope, "access-key", props);
    // Handles as Terraform sees them: references, which only resolve inside a resource.
    new IamUser(scope, "reader", { name: "reader", path: accessKeyId, permissionsBoundary: secretAccessKey });
    return { accessKeyId, secretAccessKey };
  });
}

describe("AccessKey", () => {
  it.each(keySlots)("has the id access-key/%s, by which Terraform knows the key: another id is another key", (slot) => {
    const key = findResource(render(slot).json, "aws_iam_access_key", `access-key/${slot}`);
    expect(key.settings).toEqual({ user: reference("aws_iam_user.user.name") });
  });

  it("has an address in Terraform's state that never changes", () => {
    const addresses = keySlots.flatMap((slot) => Object.keys(render(slot).json.resource["aws_iam_access_key"] ?? {}));
    expect(addresses).toEqual(["access-key_a_93B21314", "access-key_b_F489910E"]);
  });

  it("hands out the key's two parts by reference", () => {
    const { json } = render("a");
    expect(findResource(json, "aws_iam_user", "reader").settings).toMatchObject({
      path: reference("aws_iam_access_key.access-key_a_93B21314.id"),
      permissions_boundary: reference("aws_iam_access_key.access-key_a_93B21314.secret"),
    });
  });
});
