import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { awsWords, explainAwsError } from "../aws-errors";
import { Failure } from "../failure";
import { interruption } from "../interruption";
import { type Check, type CheckContext, ok, problem } from "./check";

/** Whose credentials these are, and of which account. @throws Failure when AWS doesn't take them */
export const checkIdentity: Check<CheckContext> = async ({ aws, config }) => {
  const { account, arn } = await askIdentity({ aws });
  const { credentials, region } = config.aws;
  if (credentials.kind === "web-identity" && credentials.accountId !== account) {
    const what = `AWS account ${account}, but aws.credentials.accountId is ${credentials.accountId}`;
    return [
      problem(
        what,
        "the role would be looked for in another account",
        "sign in to that account, or correct the setting",
      ),
    ];
  }
  return [ok(`AWS account ${account}, Region ${region}, as ${arn}`)];
};

async function askIdentity({
  aws,
}: Pick<CheckContext, "aws">): Promise<{ readonly account: string; readonly arn: string }> {
  try {
    const { Account = "", Arn = "" } = await aws.sts.send(new GetCallerIdentityCommand({}), {
      abortSignal: interruption,
    });
    return { account: Account, arn: Arn };
  } catch (error) {
    const { why, mend } = explainAwsError(error);
    throw new Failure(`AWS doesn't take the credentials: ${why} (${awsWords(error)})`, mend);
  }
}
