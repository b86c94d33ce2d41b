import { IamAccessKey } from "@cdktf/provider-aws/lib/iam-access-key";
import type { IamUser } from "@cdktf/provider-aws/lib/iam-user";
import { Construct } from "constructs";
import { type AccessKeys, describeStatuses } from "../../lib/access-keys";
import { type KeySlot, keySlots } from "../../lib/naming";

export interface UserAccessKeysProps {
  readonly user: IamUser;
  /** Which keys exist, and which one is in use. A key's slot is its resource's id: another slot is another key. */
  readonly keys: AccessKeys;
  /** Whether Terraform refuses to delete the key in use. */
  readonly preventDestroy: boolean;
}

/** A user's access keys in two slots, so that a new one can exist before the old one goes. */
export class UserAccessKeys extends Construct {
  /** The key in use. */
  readonly accessKeyId: string;
  /** Kept in Terraform's state: guard the state like the key. */
  readonly secretAccessKey: string;
  /** Every key with its status, such as `a Active, b Inactive`, once it is so. */
  readonly statuses: string;

  constructor(scope: Construct, id: string, { user, keys, preventDestroy }: UserAccessKeysProps) {
    super(scope, id);
    const made = keySlots.flatMap((slot): [KeySlot, IamAccessKey][] => {
      const status = keys[slot]?.status;
      if (status === undefined) return [];
      const lifecycle = { preventDestroy: preventDestroy && slot === keys.inUse };
      return [[slot, new IamAccessKey(this, slot, { user: user.name, status, lifecycle })]];
    });
    const inUse = made.find(([slot]) => slot === keys.inUse)?.[1];
    if (inUse === undefined)
      throw new Error(`keys.inUse: got "${keys.inUse}", a slot without a key; allowed: one with a key.`);
    this.accessKeyId = inUse.id;
    this.secretAccessKey = inUse.secret;
    this.statuses = describeStatuses(Object.fromEntries(made.map(([slot, key]) => [slot, key.status])));
  }
}
