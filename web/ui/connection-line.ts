// The connection line in the page's header.

import type { CachedAt } from "../../shared/client/answers.ts";
import type { ConnectionState } from "../../shared/client/stream-client.ts";
import type { Clock } from "../../shared/clock.ts";
import { find, setText } from "../dom/dom.ts";
import { observe } from "../state/observe.ts";
import type { PageState, Polls } from "../state/page-state.ts";
import { formatAge } from "../words/format.ts";

/**
 * NDBC renews its file every five minutes. The page warns after this time, and at least two periods, without a poll.
 */
const silentAfterMs = 20 * 60_000;

/** Shows the connection's state, a countdown to the next retry, and the age of the newest report. */
export function showConnectionLine(state: PageState, clock: Clock): void {
  const { connection, cachedAtMs, simulated, polls, network, second } = state;
  const words = find("connection", HTMLElement);
  const retry = find("retry", HTMLElement);
  const newest = find("newest", HTMLElement);
  observe([connection, cachedAtMs], () => {
    const { kind } = connection.value;
    document.body.dataset.state = cachedAtMs.value !== null && kind === "reconnecting" ? "offline" : kind;
    setText(words, describeConnection(connection.value, cachedAtMs.value));
  });
  observe([simulated], () => {
    find("simulated", HTMLElement).hidden = !simulated.value;
  });
  observe([connection, polls, state.conditionsLoaded, second], () => {
    setText(retry, describeRetry(connection.value, clock.monotonicMs()));
    setText(newest, describeAge(connection.value, network.newestAtMs, polls.value, clock.now()));
  });
}

function describeConnection(connection: ConnectionState, cachedAtMs: CachedAt): string {
  switch (connection.kind) {
    case "connecting":
      return "Connecting…";
    case "live":
      return "Live";
    case "waiting":
      return "Connected: the server waits for its database";
    case "reconnecting":
      if (cachedAtMs !== null) return "Offline, with data saved on this device";
      return `Reconnecting: ${navigator.onLine ? connection.reason : "this device is offline"}`;
    case "refused":
      return connection.retryAtMs === null ? connection.reason : `Refused: ${connection.reason}`;
  }
}

/** Describes the next retry. @param nowMs of {@link Clock.monotonicMs} */
function describeRetry(connection: ConnectionState, nowMs: number): string {
  const retryAtMs = "retryAtMs" in connection ? connection.retryAtMs : null;
  if (retryAtMs === null) return "";
  const seconds = Math.max(0, Math.ceil((retryAtMs - nowMs) / 1000));
  return seconds === 0 ? "trying again now" : `trying again in ${seconds} s`;
}

function describeAge({ kind }: ConnectionState, newestAtMs: number | null, polls: Polls | null, nowMs: number): string {
  if (newestAtMs === null) return kind === "live" ? "no report yet" : "";
  const age = formatAge(nowMs - newestAtMs);
  const text = `newest report ${age === "just now" ? age : `${age} old`}`;
  const silence = kind === "live" && polls !== null ? describeSilence(polls, nowMs) : null;
  return silence === null ? text : `${text}; ${silence}`;
}

/** Returns why no new reports arrive; `null` if they may arrive. */
function describeSilence({ lastPoll, pollSeconds, lastPollBegun, pollsStopped }: Polls, nowMs: number): string | null {
  if (pollsStopped && lastPollBegun !== null) {
    return `the server has not asked NDBC for ${formatAge(nowMs - Date.parse(lastPollBegun))}`;
  }
  const pollMs = lastPoll === null ? 0 : nowMs - Date.parse(lastPoll);
  const longestMs = Math.max(silentAfterMs, 2_000 * (pollSeconds ?? 0));
  return pollMs > longestMs ? `NDBC silent for ${formatAge(pollMs)}` : null;
}
