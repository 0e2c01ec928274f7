import type { Clock } from "../shared/clock.ts";
import type { CachedAt, Status } from "./api.ts";
import { find, setText } from "./dom.ts";
import { formatAge } from "./format.ts";
import type { ConnectionState } from "./stream.ts";

/** What the head of the page says of the connection and of the age of what is shown. */
export type ConnectionLine = {
  showConnection(state: ConnectionState): void;
  showStatus(status: Status): void;
  /** When what is shown was loaded, if it came from the cache of an earlier visit. */
  showCachedAt(cachedAtMs: CachedAt): void;
  /** To be called once a second: the retry counts down, and the newest report ages. */
  tick(): void;
};

/** NDBC renews its file every five minutes; a poll that is missing for this long, and for two periods, is worth a word. */
const silentAfterMs = 20 * 60_000;

/**
 * Keeps the connection in sight, in words, with the retry counting down.
 * @param newestAtMs when the newest report was measured, `null` before the first
 */
export function createConnectionLine(newestAtMs: () => number | null, clock: Clock): ConnectionLine {
  const connection = find("connection", HTMLElement);
  const retry = find("retry", HTMLElement);
  const newest = find("newest", HTMLElement);
  const simulated = find("simulated", HTMLElement);
  let state: ConnectionState = { kind: "connecting" };
  let isSimulated = false;
  /** As the server said since it was reached last; what it said before does not tell of now. */
  let polls: Pick<Status, "lastPoll" | "pollSeconds" | "lastPollBegun" | "pollsStopped"> | null = null;
  let cachedAtMs: CachedAt = null;

  return {
    showConnection(next) {
      state = next;
      // What was missed since comes now.
      if (state.kind === "live") cachedAtMs = null;
      else polls = null;
      show();
    },
    showStatus(status) {
      isSimulated = status.simulated;
      polls = status.cachedAtMs === null ? status : null;
      show();
    },
    showCachedAt(next) {
      cachedAtMs = next;
      show();
    },
    tick: showTime,
  };

  function show(): void {
    document.body.dataset.state = cachedAtMs !== null && state.kind === "reconnecting" ? "offline" : state.kind;
    simulated.hidden = !isSimulated;
    setText(connection, describeConnection());
    showTime();
  }

  function showTime(): void {
    setText(retry, describeRetry());
    setText(newest, describeAge());
  }

  function describeConnection(): string {
    switch (state.kind) {
      case "connecting":
        return "Connecting…";
      case "live":
        return "Live";
      case "waiting":
        return "Connected: the server waits for its database";
      case "reconnecting":
        return cachedAtMs === null ? `Reconnecting: ${state.reason}` : "Offline, with what this device kept";
      case "refused":
        return state.retryAtMs === null ? state.reason : `Refused: ${state.reason}`;
    }
  }

  function describeRetry(): string {
    const retryAtMs = "retryAtMs" in state ? state.retryAtMs : null;
    if (retryAtMs === null) return "";
    const seconds = Math.max(0, Math.ceil((retryAtMs - clock.monotonicMs()) / 1000));
    return seconds === 0 ? "trying again now" : `trying again in ${seconds} s`;
  }

  function describeAge(): string {
    const atMs = newestAtMs();
    if (atMs === null) return state.kind === "live" ? "no report yet" : "";
    const age = formatAge(clock.now() - atMs);
    const text = `newest report ${age === "just now" ? age : `${age} old`}`;
    const silence = state.kind === "live" ? describeSilence() : null;
    return silence === null ? text : `${text}; ${silence}`;
  }

  /** Returns why no new reports arrive; `null` while they may. */
  function describeSilence(): string | null {
    if (polls === null) return null;
    const { lastPoll, pollSeconds, lastPollBegun, pollsStopped } = polls;
    if (pollsStopped && lastPollBegun !== null) {
      return `the server has not asked NDBC for ${formatAge(clock.now() - Date.parse(lastPollBegun))}`;
    }
    const pollMs = lastPoll === null ? 0 : clock.now() - Date.parse(lastPoll);
    const longestMs = Math.max(silentAfterMs, 2_000 * (pollSeconds ?? 0));
    return pollMs > longestMs ? `NDBC silent for ${formatAge(pollMs)}` : null;
  }
}
