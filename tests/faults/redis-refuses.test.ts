// What Redis refuses is reported once, in its own words, until it is allowed again; then polls go on.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { startDaemon } from "../../services/dev/daemon.ts";
import { freePort } from "../../services/dev/ports.ts";
import { listen } from "../rig/listen.ts";
import { endLoading, loadSlowly } from "../rig/loading-redis.ts";
import { nextLine, type PollingRig, says, startPollingRig } from "../rig/polling.ts";
import { scrape } from "../rig/scrape.ts";
import { type LogLine, type Service, spawnService } from "../rig/stack.ts";

setDefaultTimeout(120_000);

let rig: PollingRig;
let redis: Redis;
/** Runs as the Redis user `bell`, whom the tests take permissions from. */
let worker: Service;
let server: Service;

/** The address of Redis for a user whose password is `pw`. */
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

/** How often Redis has refused something with this word. */
async function refusals(word: string): Promise<number> {
  const stats = await redis.info("errorstats");
  return Number(stats.match(new RegExp(`errorstat_${word}:count=(\\d+)`))?.[1] ?? 0);
}

/** Resolves when Redis has refused something three times more. */
async function refusedAgain(word: string): Promise<void> {
  const before = await refusals(word);
  while ((await refusals(word)) < before + 3) await Bun.sleep(50);
}

const aboutRedis = ({ message }: LogLine) => /Redis|queue|created/.test(message);

/**
 * Begins a fault, waits until it is noticed and was met several times, ends it, and waits until polls go on. Meanwhile the
 * server, which needs nothing of that, stays ready. @returns what the worker said about it
 */
async function suffer(word: string, code: string, begin: () => Promise<unknown>, end: () => Promise<unknown>) {
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

/** The two lines that a fault has. */
const twoLines = (code: string, reason: string | RegExp) => [
  expect.objectContaining({ message: "waiting for Redis", code, reason: expect.stringMatching(reason) }),
  expect.objectContaining({ message: "Redis answers" }),
];

describe("a worker says once what Redis refuses, and polls when it is allowed again", () => {
  test("when Redis has reached its maxmemory", async () => {
    const lines = await suffer(
      "OOM",
      "redis_out_of_memory",
      () => redis.config("SET", "maxmemory", "1mb"),
      () => redis.config("SET", "maxmemory", "0"),
    );
    expect(lines).toEqual(twoLines("redis_out_of_memory", /^OOM command not allowed/));
  });

  test("when the primary has become a replica", async () => {
    const lines = await suffer(
      "READONLY",
      "redis_readonly",
      () => redis.replicaof("127.0.0.1", freePort()),
      () => redis.replicaof("NO", "ONE"),
    );
    expect(lines).toEqual(twoLines("redis_readonly", /^READONLY You can't write/));
  });

  test("while Redis loads its data, as after a restart", async () => {
    const lines = await suffer(
      "LOADING",
      "redis_loading",
      () => loadSlowly(redis),
      () => endLoading(redis),
    );
    expect(lines).toEqual(twoLines("redis_loading", /^LOADING Redis is loading/));
  });

  test("when Redis cannot save its data", async () => {
    const dir = await dirOfRedis();
    const lines = await suffer(
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

  test("when its user may no longer run a command that only scripts use, which is named", async () => {
    const lines = await suffer(
      "NOPERM",
      "redis_no_permission",
      () => redis.acl("SETUSER", "bell", "-zadd"),
      () => redis.acl("SETUSER", "bell", "+@all"),
    );
    expect(lines).toEqual(twoLines("redis_no_permission", /^NOPERM .*'zadd'/));
  });

  test("when BullMQ cannot use what is stored in its place", async () => {
    const keys = ["bellbuoy:poll:delayed", "bellbuoy:poll:wait"];
    const lines = await suffer(
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

test("while PUBLISH alone is forbidden reports are stored, and they go out when it is allowed", async () => {
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

describe("a worker that Redis refuses from the start says why, and stops when it is asked to", () => {
  /** Starts a worker, waits for its line about Redis, and stops it. */
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

  test("at a Redis Cluster", async () => {
    const dir = mkdtempSync(join(tmpdir(), "bellbuoy-cluster-"));
    const port = freePort();
    const cluster = await startDaemon({
      command: [Bun.which("redis-server") ?? "valkey-server", "--port", String(port), "--cluster-enabled", "yes"],
      cwd: dir,
      logsTo: "stdout",
      ready: "ready to accept connections",
      ask: "SIGTERM",
      insist: "SIGKILL",
    });
    const node = new Redis(port);
    await node.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    while (!(await node.cluster("INFO")).includes("cluster_state:ok")) await Bun.sleep(20);
    const line = await lineOf(`redis://127.0.0.1:${port}`, async () => {});
    expect(line).toMatchObject({ code: "redis_cluster", reason: expect.stringMatching(/^CROSSSLOT /) });
    node.disconnect();
    await cluster.stop();
    rmSync(dir, { recursive: true });
  });
});

test("a server that may not subscribe says why, and subscribes when it may", async () => {
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
