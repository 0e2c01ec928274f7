import type { Sql } from "../../../shared/database/sql.ts";
import { eventIdSchema } from "../../../shared/observation.ts";
import { maxReplayEvents } from "../http/limits.ts";
import { type EventRange, measureRange, readMarks } from "../store/events.ts";
import type { Filter } from "../store/filter.ts";

/** Where a listener asks to go on. */
export type ResumeRequest =
  | { kind: "live" }
  | { kind: "after"; eventId: bigint }
  | { kind: "since"; since: Date }
  /** It named an id that is none. Not a 400, which would end an EventSource for good. */
  | { kind: "malformed" };

/** Where its stream begins: with what was missed, or anew because that cannot be told event by event. */
export type ResumePlan = { kind: "replay"; range: EventRange } | { kind: "reset"; reason: string };

/** Why a last event id may stand for an event that is no longer stored. */
export const setBackReason = "the database was set back since the last event id, by a backup or a failover";

/**
 * Reads where to go on: the header of a reconnecting browser wins over `?lastEventId=`, which wins over `?since=`.
 */
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
 * Decides where a stream begins that does not simply begin now.
 * @param position the last event that this server has sent
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
    if (resume.eventId > newest) return { kind: "reset", reason: "the last event id is newer than all that is stored" };
    if (resume.eventId < pruned) return { kind: "reset", reason: "what followed the last event id is no longer kept" };
  }
  const range: EventRange =
    resume.kind === "after"
      ? { after: resume.eventId, upTo: position, since: null }
      : { after: 0n, upTo: position, since: resume.since };
  const { count, first } = await measureRange(sql, range, filter, maxReplayEvents + 1);
  if (count > maxReplayEvents) return { kind: "reset", reason: `more than ${maxReplayEvents} events were missed` };
  // A stream that begins at a time has no id to begin after: the one just before its first event, so that a browser
  // whose connection breaks at once gets all of it.
  if (resume.kind === "since") range.after = first === null ? position : first - 1n;
  return { kind: "replay", range };
}
