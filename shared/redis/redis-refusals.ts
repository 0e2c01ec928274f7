// Explains errors of Redis to an operator.

import { type Cause, describeError } from "../connections/connection-health.ts";

/** Maps the first word of a Redis error to the code and the reason that `/ready` shows. */
const refusals: Record<string, Cause> = {
  READONLY: {
    code: "redis_readonly",
    reason: "this Redis is a read-only replica: point REDIS_URL at the primary",
  },
  OOM: {
    code: "redis_out_of_memory",
    reason: "Redis has reached its maxmemory: raise it, or remove what else is stored there",
  },
  MISCONF: {
    code: "redis_cannot_save",
    reason: "Redis cannot write to its disk and takes no writes until it can: see its log",
  },
  NOPERM: {
    code: "redis_no_permission",
    reason: "the Redis user may not run a command that bellbuoy needs: docs/operations.md lists them",
  },
  NOAUTH: { code: "redis_no_password", reason: "Redis wants a password: add it to REDIS_URL" },
  WRONGPASS: { code: "redis_wrong_password", reason: "Redis does not know this user or password: check REDIS_URL" },
  LOADING: { code: "redis_loading", reason: "Redis is still loading its data" },
  CROSSSLOT: {
    code: "redis_cluster",
    reason: "this Redis is a node of a cluster: begin REDIS_URL with redis+cluster://",
  },
  CLUSTERDOWN: { code: "redis_cluster_down", reason: "the cluster has lost its majority or some of its slots" },
  NOREPLICAS: {
    code: "redis_no_replicas",
    reason: "Redis takes no writes because too few replicas are connected (min-replicas-to-write)",
  },
  MASTERDOWN: { code: "redis_no_primary", reason: "this Redis is a replica that has lost its primary" },
  BUSY: { code: "redis_busy", reason: "a script blocks Redis" },
};

const unknown: Cause = { code: "redis_refuses", reason: "Redis refuses a command that bellbuoy needs" };

const sameAs: Record<string, string> = { MOVED: "CROSSSLOT", ASK: "CROSSSLOT" };

/** Matches the position in a script where an error occurred. Redis 6 puts it before the message, Redis 7 after it. */
const placeInScript = /^ERR Error running script .*?: -?(?=[A-Z]+ )| script: [0-9a-f]{40}, on @\S+$/g;
/** Redis uses other messages when a script lacks a permission. */
const deniedToScript = /^(ERR )?(The user executing the script can't|ACL failure in script)/;

/** Redis errors begin with a word in capitals; network errors do not. */
const fromRedis = /^([A-Z]{2,}) \S/;

/** Matches the slot of a key that is on another node of a cluster. */
const slotOfKey = /^(MOVED|ASK) \d+ /;

/**
 * Returns the message of Redis without the position in a script or the slot of a key, so that the same fault always has the
 * same message.
 */
export function refusalWords(error: unknown): string {
  return describeError(error).replace(placeInScript, "").replace(slotOfKey, "$1 to ");
}

/** Returns code and reason of a Redis error, or `null` if Redis did not send it. */
export function explainRefusal(error: unknown): Cause | null {
  const text = refusalWords(error);
  if (deniedToScript.test(text)) return refusals.NOPERM ?? unknown;
  const word = text.match(fromRedis)?.[1];
  return word === undefined ? null : (refusals[sameAs[word] ?? word] ?? unknown);
}
