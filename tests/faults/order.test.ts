// The order of events when two workers write at once.
import { afterAll, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { connectSql } from "../../shared/database/sql.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { listen } from "../rig/listen.ts";
import { observed } from "../rig/observed.ts";
import { redisOptions } from "../rig/redis-options.ts";
import { startStack } from "../rig/stack.ts";

const batches = 300;
const rowsOfBatch = 3;
const file = { etag: null, lastModified: null, hash: null };

const stack = await startStack();
afterAll(stack.stop);

/** Writes to PostgreSQL and Redis as a worker does, as fast as it can, until no batch is left. */
async function write(take: () => number | undefined): Promise<number> {
  const sql = connectSql(stack.databaseUrl, "worker");
  const redis = new Redis(redisOptions(stack.redisUrl));
  let written = 0;
  for (let batch = take(); batch !== undefined; batch = take()) {
    const time = new Date(Date.UTC(2026, 4, 6) + batch * 60_000).toISOString();
    // Different stations for each batch, so that no lock on a shared row can order the batches.
    const rows = Array.from({ length: rowsOfBatch }, (_, index) =>
      observed(`${10_000 + batch * rowsOfBatch + index}`, time, { tideFt: batch }),
    );
    await storePoll(sql, latestObsPath, file, rows, unguardedIds);
    await publishPending(sql, redis);
    written += 1;
  }
  await sql.end();
  redis.disconnect();
  return written;
}

test(`two workers write ${batches} batches at once, and every listener receives the ids in ascending order`, async () => {
  const servers = await Promise.all([stack.start("server"), stack.start("server")]);
  const listeners = await Promise.all(
    [...servers, ...servers].map(({ url }) => listen(`${url}/v1/observations/stream`)),
  );
  let next = 0;
  const take = () => (next < batches ? next++ : undefined);
  const written = await Promise.all([write(take), write(take)]);
  // If one of them had written alone, the test would prove nothing.
  expect(Math.min(...written)).toBeGreaterThan(batches / 4);

  const stored = (
    await stack.sql<
      { eventId: string }[]
    >`select event_id from observations where event_id is not null order by event_id`
  ).map(({ eventId }) => eventId);
  expect(stored.length).toBe(batches * rowsOfBatch);
  for (const listener of listeners) {
    await listener.event(({ event, id }) => event === "observation" && id === stored.at(-1));
    expect(listener.observations.map(({ id }) => id)).toEqual(stored);
    listener.leave();
  }
}, 120_000);
