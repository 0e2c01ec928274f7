// Unit tests of a burst's parts: its time, its reports and its lead.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createRandom } from "../../../../../web/sound/random.ts";
import { createBurstReports } from "../../../../../web/sound/score/burst/burst-reports.ts";
import { createBurstTime } from "../../../../../web/sound/score/burst/burst-time.ts";
import { createLead } from "../../../../../web/sound/score/burst/lead.ts";
import type { Report } from "../../../../../web/sound/score/burst/report.ts";
import { createReportWorth } from "../../../../../web/sound/score/burst/report-worth.ts";

setDefaultTimeout(120_000);

const report = (stationId: string): Report => ({
  stationId,
  longitude: -120,
  latitude: 30,
  waterTempC: 14,
  waveHeightM: 2,
  inView: false,
});
const [a, b, c] = [report("a"), report("b"), report("c")];

describe("The time of a burst", () => {
  test("ends when the next one is due, which follows the usual interval", () => {
    const time = createBurstTime(60);
    time.begin(100);
    expect([time.leftS(100), time.leftS(130), time.leftS(200)]).toEqual([60, 30, 0]);
    time.begin(300);
    expect(time.ageS(310)).toBe(10);
    // Three tenths of the way from 60 to 200 seconds.
    expect(time.leftS(300)).toBeCloseTo(102);
  });

  test("ends when the joined one is due, with time for a few bells if that is now", () => {
    const time = createBurstTime();
    time.join(1_000, { ageS: 100, intervalS: 300 });
    expect(time.leftS(1_000)).toBe(200);
    time.join(1_000, { ageS: 299, intervalS: 300 });
    expect(time.leftS(1_000)).toBeGreaterThan(10);
  });
});

describe("The reports of a burst", () => {
  test("ring in turn and count once each", () => {
    const reports = createBurstReports(createReportWorth(createRandom(1), []));
    reports.add([a, b, c]);
    const planned = [a, b].map((report, index) => ({ report, t: index }));
    reports.plan({ planned, leftOut: [c] });
    expect(reports.take(1)).toEqual([{ report: a, t: 0 }]);
    expect(reports.take(1)).toEqual([]);
    expect(reports.tally).toEqual({ arrived: 3, rung: 1, waiting: 1, leftOut: 1 });
    expect(reports.candidates).toEqual([b, c]);
    expect(reports.lastBellS).toBe(0);
  });

  test("that wait go into the next burst, and a station without a bell is worth more there", () => {
    const worth = createReportWorth(() => 0, []);
    const reports = createBurstReports(worth);
    reports.add([a, b]);
    reports.plan({ planned: [{ report: a, t: 5 }], leftOut: [b] });
    reports.take(6);
    reports.next(false);
    expect(reports.tally.arrived).toBe(0);
    expect(worth.of(b)).toBeGreaterThan(worth.of(a));
    reports.plan({ planned: [{ report: c, t: 9 }], leftOut: [] });
    reports.next(false);
    expect(reports.candidates).toEqual([c]);
  });
});

describe("The lead of a burst", () => {
  const five = Array.from({ length: 5 }, (_, index) => ({ report: report(`${index}`), t: 10 + index }));

  test("is announced once, with its first bell", () => {
    const lead = createLead();
    lead.plan(five, "coast", true);
    expect(lead.until(10)).toBeNull();
    expect(lead.until(11)).toMatchObject({ t: 10, way: "coast", report: { stationId: "0" } });
    lead.plan(five, "coast", false);
    expect(lead.until(20)).toBeNull();
  });

  test("is missing for a few bells", () => {
    const lead = createLead();
    lead.plan(five.slice(1), "coast", true);
    expect(lead.until(20)).toBeNull();
  });
});
