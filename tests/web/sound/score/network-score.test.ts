// Unit tests of the score of the whole network.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createNetworkScore, type Report } from "../../../../web/sound/score/network-score.ts";
import { sea } from "./sea.ts";

setDefaultTimeout(120_000);

const burst: Report[] = Array.from({ length: 800 }, (_, index) => ({
  stationId: `B${1000 + index}`,
  longitude: -170 + ((index * 37) % 110),
  latitude: 10 + ((index * 53) % 45),
  waterTempC: index % 3 === 0 ? null : 5 + (index % 25),
  waveHeightM: index % 4 === 0 ? null : (index % 12) / 2,
  inView: true,
}));

describe("The network", () => {
  test("rings a single report at once", () => {
    const score = createNetworkScore({ seed: 1, preset: "harbour" });
    score.setSea(sea, 0);
    score.until(10);
    const [single] = burst.filter(({ waterTempC, waveHeightM }) => waterTempC !== null && waveHeightM !== null);
    if (!single) throw new Error("no such report");
    const [bell] = score.arrive([single], 9);
    expect(bell).toMatchObject({ type: "bell", t: 9, stationId: single.stationId });
  });

  test("spreads a burst of 800, names what leads its bells, and counts each of them", () => {
    const score = createNetworkScore({ seed: 1, preset: "harbour", firstSpreadS: 300 });
    score.setSea(sea, 0);
    expect(score.arrive(burst, 0)).toEqual([]);
    const events = score.until(60);
    const bells = events.filter((event) => "stationId" in event && event.stationId);
    const [lead] = events.filter(({ type }) => type === "lead");
    expect(lead).toMatchObject({ t: bells[0]?.t, way: "swell" });
    const from = lead?.type === "lead" ? lead.from : "";
    expect(burst.find(({ stationId }) => stationId === from)?.waveHeightM).toBe(5.5);
    const { arrived, rung, waiting, leftOut } = score.tally;
    expect([arrived, rung]).toEqual([800, bells.length]);
    expect(rung + waiting + leftOut).toBe(800);
    expect(leftOut).toBeGreaterThan(0);
  });

  test.each([0, 1, 60, 150, 240, 299, 320, 800])(
    "joins a burst that arrived %d s ago: the first bell rings at once, and bells ring until the next burst is due",
    (ageS) => {
      const score = createNetworkScore({ seed: 1, preset: "harbour" });
      score.setSea(sea, 0);
      score.join(burst, 10, { ageS, intervalS: 300 });
      const bells = score.until(1_000).filter((event) => "stationId" in event && event.stationId);
      const leftS = Math.max(300 - ageS, 20);
      expect(bells[0]?.t).toBeWithin(10, 11);
      expect(bells.at(-1)?.t).toBeWithin(10 + leftS / 2, 10 + leftS);
      const { arrived, rung, leftOut } = score.tally;
      expect({ arrived, rung }).toEqual({ arrived: burst.length, rung: bells.length });
      expect(rung + leftOut).toBe(burst.length);
    },
  );

  test("treats a burst in parts as one burst, even if the first part is a single report", () => {
    const score = createNetworkScore({ seed: 1, preset: "harbour" });
    const [first, ...others] = burst;
    if (!first) throw new Error("no report");
    const atOnce = score.arrive([first], 100);
    expect(score.arrive(others.slice(0, 399), 100.3)).toEqual([]);
    expect(score.arrive(others.slice(399), 100.6)).toEqual([]);
    expect(atOnce).toHaveLength(1);
    expect(score.tally).toMatchObject({ arrived: 800, rung: 1 });
    const { rung, waiting, leftOut } = score.tally;
    expect(rung + waiting + leftOut).toBe(800);
  });

  test("keeps the gap between bells if a part of the burst rings before the rest arrives", () => {
    for (let seed = 0; seed < 50; seed++) {
      const score = createNetworkScore({ seed, preset: "harbour" });
      score.arrive(burst.slice(0, 60), 0);
      const early = score.until(1.5);
      score.arrive(burst.slice(60, 120), 0.1);
      const bells = [...early, ...score.until(60)].filter((event) => "stationId" in event && event.stationId);
      for (const [index, bell] of bells.slice(1).entries()) {
        expect(bell.t - (bells[index]?.t ?? 0)).toBeGreaterThanOrEqual(0.2);
      }
    }
  });

  test("still counts waiting reports when the next burst arrives", () => {
    const score = createNetworkScore({ seed: 1, preset: "harbour" });
    score.arrive(burst, 0);
    score.until(60);
    const { waiting } = score.tally;
    score.arrive(burst, 60);
    expect(score.tally.arrived).toBe(800 + waiting);
  });

  test("does not stretch a few reports over the time to the next burst", () => {
    const score = createNetworkScore({ seed: 1, preset: "harbour" });
    score.arrive(burst.slice(0, 3), 0);
    expect(score.until(15).filter((event) => "stationId" in event)).toHaveLength(3);
  });

  test("bows the bell for a report without waves, and knocks for one without water temperature", () => {
    const [report] = burst;
    if (!report) throw new Error("no report");
    const bellOf = (waveHeightM: number | null, waterTempC: number | null) =>
      createNetworkScore({ seed: 1, preset: "harbour" }).arrive([{ ...report, waveHeightM, waterTempC }], 0)[0]?.type;
    expect([bellOf(0, 0), bellOf(null, 0), bellOf(0, null), bellOf(null, null)]).toEqual([
      "bell",
      "bowed",
      "knock",
      "knock",
    ]);
  });

  test("first rings stations that had no bell in three bursts", () => {
    const score = createNetworkScore({ seed: 1, preset: "calm", firstSpreadS: 300 });
    const heard = new Set<string>();
    for (let round = 0; round < 8; round++) {
      score.arrive(burst, round * 300);
      for (const event of score.until((round + 1) * 300)) {
        if ("stationId" in event && event.stationId) heard.add(event.stationId);
      }
    }
    expect(heard.size).toBe(burst.length);
  });
});
