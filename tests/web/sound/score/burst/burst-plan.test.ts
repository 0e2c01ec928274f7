// Unit tests of the choice of bells in a burst, of their way and of their rhythm.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createRandom } from "../../../../../web/sound/random.ts";
import { medianLongitude, planBells } from "../../../../../web/sound/score/burst/burst-plan.ts";
import type { Report } from "../../../../../web/sound/score/burst/report.ts";
import { createReportWorth } from "../../../../../web/sound/score/burst/report-worth.ts";
import { inOrderOf, wayOf } from "../../../../../web/sound/score/burst/ways.ts";

setDefaultTimeout(120_000);

const report = (stationId: string, longitude: number | null, values: Partial<Report> = {}): Report => ({
  stationId,
  longitude,
  latitude: 30,
  waterTempC: 14,
  waveHeightM: 2,
  inView: false,
  ...values,
});
const options = { t: 0, leftS: 3, bellsPerS: 1, way: "swell", random: createRandom(1) } as const;
const idsOf = (reports: readonly Report[]) => reports.map(({ stationId }) => stationId);

/** A network like the recorded ones: of 831 stations, 174 measure waves and water, 24 waves, 294 water, 339 neither. */
function network(count: number, seed: number): Report[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const share = random() * 831;
    const waves = share < 198 ? 0.3 + 5 * random() ** 2 : null;
    const water = share < 174 || (share > 198 && share < 492) ? 30 * random() : null;
    const longitude = -170 + 110 * random();
    const latitude = 10 + 45 * random();
    return report(`B${index}`, longitude, { latitude, waveHeightM: waves, waterTempC: water });
  });
}

describe("The choice of bells", () => {
  test("the reports with the highest worth ring, the others do not", () => {
    const reports = [report("east", -60), report("west", -150), report("dull", -100)];
    const worthOf = ({ stationId }: Report) => (stationId === "dull" ? 0 : 1);
    const { planned, leftOut } = planBells(reports, { ...options, worthOf });
    expect(planned.map((bell) => bell.report.stationId).sort()).toEqual(["east", "west"]);
    expect(idsOf(leftOut)).toEqual(["dull"]);
  });

  test("knocks are at most a fifth of the strokes if ten reports have waves or water; else all reports ring", () => {
    for (let seed = 0; seed < 60; seed++) {
      const reports = network(10 + 13 * seed, seed);
      const { planned, leftOut } = planBells(reports, { ...options, leftS: 300, worthOf: () => 1 });
      const rich = reports.filter(({ waterTempC, waveHeightM }) => waterTempC !== null || waveHeightM !== null);
      const knocks = planned.filter((bell) => bell.report.waterTempC === null);
      if (rich.length < 10) expect(leftOut).toEqual([]);
      else expect(knocks.length / planned.length).toBeLessThanOrEqual(0.2);
      expect(planned.length + leftOut.length).toBe(reports.length);
    }
  });

  test("reports with waves or water ring before those with neither", () => {
    const { of } = createReportWorth(createRandom(1), []);
    const { planned, leftOut } = planBells(network(800, 1), { ...options, leftS: 200, worthOf: of });
    expect(leftOut.some(({ waterTempC }) => waterTempC !== null)).toBe(true);
    const isRich = ({ waterTempC, waveHeightM }: Report) => waterTempC !== null || waveHeightM !== null;
    expect(planned.every((bell) => isRich(bell.report))).toBe(true);
  });
});

