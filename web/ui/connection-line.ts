// The connection line in the page's header.

import type { CachedAt } from "../../shared/client/answers.ts";
import type { Outage, OutageCode } from "../../shared/outage.ts";
import { find, setText } from "../dom/dom.ts";
import type { ConnectionState } from "../net/connection-state.ts";
import { observe } from "../state/observe.ts";
import type { PageState, Polls } from "../state/page-state.ts";
import type { ServerClock } from "../state/server-clock.ts";
import * as words from "../words/english/connection.ts";
import * as problemWords from "../words/english/problems.ts";
import { formatAge, formatSince, isNow } from "../words/format.ts";
import { fill } from "../words/message.ts";

const outageWords: Record<OutageCode, string> = {
  never_polled: words.neverPolled,
  polls_stopped: words.pollsStopped,
  ndbc_unreachable: words.ndbcUnreachable,
  ndbc_silent: words.ndbcSilent,
};

/** The page warns when the device's clock differs more from the server's. */
const wrongClockMs = 5 * 60_000;
/** The server's polls are known soon after the connection. Of two quick changes, Orca reads the last text twice. */
const pollsMs = 1_000;

/** Shows the connection's state, a countdown to the next retry, and the age of the newest report. */
export function showConnectionLine(state: PageState, clock: ServerClock): void {
  const { connection, cachedAtMs, simulated, polls, network, second } = state;
  const line = find("connection", HTMLElement);
  const retry = find("retry", HTMLElement);
  const newest = find("newest", HTMLElement);
  let cancel: (() => void) | undefined;
  observe([connection, cachedAtMs, polls], () => {
    const { kind } = connection.value;
    document.body.dataset.state = cachedAtMs.value !== null && kind === "reconnecting" ? "offline" : kind;
    document.body.dataset.reports = kind === "live" && polls.value?.outage === null ? "arriving" : "none";
    cancel?.();
    if (kind === "live" && polls.value === null) cancel = clock.after(pollsMs, showLine);
    else showLine();
  });
  observe([simulated], () => {
    find("simulated", HTMLElement).hidden = !simulated.value;
  });
  observe([connection, state.conditionsLoaded, second], () => {
    setText(retry, describeRetry(connection.value, clock.monotonicMs()));
    find("try-now", HTMLElement).hidden = retry.textContent === "";
    const age = describeAge(connection.value, network.newestAtMs, clock.now());
    setText(newest, [age, describeDeviceClock(clock.deviceAheadMs)].filter(Boolean).join("; "));
  });

  function showLine(): void {
    setText(line, describeConnection(connection.value, cachedAtMs.value, polls.value, clock.now()));
  }
}

/** Describes in one line why no reports arrive, or that they do. */
function describeConnection(
  connection: ConnectionState,
  cachedAtMs: CachedAt,
  polls: Polls | null,
  nowMs: number,
): string {
  switch (connection.kind) {
    case "connecting":
      return words.connecting;
    case "live":
      if (polls === null) return words.connected;
      return polls.outage === null ? words.live : describeOutage(polls.outage, nowMs);
    case "waiting":
      return words.waiting;
    case "reconnecting":
      if (cachedAtMs === null) return fill(words.reconnecting, { reason: connection.reason });
      return connection.reason === problemWords.offline ? words.offline : words.serverAway;
    case "refused":
      return connection.retryAtMs === null ? connection.reason : fill(words.refused, { reason: connection.reason });
    case "crowded":
      return words.crowded;
  }
}

/** Describes why no new reports arrive. @param nowMs the server's time, in Unix milliseconds */
export function describeOutage({ code, since }: Outage, nowMs: number): string {
  const time = since === null ? "" : formatSince(Date.parse(since), nowMs);
  return fill(outageWords[code], { time });
}

/** Describes the next retry. @param nowMs of {@link Clock.monotonicMs} */
function describeRetry(connection: ConnectionState, nowMs: number): string {
  const retryAtMs = "retryAtMs" in connection ? connection.retryAtMs : null;
  if (retryAtMs === null) return "";
  const seconds = Math.max(0, Math.ceil((retryAtMs - nowMs) / 1000));
  return seconds === 0 ? words.retryNow : fill(words.retryIn, { seconds });
}

function describeAge({ kind }: ConnectionState, newestAtMs: number | null, nowMs: number): string {
  if (newestAtMs === null) return kind === "live" ? words.noReport : "";
  const ageMs = nowMs - newestAtMs;
  return isNow(ageMs) ? words.newestNow : fill(words.newest, { age: formatAge(ageMs) });
}

function describeDeviceClock(aheadMs: number): string {
  const ms = Math.abs(aheadMs);
  if (ms < wrongClockMs) return "";
  // Half a minute more: a minute more or less is no difference.
  return fill(aheadMs > 0 ? words.clockAhead : words.clockBehind, { age: formatAge(ms + 30_000) });
}
