// Reads missed events page by page and shares pages between listeners.
import { type Clock, systemClock } from "../../../shared/clock.ts";
import type { Sql } from "../../../shared/database/sql.ts";
import { createKeyedQueue, type KeyedQueueLimits } from "../keyed-queue.ts";
import { type EventRange, readEvents } from "../store/events.ts";
import { type Filter, wantsAll } from "../store/filter.ts";
import { encodeFrames, storedFrame } from "./frames.ts";

/** A page of missed events, encoded. */
export type ReplayPage = {
  events: number;
  /** Empty if the page has no events. */
  bytes: Uint8Array;
  /** The page is complete up to this event id. */
  upTo: bigint;
};

/** Reads the first page of a bounded range. @throws when the database does not answer */
export type ReadReplayPage = (range: EventRange & { upTo: bigint }, filter: Filter) => Promise<ReplayPage>;

/** Rows per page: fast to read, and far below the max backlog of a listener. */
const pageRows = 500;

const limits: KeyedQueueLimits = {
  // After a server restart all clients reconnect within 3 s, most of them with the same event id.
  keepMs: 5_000,
  // About 100 kB each.
  maxKept: 16,
  // A replay has no time limit; only the connection pool bounds it.
  maxRunning: Number.POSITIVE_INFINITY,
  maxPending: Number.POSITIVE_INFINITY,
  deadlineMs: null,
};

/** Creates the page reader. Listeners without a filter that resume from the same event share pages. */
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
