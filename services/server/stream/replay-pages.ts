// Reads missed events page by page and shares pages between listeners.

import { type Clock, systemClock } from "../../../shared/clock.ts";
import { type EventRange, readEvents } from "../store/events.ts";
import { type Filter, wantsAll } from "../store/filter.ts";
import type { Asker } from "../store/gate.ts";
import type { Questions } from "../store/questions.ts";
import { createSharedAnswers } from "../store/shared-answers.ts";
import { encodeFrames, storedFrame } from "./frames.ts";

/** A page of missed events, encoded. */
type ReplayPage = {
  events: number;
  /** Empty if the page has no events. */
  bytes: Uint8Array;
  /** The page is complete up to this event id. */
  upTo: bigint;
};

/** Reads the first page of a range. @throws when the database does not answer, or too many questions wait */
type ReadReplayPage = (range: EventRange, filter: Filter, asker: Asker) => Promise<ReplayPage>;

/** Rows per page: fast to read, and far below the max backlog of a listener. */
const pageRows = 500;

// After a server restart all clients reconnect within 3 s, most of them with the same event id. About 100 kB each.
const limits = { keepMs: 5_000, maxKept: 16 };

/** Creates the page reader. Listeners without a filter that resume from the same event share pages. */
export function createReplayPages(questions: Questions, clock: Clock = systemClock): ReadReplayPage {
  const pages = createSharedAnswers<ReplayPage>(limits, clock);
  return (range, filter, asker) => {
    const read = (signal: AbortSignal) => readPage(questions, range, filter, { ...asker, signal });
    if (!wantsAll(filter) || range.since !== null) return read(asker.signal);
    return pages.ask(`${range.after} ${range.upTo}`, read, asker.signal);
  };
}

async function readPage(questions: Questions, range: EventRange, filter: Filter, asker: Asker): Promise<ReplayPage> {
  const events = await questions.history(asker, (tx) => readEvents(tx, range, filter, pageRows));
  const last = events.at(-1);
  const isLastPage = last === undefined || events.length < pageRows;
  return {
    events: events.length,
    bytes: encodeFrames(events.map(storedFrame)),
    upTo: isLastPage ? range.upTo : BigInt(last.eventId),
  };
}
