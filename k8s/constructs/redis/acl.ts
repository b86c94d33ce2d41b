import { redisPrefixes, redisUsers } from "../../../lib/naming";

export interface AclOptions {
  /** SHA-256 digests of the two passwords, in hexadecimal. */
  readonly liteLlmDigest: string;
  readonly openWebUiDigest: string;
}

/** What redis-py sends on every connection (HELLO, CLIENT SETINFO, PING …), without CLIENT KILL and its like. */
const connection = "+@connection -@dangerous";

/** Budget, rates and cooldowns are counters with a lifetime. INFO is asked for once at the start. */
const liteLlmCommands = `${connection} +get +mget +set +incrbyfloat +expire +ttl +info`;

/** Sessions, tasks and notes; locks are released by a script; `socketio` is python-socketio's channel, without prefix. */
const openWebUiCommands = `+@hash +@list +@set ${connection} +get +mget +set +incr +del +exists +expire +eval +publish +subscribe +unsubscribe +multi +exec`;

/**
 * Redis' ACL file: each program signs in as its own user and sees its own keys only. Without a password one can only
 * ask whether Redis is there, which is what the probes do.
 *
 * The commands are those that the pinned versions were seen to send, with `ACL LOG` empty.
 */
export function redisAcl({ liteLlmDigest, openWebUiDigest }: AclOptions): string {
  const { liteLlm, openWebUi } = redisUsers;
  return `${[
    "user default on nopass resetkeys resetchannels -@all +ping",
    `user ${liteLlm} on #${liteLlmDigest} resetkeys ~${redisPrefixes.liteLlm}:* resetchannels -@all ${liteLlmCommands}`,
    `user ${openWebUi} on #${openWebUiDigest} resetkeys ~${redisPrefixes.openWebUi}:* resetchannels &${redisPrefixes.openWebUi}:* &socketio -@all ${openWebUiCommands}`,
  ].join("\n")}\n`;
}
