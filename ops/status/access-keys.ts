import { ListAccessKeysCommand } from "@aws-sdk/client-iam";
import type { StackConfig } from "../../lib/config";
import type { Aws } from "../aws";
import { awsWords } from "../aws-errors";
import { Failure } from "../failure";
import { interruption } from "../interruption";

export interface AccessKeyStatus {
  /** The end of its id, which is no secret. */
  readonly id: string;
  readonly status: string;
  readonly days: number;
}

const day = 86_400_000;

/** The IAM user's keys; none with a web identity. @throws Failure in AWS's words */
export async function readAccessKeys({ iam }: Aws, { aws }: StackConfig): Promise<readonly AccessKeyStatus[]> {
  if (aws.credentials.kind === "web-identity") return [];
  try {
    const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName: aws.userName }), {
      abortSignal: interruption,
    });
    return AccessKeyMetadata.map(({ AccessKeyId = "", Status = "Active", CreateDate = new Date() }) => ({
      id: `…${AccessKeyId.slice(-4)}`,
      status: Status.toLowerCase(),
      days: Math.floor((Date.now() - CreateDate.getTime()) / day),
    }));
  } catch (error) {
    interruption.throwIfAborted();
    throw new Failure(awsWords(error));
  }
}
