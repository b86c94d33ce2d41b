import { redisAcl } from "../../../../k8s/constructs/redis/acl";

const liteLlmDigest = "1".repeat(64);
const openWebUiDigest = "2".repeat(64);
const acl = redisAcl({ liteLlmDigest, openWebUiDigest });

/** The rules of one user, in order: Redis applies them from left to right. */
function rulesOf(user: string): readonly string[] {
  const line = acl.split("\n").find((text) => text.startsWith(`user ${user} `));
  if (line === undefined) throw new Error(`no user ${user}; the file is:\n${acl}`);
  return line.split(" ").slice(2);
}

describe("redisAcl", () => {
  it("has three users, one a line, and ends with a newline", () => {
    expect(acl.match(/^user \S+(?= on )/gm)).toEqual(["user default", "user litellm", "user open-webui"]);
    expect(acl.split("\n")).toHaveLength(4);
    expect(acl.endsWith("\n")).toBe(true);
  });

  it("lets everyone without a password ask whether Redis is there, and nothing else", () => {
    expect(rulesOf("default")).toEqual(["on", "nopass", "resetkeys", "resetchannels", "-@all", "+ping"]);
  });

  it.each([
    ["litellm", liteLlmDigest],
    ["open-webui", openWebUiDigest],
  ])("lets %s in with the password of its own digest alone", (user, digest) => {
    expect(rulesOf(user).filter((rule) => /^[#>]|^nopass$/.test(rule))).toEqual([`#${digest}`]);
    expect(rulesOf(user)).toContain("on");
  });

  it.each([
    ["litellm", ["~litellm:*"]],
    ["open-webui", ["~open-webui:*"]],
  ])("shows %s its own keys only", (user, patterns) => {
    const rules = rulesOf(user);
    expect(rules.filter((rule) => /^%?\w*~|^allkeys$/.test(rule))).toEqual(patterns);
    expect(rules.indexOf("resetkeys")).toBeLessThan(rules.findIndex((rule) => rule.startsWith("~")));
    expect(rules).toContain("resetkeys");
  });

  it.each([
    ["litellm", []],
    ["open-webui", ["&open-webui:*", "&socketio"]],
  ])("shows %s its own channels only", (user, channels) => {
    const rules = rulesOf(user);
    expect(rules.filter((rule) => /^&|^allchannels$/.test(rule))).toEqual(channels);
    expect(rules).toContain("resetchannels");
  });

  it.each(["litellm", "open-webui"])("starts %s with no command, and takes the dangerous ones away last", (user) => {
    const commands = rulesOf(user).filter((rule) => /^[+-]/.test(rule));
    expect(commands[0]).toBe("-@all");
    expect(commands.filter((rule) => rule.startsWith("+@"))).not.toContain("+@all");
    const taken = commands.indexOf("-@dangerous");
    expect(taken).toBeGreaterThan(0);
    expect(commands.slice(taken).filter((rule) => rule.startsWith("+@"))).toEqual([]);
  });

  it("lets LiteLLM count, and neither delete nor look around", () => {
    expect(rulesOf("litellm").slice(-7)).toEqual(["+get", "+mget", "+set", "+incrbyfloat", "+expire", "+ttl", "+info"]);
  });

  it("lets Open WebUI keep its sessions, in groups that are named before -@dangerous", () => {
    expect(rulesOf("open-webui").filter((rule) => /^[+-]/.test(rule))).toEqual([
      "-@all",
      "+@hash",
      "+@list",
      "+@set",
      "+@connection",
      "-@dangerous",
      "+get",
      "+mget",
      "+set",
      "+incr",
      "+del",
      "+exists",
      "+expire",
      "+eval",
      "+publish",
      "+subscribe",
      "+unsubscribe",
      "+multi",
      "+exec",
    ]);
  });
});
