import { type Clock, systemClock } from "../../../shared/clock.ts";
import type { Sql } from "../../../shared/database/sql.ts";
import { createKeyedQueue, type KeyedQueueLimits } from "../keyed-queue.ts";
import { type EventRange, readEvents } from "../store/events.ts";
import { type Filter, wantsAll } from "../store/filter.ts";
import { encodeFrames, storedFrame } from "./frames.ts";

/** Missed events, ready to be sent. */
export type ReplayPage = {
  events: number;
  /** Empty without events. */
  bytes: Uint8Array;
  /** Nothing that was missed up to this event id is left out. */
  upTo: bigint;
};

/** Reads the first page of a range that has an end. @throws when the database does not answer */
export type ReadReplayPage = (range: EventRange & { upTo: bigint }, filter: Filter) => Promise<ReplayPage>;

/** Rows of one page: enough to be quick, and far below what a listener may leave unread. */
const pageRows = 500;

const limits: KeyedQueueLimits = {
  // When a server was restarted, all its listeners come back within three seconds, most of them at the same event.
  keepMs: 5_000,
  // Of some 100 kB each.
  maxKept: 16,
  // A stream waits as long as it takes: the pool of connections is the only limit.
  maxRunning: Number.POSITIVE_INFINITY,
  maxPending: Number.POSITIVE_INFINITY,
  deadlineMs: null,
};

/** Listeners without a filter that come back to the same event at about the same time share what is read for them. */
export function createReplayPages(sql: Sql, clock: Clock = systemClock): ReadReplayPage {
  const pages = createKeyedQueue<ReplayPage>(limits, clock);
  return (range, filter) => {
    const read = () => readPage(sql, range, filter);
    return wantsAll(filter) && range.since === null ? pages.ask(`${range.after} ${range.upTo}`, read) : read();
  };
}

async function readPage(sql: Sql, range: EventRange & { upTo: bigint }, filter: Filter): Promise<ReplayPage> {
  const events = await readEvents(sql, range, filter, pageRows);
  const last = events.at(-1);
  const isLastPage = last === undefined || events.length < pageRows;
  return {
    events: events.length,
    bytes: encodeFrames(events.map(storedFrame)),
    upTo: isLastPage ? range.upTo : BigInt(last.eventId),
  };
}
