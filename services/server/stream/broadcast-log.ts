import { type Clock, systemClock } from "../../../shared/clock.ts";
import type { Log } from "../../../shared/service/log.ts";
import type { Frame } from "./frames.ts";

/** What the network did in one moment comes in several writes: they share a line. */
const gatherMs = 1_000;
/** No more often than this are broadcasts worth a line. */
const lineMs = 60_000;

/**
 * Logs which events were sent to the listeners: those from `firstEventId` to `lastEventId`, the writes of a while in one
 * line. At `debug` each write has a line of its own too, with all of its event ids.
 * @param signal aborted when the server stops: what waits is written at once
 */
export function createBroadcastLog(
  log: Log,
  signal: AbortSignal,
  clock: Clock = systemClock,
): (frames: Frame[]) => void {
  let first: bigint | null = null;
  let last: bigint | null = null;
  let events = 0;
  let cancelLine: (() => void) | null = null;
  let loggedAt = Number.NEGATIVE_INFINITY;

  function write(): void {
    const range = first === null ? {} : { firstEventId: String(first), lastEventId: String(last) };
    log.info("broadcast", { events, ...range });
    cancelLine = null;
    loggedAt = clock.monotonicMs();
    first = null;
    events = 0;
  }

  signal.addEventListener("abort", () => {
    if (cancelLine === null) return;
    cancelLine();
    write();
  });
  return (frames) => {
    log.debug("broadcast", () => ({ eventIds: frames.map(({ eventId }) => eventId && String(eventId)) }));
    events += frames.length;
    first ??= frames.find(({ eventId }) => eventId !== null)?.eventId ?? null;
    last = frames.findLast(({ eventId }) => eventId !== null)?.eventId ?? last;
    cancelLine ??= clock.after(Math.max(gatherMs, loggedAt + lineMs - clock.monotonicMs()), write);
  };
}
