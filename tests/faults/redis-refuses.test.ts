// When Redis refuses a command, the worker reports it once, with Redis's message, and polls again once it is allowed.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { rmSync } from "node:fs";
import { Redis } from "ioredis";
import { freePort } from "../../services/dev/daemons/ports.ts";
import { startRedis } from "../../services/dev/daemons/redis.ts";
import { listen } from "../rig/listen.ts";
import { endLoading, loadSlowly } from "../rig/loading-redis.ts";
import { nextLine, type PollingRig, says, startPollingRig } from "../rig/polling.ts";
import { scrape } from "../rig/scrape.ts";
import { type LogLine, type Service, spawnService } from "../rig/stack.ts";

setDefaultTimeout(120_000);

let rig: PollingRig;
let redis: Redis;
/** Name of the Redis user, whose permissions the tests change. */
let worker: Service;
let server: Service;

/** Returns the address of Redis for a user with the password `pw`. */
const urlOf = (user: string, password = "pw") => `${rig.stack.redisUrl}?username=${user}&password=${password}`;

beforeAll(async () => {
  rig = await startPollingRig();
  redis = rig.stack.redis;
  await redis.acl("SETUSER", "bell", "on", ">pw", "~*", "&*", "+@all");
  const workerEnv = { ...rig.env, REDIS_URL: urlOf("bell") };
  [worker, server] = await Promise.all([rig.stack.start("worker", workerEnv), rig.stack.start("server")]);
  await rig.polledAgain();
  await rig.readyIs(200);
  while (!(await fetch(`${server.url}/ready`)).ok) await Bun.sleep(20);
});
afterAll(() => rig.stop());

const isRedisUp = async () =>
  (await scrape(`http://127.0.0.1:${rig.env.WORKER_PORT}`)).value("bellbuoy_redis_up") === 1;

/** Returns how often Redis has refused a command with this error code. */
async function refusals(word: string): Promise<number> {
  const stats = await redis.info("errorstats");
  return Number(stats.match(new RegExp(`errorstat_${word}:count=(\\d+)`))?.[1] ?? 0);
}

/** Resolves when Redis has refused three more commands. */
async function refusedAgain(word: string): Promise<void> {
  const before = await refusals(word);
  while ((await refusals(word)) < before + 3) await Bun.sleep(50);
}

const aboutRedis = ({ message }: LogLine) => /Redis|queue|created/.test(message);

/**
 * Starts a fault, waits until a service has noticed it and met it several times, ends it, and waits until polls continue.
 * The server stays ready meanwhile, because it does not need these commands. @returns the worker's log lines about Redis
 */
async function runFault(word: string, code: string, begin: () => Promise<unknown>, end: () => Promise<unknown>) {
  const known = worker.logged.length;
  await begin();
  await rig.readyIs(503, code);
  expect(await isRedisUp()).toBe(false);
  expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  await refusedAgain(word);
  await end();
  await rig.readyIs(200);
  expect(await isRedisUp()).toBe(true);
  await rig.polledAgain();
  expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  return worker.logged.slice(known).filter(aboutRedis);
}

/** Returns matchers for the two log lines of a fault. */
const twoLines = (code: string, reason: string | RegExp) => [
  expect.objectContaining({ message: "waiting for Redis", code, reason: expect.stringMatching(reason) }),
  expect.objectContaining({ message: "Redis answers" }),
];

