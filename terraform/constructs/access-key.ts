import { IamAccessKey } from "@cdktf/provider-aws/lib/iam-access-key";
import type { IamUser } from "@cdktf/provider-aws/lib/iam-user";
import { Construct } from "constructs";
import type { KeySlot } from "../../lib/naming";

export interface AccessKeyProps {
  readonly user: IamUser;
  /** Which of the user's two keys this is. Part of the resource's id: another slot is another key. */
  readonly slot: KeySlot;
}

/** An access key in one of two slots, so that a new one can exist before the old one goes. */
export class AccessKey extends Construct {
  readonly accessKeyId: string;
  /** Kept in Terraform's state: guard the state like the key. */
  readonly secretAccessKey: string;

  constructor(scope: Construct, id: string, props: AccessKeyProps) {
    super(scope, id);
    const key = new IamAccessKey(this, props.slot, { user: props.user.name });
    this.accessKeyId = key.id;
    this.secretAccessKey = key.secret;
  }
}
