import { type Clock, systemClock } from "../../../shared/clock.ts";
import type { Sql } from "../../../shared/database/sql.ts";
import { type EventRange, readEvents } from "../api/queries.ts";
import { createRecentAnswers } from "../recent-answers.ts";
import { type Filter, wantsAll } from "./filter.ts";
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
/** When a server was restarted, all its listeners come back within three seconds, most of them at the same event. */
const keepMs = 5_000;
/** Of some 100 kB each. */
const mostKept = 16;

/** Listeners without a filter that come back to the same event at about the same time share what is read for them. */
export function createReplayPages(sql: Sql, clock: Clock = systemClock): ReadReplayPage {
  const recent = createRecentAnswers<ReplayPage>(keepMs, mostKept, clock);
  return (range, filter) => {
    const read = () => readPage(sql, range, filter);
    return wantsAll(filter) && range.since === null ? recent.share(`${range.after} ${range.upTo}`, read) : read();
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
