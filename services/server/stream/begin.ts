// Starts a stream: live, with a replay of missed events, or with a reset.

import { type Clock, unlessAborted } from "../../../shared/clock.ts";
import { type ConnectionHealth, untilUp } from "../../../shared/connections/connection-health.ts";
import { isDatabaseAway } from "../../../shared/database/sql.ts";
import type { Log } from "../../../shared/process/log.ts";
import { clientNetwork } from "../http/clients/client-address.ts";
import type { RateLimit } from "../http/clients/rate-limit.ts";
import type { EventRange } from "../store/events.ts";
import { wantsAll } from "../store/filter.ts";
import type { Asker } from "../store/gate.ts";
import type { Questions } from "../store/questions.ts";
import type { Broadcast } from "./broadcast.ts";
import type { Feed } from "./feed/feed.ts";
import { connectionBlock, heartbeatComment, heartbeatEvent, resetBlock } from "./frames.ts";
import type { Listener, StreamEnd } from "./listeners.ts";
import { createReplayPages } from "./replay-pages.ts";
import { createPlanResume, type ResumeRequest, setBackReason } from "./resume.ts";

/** Metric counters of stream starts and ends. */
export type StreamCounts = {
  /** Counts a stream start: live, with a replay (event count and bytes), or with a reset. */
  began(how: "live" | "replay" | "reset", events?: number, bytes?: number): void;
  ended(code: StreamEnd): void;
};

/** Dependencies of {@link createBegin}. */
export type BeginParts = {
  questions: Questions;
  database: ConnectionHealth;
  feed: Feed;
  broadcast: Pick<Broadcast, "goLive">;
  streamCounts: StreamCounts;
  /** Takes units of an address's limit of stream openings. */
  charge: RateLimit["charge"];
  log: Log;
  clock: Clock;
};

/**
 * Starts an open stream and makes it live.
 * @param over resolves with the reason when the stream has ended
 * @throws {ProblemError} when too many questions wait
 * @throws {Error} the reason of an early end, or a database error
 */
type Begin = (listener: Listener, resume: ResumeRequest, over: Promise<Error>) => Promise<void>;

/** Creates the function that starts streams. It waits while the database is unavailable. */
export function createBegin(parts: BeginParts): Begin {
  const { questions, database, feed, broadcast, streamCounts, clock } = parts;
  const planResume = createPlanResume(questions, clock);
  const catchUp = createCatchUp(parts);

  /** Sends the position and goes live without an `await` in between, so no event can get lost. */
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
    const call = () => planResume(askerOf(parts, listener, signal), resume, listener.filter, positionOf(feed));
    const plan = await unlessAborted(untilUp(database, signal, call, isDatabaseAway, clock), signal);
    if (plan.kind === "replay") return catchUp(listener, plan.range, signal);

    // Until the next message arrives, this server may not know that the database was set back.
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
    // Only for streams that have to wait; most streams start live and need no AbortController.
    const gone = new AbortController();
    void over.then((reason) => gone.abort(reason));
    await beginWaiting(listener, resume, gone.signal);
  };
}

/** Creates the function that replays missed events to a listener and then makes it live. */
function createCatchUp(parts: BeginParts) {
  const { questions, database, feed, broadcast, streamCounts, log, clock } = parts;
  const readPage = createReplayPages(questions, clock);

  return async (listener: Listener, { after: from, since }: EventRange, signal: AbortSignal): Promise<void> => {
    const { outbox, filter } = listener;
    const asker = askerOf(parts, listener, signal);
    outbox.send(connectionBlock(from));
    let after = from;
    let events = 0;
    let bytes = 0;
    // Events keep arriving during the replay. It is complete when the feed has not moved since the last page was
    // requested.
    while (after < positionOf(feed)) {
      const range = { after, upTo: positionOf(feed), since };
      const page = await untilUp(
        database,
        signal,
        () => readPage(range, filter, { ...asker, isServed: after !== from }),
        isDatabaseAway,
        clock,
      );
      if (page.events > 0) outbox.send(page.bytes);
      await outbox.drained();
      events += page.events;
      bytes += page.bytes.byteLength;
      after = page.upTo;
    }
    signal.throwIfAborted();
    listener.after = after;
    // Also for a stream without a filter: from here on it shares the heartbeat timing of all such streams.
    outbox.send(wantsAll(filter) ? heartbeatComment : heartbeatEvent(after));
    broadcast.goLive(listener);
    streamCounts.began("replay", events, bytes);
    log.debug("replayed", { after: String(from), upTo: String(after), events });
  };
}

function askerOf({ charge }: BeginParts, { address }: Listener, signal: AbortSignal): Asker {
  return { network: clientNetwork(address), signal, charge: (units) => charge(address, units) };
}

function positionOf({ position }: Feed): bigint {
  return position ?? 0n;
}
