import { type AccessKeyMetadata, ListAccessKeysCommand } from "@aws-sdk/client-iam";
import type { StackConfig } from "../../lib/config";
import { awsWords, explainAwsError, isDenied } from "../aws-errors";
import { interruption } from "../interruption";
import { type Check, type CheckContext, type Finding, ok, problem, warning } from "./check";

const day = 86_400_000;
const rotate = "npm run -s rotate-key (docs/configuration.md#rotating-the-access-key)";

/** How old the user's access keys are, and whether there are as many as are described. */
export const checkAccessKey: Check<CheckContext> = async ({ aws, config }) => {
  if (config.aws.credentials.kind === "web-identity") return [ok("no access key: a web identity")];
  const { userName } = config.aws;
  try {
    const { AccessKeyMetadata = [] } = await aws.iam.send(new ListAccessKeysCommand({ UserName: userName }), {
      abortSignal: interruption,
    });
    return [...AccessKeyMetadata.map((key) => checkAge(key, config)), ...checkNumber(AccessKeyMetadata, config)];
  } catch (error) {
    if (error instanceof Error && /^NoSuchEntity/.test(error.name)) return [ok(`no IAM user ${userName} yet`)];
    const { why, mend } = explainAwsError(error);
    const what = `the access keys of ${userName} couldn't be looked at: ${awsWords(error)}`;
    return [
      isDenied(error) ? warning(what, "their age isn't known", "allow iam:ListAccessKeys") : problem(what, why, mend),
    ];
  }
};

function checkAge(
  { CreateDate, Status = "Active", AccessKeyId = "" }: AccessKeyMetadata,
  config: StackConfig,
): Finding {
  const days = Math.floor((Date.now() - (CreateDate?.getTime() ?? Date.now())) / day);
  const what = `access key …${AccessKeyId.slice(-4)} is ${days} days old, ${Status.toLowerCase()}`;
  const limit = config.monitoring.kind === "none" ? 90 : config.monitoring.alerts.accessKeyDays;
  if (days <= limit) return ok(what);
  return warning(what, `a key that leaked is of use for as long as it lives; the limit is ${limit} days`, rotate);
}

/** A key that Terraform doesn't know of works all the same. */
function checkNumber(keys: readonly AccessKeyMetadata[], { accessKeys, aws }: StackConfig): readonly Finding[] {
  const described = [accessKeys.a, accessKeys.b].filter((key) => key !== undefined).length;
  if (keys.length <= described) return [];
  const what = `${aws.userName} has ${keys.length} access keys, of which ${described} ${described === 1 ? "is" : "are"} described`;
  const why = "somebody made one by hand: nobody rotates it, and AWS allows two";
  return [warning(what, why, `aws iam list-access-keys --user-name ${aws.userName}; delete the one that nobody uses`)];
}
