// Log lines about broadcasts, at most one per minute.
import { type Clock, systemClock } from "../../../shared/clock.ts";
import type { Log } from "../../../shared/process/log.ts";
import type { Frame } from "./frames.ts";

/** Delay that collects several writes in one line, in ms. One poll of the network arrives in several writes. */
const gatherMs = 1_000;
/** Min time between two lines, in ms. */
const lineMs = 60_000;

/**
 * Creates the logger of broadcasts. One line covers the writes of a period, with `firstEventId` and `lastEventId`. At
 * `debug` each write also has its own line with all event ids.
 * @param signal aborted when the server stops; a pending line is then written at once
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
