// Bursts of reports.

import { expect, test } from "bun:test";
import { gatherReports, reportsOf } from "../../../web/listen/reports.ts";
import type { Report } from "../../../web/sound/score/network-score.ts";
import { createPageState } from "../../../web/state/page-state.ts";
import { createServerClock } from "../../../web/state/server-clock.ts";
import { firstSettings } from "../../../web/state/settings.ts";
import { takeFromServer } from "../../../web/state/take-from-server.ts";
import { firstView } from "../../../web/state/view-url.ts";
import { createTestClock } from "../../rig/test-clock.ts";

test("reports that arrive together ring together, with those in view marked; missed reports do not ring", async () => {
  const clock = createTestClock();
  const state = createPageState(firstView, firstSettings("en"));
  const { onArrival, onStations } = takeFromServer(state, createServerClock(clock));
  const rung: Report[][] = [];
  gatherReports(state, clock, (reports) => rung.push(reports));
  const nowhere = { elevationM: null, owner: null, program: null, type: null, name: null };
  onStations([{ stationId: "46026", longitude: -122.8, latitude: 37.8, ...nowhere }]);
  state.inView.value = new Set(["46026"]);
  const arrive = (stationId: string, replayed: boolean) => {
    const nothing = { windSpeedMps: null, windDirDeg: null, waterTempC: null, pressureHpa: null };
    const observation = { stationId, timestamp: new Date(clock.now()).toISOString(), waveHeightM: 2, ...nothing };
    onArrival({ observation, eventId: null, replayed });
  };
  arrive("46026", false);
  arrive("44009", false);
  arrive("51001", true);
  await clock.advance(0);
  arrive("46026", false);
  await clock.advance(0);
  const inView = {
    stationId: "46026",
    longitude: -122.8,
    latitude: 37.8,
    waterTempC: null,
    waveHeightM: 2,
    inView: true,
  };
  expect(rung).toEqual([
    [inView, { stationId: "44009", longitude: null, latitude: null, waterTempC: null, waveHeightM: 2, inView: false }],
    [inView],
  ]);
});

test("the newest report of a station has only the values of that report, and an old report does not ring", () => {
  const state = createPageState(firstView, firstSettings("en"));
  const noon = Date.parse("2026-11-28T12:00:00.000Z");
  const at = (minutes: number) => new Date(noon - minutes * 60_000).toISOString();
  state.network.apply({ stationId: "46026", timestamp: at(50), waveHeightM: 2, waterTempC: 12 });
  state.network.apply({ stationId: "46026", timestamp: at(10), waterTempC: 13 });
  state.network.apply({ stationId: "44009", timestamp: at(200), waveHeightM: 2, waterTempC: 12 });
  const nowhere = { longitude: null, latitude: null, inView: false };
  expect(reportsOf(state, ["46026", "44009", "51001"], noon)).toEqual([
    { stationId: "46026", waterTempC: 13, waveHeightM: null, ...nowhere },
  ]);
});
