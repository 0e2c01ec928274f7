// How a stream begins: now, with what its listener missed, or with a reset.

import type { Clock } from "../../../shared/clock.ts";
import { isDatabaseAway, type Sql } from "../../../shared/database/sql.ts";
import { type ConnectionHealth, untilUp } from "../../../shared/service/connection-health.ts";
import type { Log } from "../../../shared/service/log.ts";
import { wantsAll } from "../store/filter.ts";
import type { Broadcast } from "./broadcast.ts";
import type { Feed } from "./feed.ts";
import { connectionBlock, heartbeatComment, heartbeatEvent, resetBlock } from "./frames.ts";
import type { Listener, StreamEnd } from "./listeners.ts";
import { createReplayPages } from "./replay-pages.ts";
import { planResume, type ResumeRequest, setBackReason } from "./resume.ts";

/** What is counted of streams. */
export type StreamCounts = {
  /** A stream has begun: now, with a replay of so many events and bytes, or with a reset. */
  began(how: "live" | "replay" | "reset", events?: number, bytes?: number): void;
  ended(code: StreamEnd): void;
};

/** What the beginning of streams is made of. */
export type BeginParts = {
  sql: Sql;
  database: ConnectionHealth;
  feed: Feed;
  broadcast: Pick<Broadcast, "goLive">;
  streamCounts: StreamCounts;
  log: Log;
  clock: Clock;
};

/**
 * Brings an open stream to where it gets each new event.
 * @param over resolves when the stream has ended, with why
 * @throws {Error} why it ended, or what the database refuses
 */
export type Begin = (listener: Listener, resume: ResumeRequest, over: Promise<Error>) => Promise<void>;

/** Makes the way to begin a stream. A database that is away is waited for. */
export function createBegin(parts: BeginParts): Begin {
  const { sql, database, feed, broadcast, streamCounts, clock } = parts;
  const catchUp = createCatchUp(parts);

  /** Nothing awaited between naming the position and going live: no event can fall between them. */
  function beginLive(listener: Listener): void {
    listener.after = positionOf(feed);
    listener.outbox.send(connectionBlock(listener.after));
    broadcast.goLive(listener);
  }

  async function beginWaiting(listener: Listener, resume: ResumeRequest, signal: AbortSignal): Promise<void> {
    if (feed.position === null) await unlessAborted(feed.started, signal);
    if (resume.kind === "live") {
      beginLive(listener);
      streamCounts.began("live");
      return;
    }
    const call = () => planResume(sql, resume, listener.filter, positionOf(feed));
    const plan = await unlessAborted(untilUp(database, signal, call, isDatabaseAway, clock), signal);
    if (plan.kind === "replay") return catchUp(listener, plan.range.after, plan.range.since, signal);

    // Until a message comes, this server may not know that the database was set back.
    if (plan.reason === setBackReason) feed.lookAgain();
    beginLive(listener);
    listener.outbox.send(resetBlock(plan.reason, positionOf(feed)));
    streamCounts.began("reset");
  }

  return async (listener, resume, over) => {
    if (resume.kind === "live" && feed.position !== null) {
      beginLive(listener);
      streamCounts.began("live");
      return;
    }
    // Made for those alone who must wait: of those who need not there may be many.
    const gone = new AbortController();
    void over.then((reason) => gone.abort(reason));
    await beginWaiting(listener, resume, gone.signal);
  };
}

/** Makes the way to send a listener what it missed after an event, and to let it go live. */
function createCatchUp({ sql, database, feed, broadcast, streamCounts, log, clock }: BeginParts) {
  const readPage = createReplayPages(sql, clock);

  return async (listener: Listener, from: bigint, since: Date | null, signal: AbortSignal): Promise<void> => {
    const { outbox, filter } = listener;
    outbox.send(connectionBlock(from));
    let after = from;
    let events = 0;
    let bytes = 0;
    // Events keep arriving while it catches up: it is done when nothing came since the last page was asked for.
    while (after < positionOf(feed)) {
      const range = { after, upTo: positionOf(feed), since };
      const page = await untilUp(database, signal, () => readPage(range, filter), isDatabaseAway, clock);
      if (page.events > 0) outbox.send(page.bytes);
      await outbox.drained();
      events += page.events;
      bytes += page.bytes.byteLength;
      after = page.upTo;
    }
    signal.throwIfAborted();
    listener.after = after;
    // Also to one without a filter, whose heartbeats are paced from here on by what all such streams got.
    outbox.send(wantsAll(filter) ? heartbeatComment : heartbeatEvent(after));
    broadcast.goLive(listener);
    streamCounts.began("replay", events, bytes);
    log.debug("replayed", { after: String(from), upTo: String(after), events });
  };
}

function positionOf({ position }: Feed): bigint {
  return position ?? 0n;
}

function unlessAborted<T>(waitedFor: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return Promise.race([waitedFor, aborted]);
}
