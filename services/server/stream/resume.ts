// Parses where a client resumes, and plans a replay or a reset.
import type { Sql } from "../../../shared/database/sql.ts";
import { eventIdSchema } from "../../../shared/observation.ts";
import { maxReplayEvents } from "../http/limits.ts";
import { type EventRange, measureRange, readMarks } from "../store/events.ts";
import type { Filter } from "../store/filter.ts";

/** Where a client wants to resume. */
export type ResumeRequest =
  | { kind: "live" }
  | { kind: "after"; eventId: bigint }
  | { kind: "since"; since: Date }
  /** The last event id is invalid. Not a 400, which would permanently close an EventSource. */
  | { kind: "malformed" };

/** How the stream starts: with a replay, or with a reset because a replay is not possible. */
export type ResumePlan = { kind: "replay"; range: EventRange } | { kind: "reset"; reason: string };

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

/**
 * Plans the start of a stream that does not simply start live.
 * @param position id of the last event that this server sent
 */
export async function planResume(
  sql: Sql,
  resume: Exclude<ResumeRequest, { kind: "live" }>,
  filter: Filter,
  position: bigint,
): Promise<ResumePlan> {
  if (resume.kind === "malformed") return { kind: "reset", reason: "the last event id is not a decimal number" };
  if (resume.kind === "after") {
    const { newest, pruned, timeline } = await readMarks(sql);
    if (resume.eventId < timeline) return { kind: "reset", reason: setBackReason };
    if (resume.eventId > newest) return { kind: "reset", reason: "the last event id is newer than every stored event" };
    if (resume.eventId < pruned)
      return { kind: "reset", reason: "the events after the last event id are no longer stored" };
  }
  const range: EventRange =
    resume.kind === "after"
      ? { after: resume.eventId, upTo: position, since: null }
      : { after: 0n, upTo: position, since: resume.since };
  const { count, first } = await measureRange(sql, range, filter, maxReplayEvents + 1);
  if (count > maxReplayEvents) return { kind: "reset", reason: `more than ${maxReplayEvents} events were missed` };
  // A stream with `since` has no start id. Use the id just before its first event, so that a browser gets everything
  // even if the connection breaks at once.
  if (resume.kind === "since") range.after = first === null ? position : first - 1n;
  return { kind: "replay", range };
}
