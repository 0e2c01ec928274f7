// The state of connections in the log and in `/ready`.

import { beforeEach, describe, expect, test } from "bun:test";
import {
  type ConnectionHealth,
  describeFailure,
  problemsOf,
  watchConnections,
} from "../../../shared/connections/connection-health.ts";
import { CodedError } from "../../../shared/errors.ts";
import type { Log } from "../../../shared/process/log.ts";
import { explainRefusal } from "../../../shared/redis/redis-refusals.ts";

const readOnly = new Error("READONLY You can't write against a read only replica.");
const denied = new Error("NOPERM this user has no permissions to run the 'publish' command");

let logged: [message: string, facts?: unknown][];
let connections: Record<"jobs" | "publishing", ConnectionHealth>;

beforeEach(() => {
  logged = [];
  const log: Log = {
    debug() {},
    info: (message) => logged.push([message]),
    warn: (message, facts) => logged.push([message, facts]),
    error() {},
  };
  connections = watchConnections("Redis", ["jobs", "publishing"], log, new AbortController().signal, explainRefusal);
  connections.jobs.up();
  connections.publishing.up();
});

describe("a fault logs one line when it begins and one when it ends", () => {
  test("even if it occurs many times on several connections", () => {
    for (const health of [connections.jobs, connections.publishing, connections.jobs]) {
      health.down(Object.assign(new Error(""), { code: "ECONNREFUSED" }));
      health.down("the connection was closed");
    }
    connections.jobs.up();
    connections.publishing.up();
    connections.publishing.up();
    expect(logged).toEqual([["waiting for Redis", { code: "redis_away", reason: "ECONNREFUSED" }], ["Redis answers"]]);
  });

  test("with Redis's own message, and one more line for each other fault", () => {
    connections.jobs.down(readOnly);
    connections.publishing.down(denied);
    connections.jobs.down(readOnly);
    connections.jobs.up();
    connections.publishing.up();
    expect(logged).toEqual([
      ["waiting for Redis", { code: "redis_readonly", reason: readOnly.message }],
      ["waiting for Redis", { code: "redis_no_permission", reason: denied.message }],
      ["Redis answers"],
    ]);
  });
});

test("a problem has a code and a plain reason, and not the original message, which may hold part of a password", () => {
  expect(problemsOf(Object.values(connections))).toEqual([]);
  connections.jobs.down(readOnly);
  connections.publishing.down(readOnly);
  expect(problemsOf(Object.values(connections))).toEqual([
    {
      code: "redis_readonly",
      reason: "this Redis is a read-only replica: point REDIS_URL at the primary",
      message: "Redis: this Redis is a read-only replica: point REDIS_URL at the primary",
    },
  ]);
});

test.each([
  ["OOM command not allowed when used memory > 'maxmemory'.", "redis_out_of_memory"],
  [
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
    "redis_cannot_save",
  ],
  ["NOAUTH Authentication required.", "redis_no_password"],
  ["WRONGPASS invalid username-password pair or user is disabled.", "redis_wrong_password"],
  ["LOADING Redis is loading the dataset in memory", "redis_loading"],
  ["CROSSSLOT Keys in request don't hash to the same slot", "redis_cluster"],
  ["MOVED 3999 127.0.0.1:6381", "redis_cluster"],
  ["ERR Error running script (call to f_1): @user_script:1: -READONLY You can't write", "redis_readonly"],
  [
    "ERR Error running script (call to f_1): @user_script:1: @user_script: 1: -OOM command not allowed",
    "redis_out_of_memory",
  ],
  [
    "ERR The user executing the script can't run this command or subcommand script: f, on @user_script:1.",
    "redis_no_permission",
  ],
  ["ERR ACL failure in script: User bell has no permissions to run the 'zadd' command", "redis_no_permission"],
  ["WRONGTYPE Operation against a key holding the wrong kind of value", "redis_refuses"],
  ["ECONNREFUSED", undefined],
  ["Connection is closed.", undefined],
  ["connect ECONNREFUSED 127.0.0.1:6379", undefined],
])("Redis's words %p mean %p", (message, code) => {
  expect(explainRefusal(new Error(message))?.code).toBe(code as string);
});

test.each([
  ["an error of ours", new CodedError("not_data", "not data, but an HTML page"), "not_data"],
  ["another error", new Error("not data, but an HTML page"), undefined],
])("a log line about %s has its reason, and its code where it is ours", (_, error, code) => {
  expect(describeFailure(error)).toEqual({ reason: "not data, but an HTML page", ...(code && { code }) });
});