describe("a worker reports once what Redis refuses, and polls once it is allowed again", () => {
  test("when Redis has reached its maxmemory", async () => {
    const lines = await runFault(
      "OOM",
      "redis_out_of_memory",
      () => redis.config("SET", "maxmemory", "1mb"),
      () => redis.config("SET", "maxmemory", "0"),
    );
    expect(lines).toEqual(twoLines("redis_out_of_memory", /^OOM command not allowed/));
  });

  test("when the primary has become a replica", async () => {
    const lines = await runFault(
      "READONLY",
      "redis_readonly",
      () => redis.replicaof("127.0.0.1", freePort()),
      () => redis.replicaof("NO", "ONE"),
    );
    expect(lines).toEqual(twoLines("redis_readonly", /^READONLY You can't write/));
  });

  test("while Redis loads its data, as after a restart", async () => {
    const lines = await runFault(
      "LOADING",
      "redis_loading",
      () => loadSlowly(redis),
      () => endLoading(redis),
    );
    expect(lines).toEqual(twoLines("redis_loading", /^LOADING Redis is loading/));
  });

  test("when Redis cannot save its data", async () => {
    const dir = await dirOfRedis();
    const lines = await runFault(
      "MISCONF",
      "redis_cannot_save",
      async () => {
        rmSync(dir, { recursive: true });
        await redis.config("SET", "save", "3600 1");
        await redis.bgsave();
      },
      () => redis.config("SET", "save", ""),
    );
    expect(lines).toEqual(twoLines("redis_cannot_save", /^MISCONF /));
  });

  test("when its user lacks a command that only scripts use, and names the command", async () => {
    const lines = await runFault(
      "NOPERM",
      "redis_no_permission",
      () => redis.acl("SETUSER", "bell", "-zadd"),
      () => redis.acl("SETUSER", "bell", "+@all"),
    );
    expect(lines).toEqual(twoLines("redis_no_permission", /^NOPERM .*'zadd'/));
  });

  test("when BullMQ's keys hold values of the wrong type", async () => {
    const keys = ["{bellbuoy}:poll:delayed", "{bellbuoy}:poll:wait"];
    const lines = await runFault(
      "WRONGTYPE",
      "redis_refuses",
      () =>
        redis
          .multi()
          .del(keys)
          .mset(keys[0] ?? "", "no", keys[1] ?? "", "list")
          .exec(),
      () => redis.del(keys),
    );
    expect(lines).toEqual(twoLines("redis_refuses", /^WRONGTYPE .* value$/));
  });
});

test("while only PUBLISH is forbidden, reports are stored, and published once it is allowed", async () => {
  const listener = await listen(`${server.url}/v1/observations/stream`);
  const newest = async (): Promise<{ stored: string; published: string }> => {
    const [marks] = await rig.stack.sql<{ stored: string; published: string }[]>`
      select (select max(event_id) from observations) as stored, published_event_id as published from stream_marks
    `;
    return marks ?? { stored: "", published: "" };
  };
  const { stored: before } = await newest();
  const known = worker.logged.length;
  await redis.acl("SETUSER", "bell", "resetchannels");
  await rig.readyIs(503, "redis_no_permission");
  const reports = rig.serveNews();
  while ((await newest()).stored === before) await Bun.sleep(20);
  await rig.polledAgain();
  expect((await newest()).published).toBe(before);
  await redis.acl("SETUSER", "bell", "allchannels");
  await listener.heard(reports);
  await rig.readyIs(200);
  const marks = await newest();
  expect(marks.published).toBe(marks.stored);
  expect(worker.logged.slice(known).filter(aboutRedis)).toEqual(twoLines("redis_no_permission", /publish/i));
  listener.leave();
});

describe("a worker that Redis refuses from the start logs the reason, and stops on a signal", () => {
  /** Starts a worker, waits for its log line about Redis, and stops it. @returns the line */
  async function lineOf(redisUrl: string, meanwhile: () => Promise<unknown>): Promise<LogLine> {
    const env = { ...rig.env, WORKER_PORT: "", DATABASE_URL: rig.stack.databaseUrl, REDIS_URL: redisUrl };
    const refused = spawnService("worker", env);
    const line = await refused.line(says("waiting for Redis"));
    await meanwhile();
    expect(await refused.stop()).toBe(0);
    expect(refused.logged.filter(says("waiting for Redis"))).toHaveLength(1);
    return line;
  }

  test("without INFO, which BullMQ needs", async () => {
    await redis.acl("SETUSER", "no-info", "on", ">pw", "~*", "&*", "+@all", "-info");
    expect(await lineOf(urlOf("no-info"), () => refusedAgain("NOPERM"))).toMatchObject({
      code: "redis_no_permission",
      reason: "NOPERM this user has no permissions to run the 'info' command",
    });
  });

  test("with a wrong password", async () => {
    const line = await lineOf(urlOf("bell", "wrong"), () => refusedAgain("WRONGPASS"));
    expect(line).toMatchObject({ code: "redis_wrong_password", reason: expect.stringMatching(/^WRONGPASS /) });
  });

  test("without a password, although Redis wants one", async () => {
    const locked = await startRedis({ settings: { requirepass: "pw" } });
    const line = await lineOf(locked.url, async () => {});
    expect(line).toMatchObject({ code: "redis_no_password", reason: expect.stringMatching(/^NOAUTH /) });
    await locked.stop();
  });

  test("at a node of a Redis Cluster that does not hold its keys", async () => {
    const nodes = await Promise.all([1, 2].map(startClusterNode));
    const [holder, other] = nodes as [ClusterNode, ClusterNode];
    await holder.client.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    await other.client.call("CLUSTER", "MEET", "127.0.0.1", holder.port, holder.busPort);
    while (!(await other.client.cluster("INFO")).includes("cluster_state:ok")) await Bun.sleep(20);
    const line = await lineOf(`redis://127.0.0.1:${other.port}`, async () => {});
    expect(line).toMatchObject({ code: "redis_cluster", reason: expect.stringMatching(/^MOVED /) });
    for (const { stop } of nodes) await stop();
  });
});

type ClusterNode = { port: number; busPort: number; client: Redis; stop(): Promise<void> };

/** Starts a node of a cluster, without slots. */
async function startClusterNode(): Promise<ClusterNode> {
  const [port, busPort] = [freePort(), freePort()];
  const settings = { "cluster-enabled": "yes", "cluster-port": String(busPort) };
  const node = await startRedis({ port, settings });
  const client = new Redis(port);
  const stop = () => {
    client.disconnect();
    return node.stop();
  };
  return { port, busPort, client, stop };
}

test("a server that may not subscribe logs the reason, and subscribes once it is allowed", async () => {
  await redis.acl("SETUSER", "ear", "on", ">pw", "+@all");
  const deaf = await rig.stack.start("server", { REDIS_URL: urlOf("ear") });
  const line = await deaf.line(says("waiting for Redis"));
  expect(line).toMatchObject({ code: "redis_no_permission", reason: expect.stringMatching(/^NOPERM .*channels/) });
  const response = await fetch(`${deaf.url}/ready`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ problems: [{ code: "redis_no_permission" }] });
  await redis.acl("SETUSER", "ear", "&observations:new");
  await nextLine(deaf, says("Redis answers"));
  const listener = await listen(`${deaf.url}/v1/observations/stream`);
  await listener.heard(rig.serveNews());
  listener.leave();
});

async function dirOfRedis(): Promise<string> {
  const answer: unknown = await redis.config("GET", "dir");
  return Array.isArray(answer) ? String(answer[1]) : "";
}
