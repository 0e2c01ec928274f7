// Publishes stored events in order, one Redis command per page.

import { type RedisNames, redisNames } from "../../../shared/channels.ts";
import { describeError } from "../../../shared/connections/connection-health.ts";
import { inTransaction, locks, type Sql, takeLock } from "../../../shared/database/sql.ts";
import { CodedError } from "../../../shared/errors.ts";
import { measurements, type StoredEvent } from "../../../shared/measurements.ts";
import { encodeMessage } from "../../../shared/observation.ts";
import type { RedisClient } from "../../../shared/redis/redis.ts";

const pageRows = 1_000;

/**
 * Publishes a page in one command, because a thousand commands and answers take longer. On Redis 7 it checks the permission
 * first, because Redis 7 does not name a command that it denies to a script.
 *
 * It raises the highest published id, but does not create it: after Redis lost its data, `event-id-guard.ts` creates it.
 * `pcall`, because a Redis that accepts no writes can still publish.
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
 * Publishes messages in order. Without messages, it only checks whether Redis 7 lets this user publish.
 * @param last the event id of the last message; 0 without messages
 */
export async function sendMessages(
  redis: RedisClient,
  names: RedisNames,
  last: string,
  messages: string[],
): Promise<void> {
  await redis.eval(publishAll, 1, names.highestEventId, names.observationsNew, last, ...messages);
}

/** Redis did not accept the events, see `cause`. They stay above the mark, for the next call. */
export class NotPublishedError extends CodedError {
  override name = "NotPublishedError";
  constructor(cause: unknown) {
    super("not_published", `Redis took no events: ${describeError(cause)}`, { cause });
  }
}

/**
 * Publishes every event above the published mark, in order, and moves the mark. Any worker may call it at any time: if
 * a worker dies before it publishes its events, the next call of another worker publishes them.
 *
 * If the mark cannot move after publishing, the messages are sent again. Servers detect duplicates by id.
 * @param redis a separate connection, not BullMQ's
 * @param published called with each page that Redis accepted
 * @returns the number of published events
 * @throws {NotPublishedError} when Redis does not accept them
 */
export async function publishPending(
  sql: Sql,
  redis: RedisClient,
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
  redis: RedisClient,
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
    // Another worker may have raised the mark meanwhile, after it found the database set back.
    await tx`update stream_marks set published_event_id = greatest(published_event_id, ${last})`;
    return events.length;
  });
}
