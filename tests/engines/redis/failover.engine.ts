// A Redis that is killed under load, behind Sentinels or in a cluster: services follow without a restart.

import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { redisNames } from "../../../shared/channels.ts";
import { failOver } from "../../failover/fail-over.ts";
import { type FollowedServices, followServices } from "../../failover/followed-services.ts";
import { type RedisGroup, startCluster, startSentinels } from "../../failover/redis-processes.ts";
import { startDatabase } from "../../rig/database.ts";
import { isMissing } from "../programs.ts";

setDefaultTimeout(180_000);

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Returns the rules of docs/operations.md for a worker on a cluster, and for a server. */
async function documentedRules(): Promise<string[]> {
  const page = await Bun.file(join(import.meta.dir, "../../../docs/operations.md")).text();
  const rules = [...page.matchAll(/^ACL SETUSER \S+ (.+)$/gm)].map(([, text = ""]) => text.split(" "));
  const [, onCluster = ""] = /A worker on a cluster also needs\s+`([^`]+)`/.exec(page) ?? [];
  const [first = "", ...others] = rules.flat();
  // The second user is reset too.
  return [first, ...others.filter((rule) => rule !== "reset" && rule !== "resetchannels"), ...onCluster.split(" ")];
}

/** Kills the primary under load, and expects that a listener notices nothing. */
async function survive(redis: RedisGroup): Promise<FollowedServices> {
  closers.push(redis.stop);
  const database = await startDatabase();
  closers.push(database.stop);
  const services = await followServices({ DATABASE_URL: database.databaseUrl, REDIS_URL: redis.url });
  closers.push(services.stop);
  const { stored, heard, resets } = await failOver(services, redis, database.sql);
  expect(heard).toEqual(stored);
  expect(resets).toBe(0);
  return services;
}

test.skipIf(isMissing("redis-server"))(
  "behind Sentinels, a listener gets every event once, in order, over one stream, while the primary is killed",
  async () => {
    await survive(await startSentinels());
  },
);

test.skipIf(isMissing("redis-server"))("services start while the first Sentinel of their address hangs", async () => {
  const redis = await startSentinels();
  closers.push(redis.stop);
  const database = await startDatabase();
  closers.push(database.stop);
  redis.pauseFirstSentinel();
  const services = await followServices({ DATABASE_URL: database.databaseUrl, REDIS_URL: redis.url });
  closers.push(services.stop);
  await services.polledAgain(2);
  const { stored, heard } = await services.settle(database.sql);
  expect(heard).toEqual(stored);
});

test.skipIf(isMissing("redis-server", "redis-cli"))(
  "so it does in a cluster, also the messages that other programs publish to any node, with the documented permissions",
  async () => {
    const cluster = await startCluster(await documentedRules());
    const services = await survive(cluster);
    const line =
      '{"stationId":"OTHER","timestamp":"2026-05-06T12:00:00.000Z","waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8}';
    await cluster.publishElsewhere(redisNames("").observationsNew, line);
    expect(await services.listener.event(({ data }) => data === line)).toMatchObject({ id: null });
  },
);