describe("The rhythm of a burst", () => {
  const minutes = 5;

  test.each([60, 150, 250, 400])("%d bells have rests, vary in spacing and are never silent for long", (count) => {
    for (let seed = 0; seed < 20; seed++) {
      const reports = network(2 * count, seed).map((one) => ({ ...one, waterTempC: 14 }));
      const worthOf = () => 1;
      const plan = { ...options, leftS: 60 * minutes, bellsPerS: count / 240, random: createRandom(seed), worthOf };
      const times = planBells(reports, plan).planned.map(({ t }) => t);
      expect(times).toHaveLength(count);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      const gaps = times.slice(1).map((t, index) => t - (times[index] ?? 0));
      const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
      const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
      expect(Math.sqrt(variance) / mean).toBeGreaterThanOrEqual(0.6);
      expect(Math.max(...gaps, 60 * minutes - (times.at(-1) ?? 0))).toBeLessThanOrEqual(15);
      for (let fromS = 0; fromS < 60 * minutes; fromS += 60) {
        const marks = [fromS, ...times.filter((t) => t >= fromS && t < fromS + 60), fromS + 60];
        expect(Math.max(...marks.slice(1).map((t, index) => t - (marks[index] ?? 0)))).toBeGreaterThanOrEqual(5);
      }
    }
  });

  test("no second has more than three bells, since each one also flashes on the map", () => {
    const times = planBells(network(800, 3), {
      ...options,
      leftS: 300,
      bellsPerS: 1.5,
      worthOf: () => 1,
    }).planned.map(({ t }) => t);
    for (const t of times) expect(times.filter((other) => other >= t && other < t + 1).length).toBeLessThanOrEqual(3);
  });

  test("the first bell rings at once", () => {
    for (let seed = 0; seed < 20; seed++) {
      const plan = { ...options, t: 10, random: createRandom(seed), worthOf: () => 1 };
      expect(planBells([report("1", null)], plan).planned[0]?.t).toBeWithin(10, 10.3);
    }
  });

  test("a burst without time left still rings", () => {
    const plan = { ...options, t: 10, leftS: 0, worthOf: () => 1 };
    expect(planBells([report("1", null), report("2", null)], plan).planned.map(({ t }) => t)).toEqual([10]);
  });
});

describe("The way of a burst", () => {
  const random = createRandom(1);

  test("no two neighbouring bursts take the same way", () => {
    for (let batch = 0; batch < 12; batch++) expect(wayOf(batch)).not.toBe(wayOf(batch + 1));
  });

  test("a swell spreads from the highest waves, from near to far", () => {
    const reports = [
      report("far", -60),
      report("highest", 178, { waveHeightM: 9 }),
      report("near", -175),
      report("lost", null),
      report("middle", -120),
    ];
    expect(idsOf(inOrderOf("swell", reports, random))).toEqual(["highest", "near", "middle", "far", "lost"]);
  });

  test("a coast is followed from station to nearest station", () => {
    const reports = [50, 20, 30, 35, 48].map((latitude) => report(`${latitude}`, -120, { latitude }));
    expect(idsOf(inOrderOf("coast", reports, random))).toEqual(["20", "30", "35", "48", "50"]);
  });

  test("warm and cold water answer each other, and every report rings once", () => {
    const reports = Array.from({ length: 240 }, (_, index) => report(`${index}`, -100, { waterTempC: index / 8 }));
    const order = inOrderOf("water", reports, random);
    expect(new Set(order).size).toBe(240);
    const warm = order.map(({ waterTempC }) => (waterTempC ?? 0) > 15);
    const turns = warm.slice(1).filter((isWarm, index) => isWarm !== warm[index]).length;
    expect(turns).toBe(23);
  });

  test("neighbouring bursts of one network move differently from left to right", () => {
    for (let seed = 0; seed < 12; seed++) {
      const reports = network(300, seed);
      const [one, other] = [wayOf(seed), wayOf(seed + 1)].map((way) => smoothed(inOrderOf(way, reports, random)));
      expect(Math.abs(correlation(one ?? [], other ?? []))).toBeLessThan(0.7);
    }
  });
});

test("the median longitude of stations on both sides of the date line is between them", () => {
  expect(medianLongitude([report("1", 170), report("2", -178), report("3", -160)])).toBe(-178);
  expect(medianLongitude([report("1", null)])).toBeNull();
});

/** Returns the mean longitude of each thirtieth of reports. */
function smoothed(reports: readonly Report[]): number[] {
  const size = reports.length / 30;
  return Array.from({ length: 30 }, (_, index) => {
    const part = reports.slice(index * size, (index + 1) * size);
    return part.reduce((sum, { longitude }) => sum + (longitude ?? 0), 0) / part.length;
  });
}

function correlation(one: readonly number[], other: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(one), mean(other)];
  const product = one.reduce((sum, value, index) => sum + (value - a) * ((other[index] ?? 0) - b), 0);
  const norm = (values: readonly number[], middle: number) => Math.hypot(...values.map((value) => value - middle));
  return product / (norm(one, a) * norm(other, b));
}
