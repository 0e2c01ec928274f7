import { afterAll, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { unguardedIds } from "../../services/worker/event-ids.ts";
import { publishPending } from "../../services/worker/publish.ts";
import { storePoll } from "../../services/worker/store.ts";
import { redisAddress } from "../../shared/redis.ts";
import { connectSql } from "../../shared/sql.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { listen } from "../rig/listen.ts";
import { observed } from "../rig/observed.ts";
import { startStack } from "../rig/stack.ts";

const batches = 300;
const rowsOfBatch = 3;
const file = { etag: null, lastModified: null, hash: null };

const stack = await startStack();
afterAll(stack.stop);

/** Does to PostgreSQL and Redis what one worker does, as fast as it can, until there is no batch left. */
async function write(take: () => number | undefined): Promise<number> {
  const sql = connectSql(stack.databaseUrl, "worker");
  const redis = new Redis(redisAddress(stack.redisUrl));
  let written = 0;
  for (let batch = take(); batch !== undefined; batch = take()) {
    const time = new Date(Date.UTC(2026, 4, 6) + batch * 60_000).toISOString();
    // Stations of its own for each batch: no lock on a common row must put the batches in order.
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

test(`two workers write ${batches} batches at once, and no listener ever sees an id smaller than one it has seen`, async () => {
  const servers = await Promise.all([stack.start("server"), stack.start("server")]);
  const listeners = await Promise.all(
    [...servers, ...servers].map(({ url }) => listen(`${url}/v1/observations/stream`)),
  );
  let next = 0;
  const take = () => (next < batches ? next++ : undefined);
  const written = await Promise.all([write(take), write(take)]);
  // Had one of them written alone, nothing would be shown.
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
