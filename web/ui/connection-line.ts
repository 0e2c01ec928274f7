// The connection line in the page's header.

import type { CachedAt } from "../../shared/client/answers.ts";
import { find, setText } from "../dom/dom.ts";
import type { ConnectionState } from "../net/connection-state.ts";
import { observe } from "../state/observe.ts";
import type { PageState, Polls } from "../state/page-state.ts";
import type { ServerClock } from "../state/server-clock.ts";
import * as words from "../words/english/connection.ts";
import { formatAge, isNow } from "../words/format.ts";
import { fill } from "../words/message.ts";

/**
 * NDBC renews its file every five minutes. The page warns after this time, and at least two periods, without a poll.
 */
const silentAfterMs = 20 * 60_000;
/** The page warns when the device's clock differs more from the server's. */
const wrongClockMs = 5 * 60_000;

/** Shows the connection's state, a countdown to the next retry, and the age of the newest report. */
export function showConnectionLine(state: PageState, clock: ServerClock): void {
  const { connection, cachedAtMs, simulated, polls, network, second } = state;
  const line = find("connection", HTMLElement);
  const retry = find("retry", HTMLElement);
  const newest = find("newest", HTMLElement);
  observe([connection, cachedAtMs], () => {
    const { kind } = connection.value;
    document.body.dataset.state = cachedAtMs.value !== null && kind === "reconnecting" ? "offline" : kind;
    setText(line, describeConnection(connection.value, cachedAtMs.value));
  });
  observe([simulated], () => {
    find("simulated", HTMLElement).hidden = !simulated.value;
  });
  observe([connection, polls, state.conditionsLoaded, second], () => {
    setText(retry, describeRetry(connection.value, clock.monotonicMs()));
    find("try-now", HTMLElement).hidden = retry.textContent === "";
    const age = describeAge(connection.value, network.newestAtMs, polls.value, clock.now());
    setText(newest, [age, describeDeviceClock(clock.deviceAheadMs)].filter(Boolean).join("; "));
  });
}

function describeConnection(connection: ConnectionState, cachedAtMs: CachedAt): string {
  switch (connection.kind) {
    case "connecting":
      return words.connecting;
    case "live":
      return words.live;
    case "waiting":
      return words.waiting;
    case "reconnecting":
      return cachedAtMs === null ? fill(words.reconnecting, { reason: connection.reason }) : words.offline;
    case "refused":
      return connection.retryAtMs === null ? connection.reason : fill(words.refused, { reason: connection.reason });
    case "crowded":
      return words.crowded;
  }
}

/** Describes the next retry. @param nowMs of {@link Clock.monotonicMs} */
function describeRetry(connection: ConnectionState, nowMs: number): string {
  const retryAtMs = "retryAtMs" in connection ? connection.retryAtMs : null;
  if (retryAtMs === null) return "";
  const seconds = Math.max(0, Math.ceil((retryAtMs - nowMs) / 1000));
  return seconds === 0 ? words.retryNow : fill(words.retryIn, { seconds });
}

function describeAge({ kind }: ConnectionState, newestAtMs: number | null, polls: Polls | null, nowMs: number): string {
  if (newestAtMs === null) return kind === "live" ? words.noReport : "";
  const ageMs = nowMs - newestAtMs;
  const newest = isNow(ageMs) ? words.newestNow : fill(words.newest, { age: formatAge(ageMs) });
  return kind === "live" && polls !== null ? describeSilence(newest, polls, nowMs) : newest;
}

function describeDeviceClock(aheadMs: number): string {
  const ms = Math.abs(aheadMs);
  if (ms < wrongClockMs) return "";
  // Half a minute more: a minute more or less is no difference.
  return fill(aheadMs > 0 ? words.clockAhead : words.clockBehind, { age: formatAge(ms + 30_000) });
}

/** Adds to the newest report's age why no new reports arrive, if none may arrive. */
function describeSilence(newest: string, polls: Polls, nowMs: number): string {
  const { lastPoll, pollSeconds, lastPollBegun, pollsStopped } = polls;
  if (pollsStopped && lastPollBegun !== null) {
    return fill(words.pollsStopped, { newest, age: formatAge(nowMs - Date.parse(lastPollBegun)) });
  }
  const pollMs = lastPoll === null ? 0 : nowMs - Date.parse(lastPoll);
  const longestMs = Math.max(silentAfterMs, 2_000 * (pollSeconds ?? 0));
  return pollMs > longestMs ? fill(words.ndbcSilent, { newest, age: formatAge(pollMs) }) : newest;
}
