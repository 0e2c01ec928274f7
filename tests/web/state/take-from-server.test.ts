// Server data in the page's state.

import { beforeEach, expect, test } from "bun:test";
import type { ObservationMessage } from "../../../shared/observation.ts";
import type { ServerListener } from "../../../web/net/follow-server.ts";
import { onChange } from "../../../web/state/observe.ts";
import { createPageState, type PageState } from "../../../web/state/page-state.ts";
import { createServerClock } from "../../../web/state/server-clock.ts";
import { firstSettings } from "../../../web/state/settings.ts";
import { takeFromServer } from "../../../web/state/take-from-server.ts";
import { firstView } from "../../../web/state/view-url.ts";
import { createTestClock, type TestClock } from "../../rig/test-clock.ts";

let state: PageState;
let listener: ServerListener;
let clock: TestClock;

beforeEach(() => {
  clock = createTestClock();
  state = createPageState(firstView, firstSettings("en"));
  listener = takeFromServer(state, createServerClock(clock));
});

function report(stationId: string, ageMin = 0): ObservationMessage {
  const timestamp = new Date(clock.now() - ageMin * 60_000).toISOString();
  const nothing = { windSpeedMps: null, windDirDeg: null, waterTempC: null, pressureHpa: null };
  return { stationId, timestamp, waveHeightM: 2, ...nothing };
}

test("each report of a burst reaches a subscriber once, with the network already updated", () => {
  const seen: string[] = [];
  onChange(state.arrived, ({ newest }) => {
    const stationId = newest?.observation.stationId ?? "";
    if (state.network.conditions.has(stationId)) seen.push(stationId);
  });
  const all = Array.from({ length: 800 }, (_, index) => `B${1_000 + index}`);
  for (const stationId of all) {
    listener.onArrival({ observation: report(stationId), eventId: null, replayed: false });
  }
  expect(seen).toEqual(all);
  expect(state.arrived.value.count).toBe(800);
});

test("a report is news unless it was missed before or is at least three hours old", () => {
  const isNews = (ageMin: number, replayed: boolean) => {
    listener.onArrival({ observation: report("46026", ageMin), eventId: "8", replayed });
    return state.arrived.value.newest?.isNews;
  };
  expect(isNews(179, false)).toBe(true);
  expect(isNews(180, false)).toBe(false);
  expect(isNews(0, true)).toBe(false);
});

test("poll data is dropped with the connection, and cached poll data is never used", () => {
  const status = {
    version: "1",
    lastPoll: null,
    pollSeconds: 300,
    lastPollBegun: null,
    pollsStopped: false,
    outage: null,
  };
  const more = { ndbcLastModified: null, stationsReporting: 0, simulated: true, lastEventId: "7" };
  listener.onStatus({ ...status, ...more, cachedAtMs: null, sentAtMs: null });
  expect(state.polls.value).toMatchObject({ version: "1", outage: null });
  expect(state.simulated.value).toBe(true);
  listener.onState({ kind: "reconnecting", reason: "the connection was lost", retryAtMs: 1_000 });
  expect(state.polls.value).toBeNull();
  listener.onSnapshot({ lastEventId: "7", conditions: [], cachedAtMs: 5, sentAtMs: null });
  listener.onStatus({ ...status, ...more, cachedAtMs: 5, sentAtMs: null });
  expect([state.cachedAtMs.value, state.polls.value]).toEqual([5, null]);
  listener.onState({ kind: "live" });
  expect(state.cachedAtMs.value).toBeNull();
});

test("a noticeable correction of the time refreshes all that shows ages", () => {
  const loads = () => state.conditionsLoaded.value;
  listener.onTime(clock.now());
  expect(loads()).toBe(0);
  listener.onTime(clock.now() - 4 * 3_600_000);
  expect(loads()).toBe(1);
});
