import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  ListAccessKeysCommand,
  NoSuchEntityException,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Aws } from "./aws";
import { awsWords, explainAwsError } from "./aws-errors";
import { Failure } from "./failure";
import { interruption } from "./interruption";

/** The access keys of one IAM user, as AWS knows them. */
export class UserKeys {
  private readonly aws: Aws;
  readonly userName: string;

  constructor(aws: Aws, userName: string) {
    this.aws = aws;
    this.userName = userName;
  }

  /** Ids, the inactive ones too. */
  async list(): Promise<readonly string[]> {
    const command = new ListAccessKeysCommand({ UserName: this.userName });
    const { AccessKeyMetadata = [] } = await explained(() => this.aws.iam.send(command, { abortSignal: interruption }));
    return AccessKeyMetadata.flatMap(({ AccessKeyId }) => AccessKeyId ?? []);
  }

  /** Deletes a key, for good; none that is gone already is a failure. */
  async delete(id: string): Promise<void> {
    const command = new DeleteAccessKeyCommand({ UserName: this.userName, AccessKeyId: id });
    try {
      await this.aws.iam.send(command);
    } catch (error) {
      if (!(error instanceof NoSuchEntityException)) throw explain(error);
    }
    await waitUntil(async () => !(await this.list()).includes(id), `AWS still lists the key ${shortId(id)}`);
  }

  /** When and for what AWS noted a key's last use, which it tells with a delay. */
  async lastUse(id: string): Promise<LastUse | undefined> {
    const command = new GetAccessKeyLastUsedCommand({ AccessKeyId: id });
    const { AccessKeyLastUsed: use } = await explained(() => this.aws.iam.send(command, { abortSignal: interruption }));
    if (use?.LastUsedDate === undefined) return undefined;
    return { time: use.LastUsedDate, where: `${use.ServiceName} in ${use.Region}` };
  }
}

export interface LastUse {
  readonly time: Date;
  /** Such as `bedrock in us-east-1`. */
  readonly where: string;
}

/** For people. */
export function describeUse(use: LastUse | undefined): string {
  return use === undefined
    ? "no use yet, which it may tell hours later"
    : `last used at ${use.time.toISOString()}, for ${use.where}`;
}

/** A key for people: enough to tell it from another one, too little to be taken for a secret. */
export function shortId(id: string): string {
  return `…${id.slice(-4)}`;
}

export interface KeyCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Waits until AWS takes a key, which a new one is not everywhere at once.
 * @throws Failure in AWS's words when it doesn't within a minute
 */
export async function waitUntilAccepted(credentials: KeyCredentials, region: string): Promise<void> {
  const sts = new STSClient({ region, credentials, maxAttempts: 2 });
  let words = "";
  const isAccepted = async () => {
    try {
      await sts.send(new GetCallerIdentityCommand({}), { abortSignal: interruption });
      return true;
    } catch (error) {
      interruption.throwIfAborted();
      words = awsWords(error);
      return false;
    }
  };
  await waitUntil(isAccepted, () => `AWS doesn't take the key ${shortId(credentials.accessKeyId)}: ${words}`);
}

async function waitUntil(ask: () => Promise<boolean>, failure: string | (() => string), seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Failure(typeof failure === "string" ? failure : failure());
    await sleep(2000, undefined, { signal: interruption }).catch(() => interruption.throwIfAborted());
  }
}

async function explained<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    interruption.throwIfAborted();
    throw explain(error);
  }
}

function explain(error: unknown): Failure {
  const { why, mend } = explainAwsError(error);
  return new Failure(`AWS refuses: ${awsWords(error)}\n${why}`, `${mend}, and run the command again`);
}
