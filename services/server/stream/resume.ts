// Parses where a client resumes, and plans a replay or a reset.

import type { Clock } from "../../../shared/clock.ts";
import type { Transaction } from "../../../shared/database/sql.ts";
import { clamp } from "../../../shared/numbers.ts";
import { eventIdSchema } from "../../../shared/observation.ts";
import { maxReplayEvents, maxReplaySpan, readRowsPerUnit } from "../http/limits.ts";
import { type EventRange, type Marks, measureRange, readIdBefore, readMarks, readTimeUpTo } from "../store/events.ts";
import { type Filter, wantsAll } from "../store/filter.ts";
import type { Asker } from "../store/gate.ts";
import type { Questions } from "../store/questions.ts";
import { createSharedAnswers } from "../store/shared-answers.ts";

/** Where a client wants to resume. */
export type ResumeRequest =
  | { kind: "live" }
  | { kind: "after"; eventId: bigint }
  | { kind: "since"; since: Date }
  /** The last event id is invalid. Not a 400, which would permanently close an EventSource. */
  | { kind: "malformed" };

/** How the stream starts: with a replay, or with a reset because a replay is not possible. */
type ResumePlan = { kind: "replay"; range: EventRange } | { kind: "reset"; reason: string };

/** Reset reason when a last event id may belong to an event that was lost. */
export const setBackReason = "the database was set back since the last event id, by a backup or a failover";

/** Parses where to resume. The `Last-Event-ID` header wins over `?lastEventId=`, which wins over `?since=`. */
export function parseResumeRequest(
  header: string | undefined,
  lastEventId: string | undefined,
  since: Date | undefined,
): ResumeRequest {
  const named = header || lastEventId;
  if (named !== undefined && named !== "") {
    const eventId = eventIdSchema.safeParse(named);
    return eventId.success ? { kind: "after", eventId: BigInt(eventId.data) } : { kind: "malformed" };
  }
  return since === undefined ? { kind: "live" } : { kind: "since", since };
}

const tooManyEvents = `more than ${maxReplayEvents} events were missed`;
const tooFarBack = `more than ${maxReplaySpan} events were stored since then`;

/**
 * Plans the start of a stream that does not simply start live.
 * @param position id of the last event that this server sent
 */
type PlanResume = (
  asker: Asker,
  resume: Exclude<ResumeRequest, { kind: "live" }>,
  filter: Filter,
  position: bigint,
) => Promise<ResumePlan>;

/** Creates the planner. Streams that open at the same time share what it reads first. */
export function createPlanResume(questions: Questions, clock: Clock): PlanResume {
  const shared = createSharedAnswers<Marks>({ keepMs: 0, maxKept: 1 }, clock);
  const read = (asker: Asker) => questions.quick(asker, readMarks);
  /** The id before the last {@link maxReplaySpan} events. A minute later, a replay may be longer by the events since then. */
  const starts = createSharedAnswers<{ id: bigint }>({ keepMs: 60_000, maxKept: 1 }, clock);
  const startOf = async (asker: Asker, position: bigint) => {
    if (position <= maxReplaySpan) return 0n;
    const ask = (signal: AbortSignal) =>
      questions.history({ ...asker, signal }, async (tx) => ({ id: await readIdBefore(tx, position, maxReplaySpan) }));
    return (await starts.ask("start", ask, asker.signal)).id;
  };

  return async (asker, resume, filter, position) => {
    if (resume.kind === "malformed") return { kind: "reset", reason: "the last event id is not a decimal number" };
    let marks = await shared.ask("marks", (signal) => read({ ...asker, signal }), asker.signal);
    if (resume.kind === "since") {
      const start = await startOf(asker, position);
      return questions.history(asker, (tx) => planSince(tx, asker, resume.since, filter, { position, start }, marks));
    }
    // Another stream may have begun to read before this event was stored.
    if (resume.eventId > marks.newest) marks = await read(asker);
    const isFarBack = position - resume.eventId > maxReplaySpan;
    const start = isFarBack ? await startOf(asker, position) : 0n;
    return planAfter(questions, asker, resume.eventId, filter, { position, start }, marks);
  };
}

/** The event that a server has sent last, and the id before which no replay begins. */
type Span = { position: bigint; start: bigint };

async function planAfter(
  questions: Questions,
  asker: Asker,
  eventId: bigint,
  filter: Filter,
  { position, start }: Span,
  marks: Marks,
): Promise<ResumePlan> {
  if (eventId < marks.timeline) return { kind: "reset", reason: setBackReason };
  if (eventId > marks.newest) return { kind: "reset", reason: "the last event id is newer than every stored event" };
  if (eventId < marks.pruned)
    return { kind: "reset", reason: "the events after the last event id are no longer stored" };
  const range = { after: eventId, upTo: position, since: null };
  if (eventId < start) return { kind: "reset", reason: wantsAll(filter) ? tooManyEvents : tooFarBack };
  const missed = Number(position - eventId);
  asker.charge(clamp(missed, 0, maxReplaySpan) / readRowsPerUnit);
  if (missed > maxReplayEvents) {
    const { count } = await questions.history(asker, (tx) => measureRange(tx, range, filter, maxReplayEvents + 1));
    if (count > maxReplayEvents) return { kind: "reset", reason: tooManyEvents };
  }
  return { kind: "replay", range };
}

async function planSince(
  tx: Transaction,
  asker: Asker,
  since: Date,
  filter: Filter,
  { position, start: after }: Span,
  marks: Marks,
): Promise<ResumePlan> {
  if (after > marks.pruned) {
    const newest = await readTimeUpTo(tx, after);
    if (newest !== null && since <= newest) return { kind: "reset", reason: tooFarBack };
  }
  asker.charge(Math.min(Number(position - after), maxReplaySpan) / readRowsPerUnit);
  const range = { after, upTo: position, since };
  const { count, first } = await measureRange(tx, range, filter, maxReplayEvents + 1);
  if (count > maxReplayEvents) return { kind: "reset", reason: tooManyEvents };
  // Without an id of its own, the stream begins just before its first event, so that a browser gets everything even if the
  // connection breaks at once.
  return { kind: "replay", range: { ...range, after: first === null ? position : first - 1n } };
}
