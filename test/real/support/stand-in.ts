/** An access key as AWS knows it. */
export interface KnownKey {
  readonly id: string;
  readonly status: string;
}

/**
 * Asks the stand-in's IAM, past Terraform.
 * @throws when it refuses
 */
async function ask(action: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(endpoint(), {
    method: "POST",
    headers: signature("iam"),
    body: new URLSearchParams({ Action: action, Version: "2010-05-08", ...parameters }),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${action}: ${response.status} ${answer}`);
  return answer;
}

/** A stand-in checks no signature; it only wants to know which service is meant. */
export function signature(service: string): { readonly authorization: string } {
  return { authorization: `AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/${service}/aws4_request` };
}

/** Never AWS itself. */
export function endpoint(): string {
  const url = process.env["AWS_ENDPOINT_URL"] ?? "";
  if (!/^http:\/\/(?:127\.0\.0\.1|localhost):\d+$/.test(url)) {
    throw new Error(`AWS_ENDPOINT_URL: got "${url}"; allowed: a stand-in on this machine.`);
  }
  return url;
}

function elements(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) => text);
}

export async function listAccessKeys(user: string): Promise<readonly KnownKey[]> {
  const answer = await ask("ListAccessKeys", { UserName: user });
  const statuses = elements(answer, "Status");
  return elements(answer, "AccessKeyId").map((id, index) => ({ id, status: statuses[index] ?? "" }));
}

/** @returns the unique id, which a user that is made anew hasn't */
export async function createUser(user: string): Promise<string> {
  return elements(await ask("CreateUser", { UserName: user }), "UserId")[0] ?? "";
}

export async function userId(user: string): Promise<string> {
  return elements(await ask("GetUser", { UserName: user }), "UserId")[0] ?? "";
}

/** A user or a role. */
export interface Principal {
  readonly kind: "User" | "Role";
  readonly name: string;
}

function named({ kind, name }: Principal): Readonly<Record<string, string>> {
  return { [`${kind}Name`]: name };
}

export async function attachPolicy(principal: Principal, policyArn: string): Promise<void> {
  await ask(`Attach${principal.kind}Policy`, { ...named(principal), PolicyArn: policyArn });
}

export async function detachPolicy(principal: Principal, policyArn: string): Promise<void> {
  await ask(`Detach${principal.kind}Policy`, { ...named(principal), PolicyArn: policyArn });
}

export async function listAttachedPolicies(principal: Principal): Promise<readonly string[]> {
  return elements(await ask(`ListAttached${principal.kind}Policies`, named(principal)), "PolicyArn");
}

export async function createBucket(name: string): Promise<void> {
  const { ok, status } = await fetch(`${endpoint()}/${name}`, { method: "PUT", headers: signature("s3") });
  if (!ok) throw new Error(`CreateBucket: ${status}`);
}
