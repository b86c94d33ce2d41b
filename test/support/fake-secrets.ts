export interface FakeSecret {
  /** How a message calls it. */
  readonly what: string;
  readonly value: string;
  /** The part of the value that no message may repeat. */
  readonly confidential: string;
}

/** Put together at run time, so that no text of this file has a secret's shape. */
function fake(what: string, publicPart: string, confidential: string, end = ""): FakeSecret {
  return { what, value: `${publicPart}${confidential}${end}`, confidential };
}

/** Made-up values, as short as may be, of every shape that a configuration is searched for. */
export const fakeSecrets: readonly FakeSecret[] = [
  fake("an AWS access key id", "AKIA", "QWERTY23".repeat(2)),
  fake("an AWS access key id", "ASIA", "ASDFGH45".repeat(2)),
  fake("an AWS secret access key", "", "wJ4/kL9+".repeat(5)),
  fake("a Bedrock API key", "ABSK", "Qm9kc".repeat(4)),
  fake("a Bedrock API key", "bedrock-api-key-", "YmVkcm9j".repeat(4)),
  fake("an API key", "sk-", "q1w2e3r4t5y6"),
  fake("an API key", "sk-ant-api03-", "Zx_9-cVb"),
  fake("a GitHub token", "ghp_", "g1T7h".repeat(4)),
  fake("a GitHub token", "github_pat_", "11ABC_de_F".repeat(2)),
  fake("a GitLab token", "glpat-", "aB3_-".repeat(4)),
  fake("a Hugging Face token", "hf_", "aBcDe".repeat(6)),
  fake("a DigitalOcean token", "dop_v1_", "0123456789abcdef".repeat(4)),
  fake("a Slack token", "xoxb-", "123-456-ab"),
  fake("a Google API key", "AIza", "Sy_D-9k".repeat(5)),
  fake("a private key", ["-----BEGIN", "OPENSSH PRIVATE", "KEY-----\n"].join(" "), "b3BlbnNzaC1rZXk"),
  fake("a private key", ["-----BEGIN", "PRIVATE", "KEY-----\n"].join(" "), "MIIEvQIBADANBg"),
  fake("a private key", ["AGE", "SECRET", "KEY", "1"].join("-"), "QQPQQPQQPQ"),
  fake("a JSON web token", "", ["eyJ", "hbGciOiJIU.", "zdWIiOiJtZ.", "c2ln"].join("")),
  fake("a URL with a password", "redis://:", "hunter22", "@redis:6379"),
  fake("a URL with a password", "https://me:", "correct-horse", "@example.com/"),
];
