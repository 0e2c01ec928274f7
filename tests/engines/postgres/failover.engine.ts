// A PostgreSQL primary that is killed under load, and its replica that takes over: services follow without a restart.

import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { startRedis } from "../../../services/dev/daemons/redis.ts";
import { failOver } from "../../failover/fail-over.ts";
import { followServices } from "../../failover/followed-services.ts";
import { startReplicatedPostgres } from "../../failover/replicated-postgres.ts";

setDefaultTimeout(180_000);

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(isSynchronous: boolean) {
  const postgres = await startReplicatedPostgres(isSynchronous);
  closers.push(postgres.stop);
  const redis = await startRedis();
  closers.push(redis.stop);
  const services = await followServices({ DATABASE_URL: postgres.url, REDIS_URL: redis.url });
  closers.push(services.stop);
  return { postgres, services };
}

test("with a synchronous replica a listener gets every event once, in order, over one stream", async () => {
  const { postgres, services } = await start(true);
  const { stored, heard, resets } = await failOver(services, postgres, postgres.sql);
  expect(heard).toEqual(stored);
  expect(resets).toBe(0);
});

test("without one, lost events end the stream with a reset, and no id is used twice", async () => {
  const { postgres, services } = await start(false);
  await services.polledAgain();
  await postgres.replication.cut();
  const lost = services.listener.observations.length + 1;
  await services.listener.heard(lost);
  await postgres.failOver();
  const reset = await services.listener.event(({ event }) => event === "reset");
  expect(JSON.parse(reset.data).reason).toContain("the database was set back");
  await services.listener.ended;
  await services.polledAgain();
  const heard = services.listener.observations.map(({ id }) => BigInt(id ?? 0));
  const [row] = await postgres.sql<[{ first: string }]>`select timeline_event_id as first from stream_marks`;
  expect(heard.filter((id) => id >= BigInt(row.first))).toEqual([]);
});
