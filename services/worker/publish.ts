import type { Redis } from "ioredis";
import { type RedisNames, redisNames } from "../../shared/channels.ts";
import { measurements, type StoredEvent } from "../../shared/measurements.ts";
import { encodeMessage } from "../../shared/observation.ts";
import { inTransaction, locks, type Sql, takeLock } from "../../shared/sql.ts";

const pageRows = 1_000;

/**
 * One command for a page: to send a thousand, and to wait for a thousand answers, takes both sides longer. It first raises
 * the highest published id, but creates none: whether a Redis that came back empty may hold one, `event-ids.ts` decides.
 * `pcall`, since a Redis that stores nothing more can still publish.
 */
const publishAll = `
  local highest = redis.pcall('GET', KEYS[1])
  if type(highest) == 'string' and tonumber(highest) < tonumber(ARGV[2]) then redis.pcall('SET', KEYS[1], ARGV[2]) end
  for i = 3, #ARGV do redis.call('PUBLISH', ARGV[1], ARGV[i]) end
`;

/**
 * Publishes every event above the published mark, in order, and moves the mark. Any worker may call it at any time: what
 * one of them stored and could not publish before it died goes out with the next call of another.
 *
 * A mark that could not be moved after its messages went out sends them again; servers know them by their ids.
 * @param redis a connection of its own, not BullMQ's
 * @param published told of each page that Redis has taken
 * @returns how many events were published
 */
export async function publishPending(
  sql: Sql,
  redis: Redis,
  published: (events: StoredEvent[]) => void = () => {},
  names: RedisNames = redisNames(""),
): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await publishPage(sql, redis, published, names);
    total += count;
    if (count < pageRows) return total;
  }
}

async function publishPage(
  sql: Sql,
  redis: Redis,
  published: (events: StoredEvent[]) => void,
  { observationsNew, highestEventId }: RedisNames,
): Promise<number> {
  return inTransaction(sql, async (tx, lost) => {
    await takeLock(tx, locks.publish);
    const events = await tx<StoredEvent[]>`
      select station_id, observed_at, ${tx(measurements)}, event_id
      from observations
      where event_id > (select published_event_id from stream_marks)
      order by event_id
      limit ${pageRows}
    `;
    const last = events.at(-1)?.eventId;
    if (last === undefined) return 0;
    await redis.eval(publishAll, 1, highestEventId, observationsNew, last, ...events.map(encodeMessage));
    published(events);
    lost.throwIfAborted();
    await tx`update stream_marks set published_event_id = ${last}`;
    return events.length;
  });
}
