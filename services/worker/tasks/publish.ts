// Publishes stored events in order, each page in one command.

import type { Redis } from "ioredis";
import { type RedisNames, redisNames } from "../../../shared/channels.ts";
import { inTransaction, locks, type Sql, takeLock } from "../../../shared/database/sql.ts";
import { CodedError } from "../../../shared/errors.ts";
import { measurements, type StoredEvent } from "../../../shared/measurements.ts";
import { encodeMessage } from "../../../shared/observation.ts";
import { describeError } from "../../../shared/service/connection-health.ts";

const pageRows = 1_000;

/**
 * One command for a page: to send a thousand, and to wait for a thousand answers, takes both sides longer. Redis 7 can be
 * asked whether it will take them, and does not name the command that it denies to a script.
 *
 * It first raises the highest published id, but creates none: whether a Redis that came back empty may hold one,
 * `event-id-guard.ts` decides. `pcall`, since a Redis that stores nothing more can still publish.
 */
const publishAll = `
if redis.acl_check_cmd and not redis.acl_check_cmd('PUBLISH', ARGV[1], '') then
  return redis.error_reply("NOPERM this user has no permissions to run the 'publish' command on channel " .. ARGV[1])
end
local highest = redis.pcall('GET', KEYS[1])
if type(highest) == 'string' and tonumber(highest) < tonumber(ARGV[2]) then redis.pcall('SET', KEYS[1], ARGV[2]) end
for i = 3, #ARGV do redis.call('PUBLISH', ARGV[1], ARGV[i]) end
`;

/**
 * Publishes messages in order. Without any it finds out whether Redis 7 lets this user publish.
 * @param last the event id of the last of them; 0 without any
 */
export async function sendMessages(redis: Redis, names: RedisNames, last: string, messages: string[]): Promise<void> {
  await redis.eval(publishAll, 1, names.highestEventId, names.observationsNew, last, ...messages);
}

/** Redis did not take the events; `cause` says why. They stay above the mark, for the next call. */
export class NotPublishedError extends CodedError {
  override name = "NotPublishedError";
  constructor(cause: unknown) {
    super("not_published", `Redis took no events: ${describeError(cause)}`, { cause });
  }
}

/**
 * Publishes every event above the published mark, in order, and moves the mark. Any worker may call it at any time: what
 * one of them stored and could not publish before it died goes out with the next call of another.
 *
 * A mark that could not be moved after its messages went out sends them again; servers know them by their ids.
 * @param redis a connection of its own, not BullMQ's
 * @param published called with each page that Redis has taken
 * @returns how many events were published
 * @throws {NotPublishedError} when Redis does not take them
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
  names: RedisNames,
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
    try {
      await sendMessages(redis, names, last, events.map(encodeMessage));
    } catch (error) {
      throw new NotPublishedError(error);
    }
    published(events);
    lost.throwIfAborted();
    // A worker that found the database set back may have raised it meanwhile.
    await tx`update stream_marks set published_event_id = greatest(published_event_id, ${last})`;
    return events.length;
  });
}
