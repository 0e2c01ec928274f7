import { describe, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import fc from "fast-check";
import { emptySea } from "../../../../web/sea/conditions.ts";
import { bellNoteOf, pitchOf, silentDb, swellOf, throbOf, windOf } from "../../../../web/sound/mapping.ts";
import { soundHook } from "../../../../web/sound/playback/hook.ts";
import { createNetworkScore, type Report } from "../../../../web/sound/score/network-score.ts";
import { createReplayScore } from "../../../../web/sound/score/replay-score.ts";
import { createTuneScore } from "../../../../web/sound/score/tune-score.ts";
import type { SeaState } from "../../../../web/sound/sea-state.ts";
import type { SoundEvent } from "../../../../web/sound/sound-event.ts";

setDefaultTimeout(120_000);

const sea: SeaState = {
  ...emptySea(),
  waveHeightM: 2,
  dominantPeriodS: 8,
  windSpeedMps: 8,
  windDirDeg: 90,
  gustMps: 10,
  waterTempC: 14,
  pressureHpa: 1012,
};

const burst: Report[] = Array.from({ length: 800 }, (_, index) => ({
  stationId: `B${1000 + index}`,
  longitude: -170 + ((index * 37) % 110),
  waterTempC: index % 3 === 0 ? null : 5 + (index % 25),
  waveHeightM: index % 4 === 0 ? null : (index % 12) / 2,
  inView: true,
}));

function levelOf(events: SoundEvent[], layer: string): number {
  const found = events.findLast((event) => event.type === "set" && event.layer === layer);
  return found?.type === "set" ? found.gainDb : silentDb;
}

function tuneTo(state: SeaState, seconds = 40): SoundEvent[] {
  const score = createTuneScore({ seed: 3, preset: "harbour", introduction: false });
  score.setSea(state, 0);
  return score.until(seconds);
}

describe("One station tuned in", () => {
  test("sounds the same for the same seed, however often it is asked what comes next", () => {
    const stepwise = createTuneScore({ seed: 3, preset: "harbour", introduction: false });
    stepwise.setSea(sea, 0);
    const events = Array.from({ length: 80 }, (_, step) => stepwise.until((step + 1) / 2)).flat();
    expect(events).toEqual(tuneTo(sea));
  });

  test("has a crest as often as the waves have, and a bell with each", () => {
    const events = tuneTo(sea, 80);
    expect(Math.abs(events.filter(({ type }) => type === "crest").length - 10)).toBeLessThanOrEqual(1);
    expect(events.filter(({ type }) => type === "bell").length).toBeGreaterThanOrEqual(9);
  });

  test("lets the lighthouse say where the wind is from: half a second and a seventh of the circle a second after north", () => {
    const pings = tuneTo(sea, 8).filter((event) => event.type === "ping");
    const [north, , wind] = pings;
    expect((wind?.t ?? 0) - (north?.t ?? 0)).toBeCloseTo(0.5 + 7 / 4, 5);
  });

  test.each([
    ["waveHeightM", "waves"],
    ["windSpeedMps", "wind"],
    ["waterTempC", "water"],
  ] as const)("knocks where %s is missing, and has no %s", (field, layer) => {
    const events = tuneTo({ ...sea, [field]: null });
    expect(levelOf(events, layer)).toBe(silentDb);
    expect(events.some((event) => event.type === "knock" && event.field === field)).toBe(true);
    expect(tuneTo(sea).some(({ type }) => type === "knock")).toBe(false);
  });

  test("holds the drone, softer and without a throb, where the pressure is missing", () => {
    const drone = (state: SeaState) =>
      tuneTo(state).find((event) => event.type === "set" && event.layer === "pressure");
    expect(drone({ ...sea, pressureHpa: null })).toMatchObject({
      throbHz: 0,
      gainDb: levelOf(tuneTo(sea), "pressure") - 12,
    });
  });

  test("has no crests where the period is missing, and says so by a knock", () => {
    const events = tuneTo({ ...sea, dominantPeriodS: null });
    expect(events.some(({ type }) => type === "crest")).toBe(false);
    expect(events.find(({ type }) => type === "knock")).toMatchObject({ field: "dominantPeriodS" });
    expect(levelOf(events, "waves")).toBe(levelOf(tuneTo(sea), "waves"));
  });

  test("takes up what is new about the sea, and tells nothing twice", () => {
    const score = createTuneScore({ seed: 3, preset: "harbour", introduction: false });
    score.setSea(sea, 0);
    score.until(10);
    score.setSea({ ...sea }, 10);
    score.setSea({ ...sea, waveHeightM: 5 }, 12);
    const sets = score.until(20).filter((event) => event.type === "set");
    expect(sets).toMatchObject([{ t: 12, layer: "waves", ...swellOf(5) }]);
  });

  test("needs neither a clock nor chance", () => {
    const now = spyOn(Date, "now");
    const chance = spyOn(Math, "random");
    tuneTo(sea);
    soundHook.scoreBurst(burst.map(({ longitude, ...report }) => ({ ...report, lon: longitude ?? 0 })));
    soundHook.scoreReplay([sea]);
    expect([now.mock.calls.length, chance.mock.calls.length]).toEqual([0, 0]);
    now.mockRestore();
    chance.mockRestore();
  });

  test("fades with age after an hour, and forgets after three", () => {
    const waves = (waveHeightM: number) => levelOf(tuneTo({ ...sea, agesMin: { waveHeightM } }), "waves");
    expect(waves(60)).toBe(waves(0));
    expect(waves(120)).toBeCloseTo(waves(0) - 6, 5);
    expect(waves(180)).toBe(silentDb);
  });

  test("begins with its own legend: one layer after the other within seven seconds", () => {
    const score = createTuneScore({ seed: 3, preset: "harbour", introduction: true });
    score.setSea(sea, 0);
    const introduced = score.until(7).filter((event) => event.type === "introduce");
    expect(new Set(introduced.map(({ field }) => field)).size).toBeGreaterThanOrEqual(4);
  });
});

describe("The network", () => {
  test("rings a lone report at once", () => {
    const score = createNetworkScore({ seed: 1, preset: "harbour" });
    score.setSea(sea, 0);
    score.until(10);
    const [lone] = burst.filter(({ waterTempC, waveHeightM }) => waterTempC !== null && waveHeightM !== null);
    if (!lone) throw new Error("no such report");
    const [bell] = score.arrive([lone], 9);
    expect(bell).toMatchObject({ type: "bell", t: 9, stationId: lone.stationId });
  });

  test("spreads a burst of 800, from west to east, and counts each of them", () => {
    const score = createNetworkScore({ seed: 1, preset: "harbour", firstSpreadS: 300 });
    score.setSea(sea, 0);
    expect(score.arrive(burst, 0)).toEqual([]);
    const bells = score.until(60).flatMap((event) => ("stationId" in event && event.stationId ? [event] : []));
    const { arrived, rung, waiting, leftOut } = score.tally;
    expect([arrived, rung]).toEqual([800, bells.length]);
    expect(rung + waiting + leftOut).toBe(800);
    expect(leftOut).toBeGreaterThan(0);
    const later = score.until(300).flatMap((event) => ("stationId" in event && event.stationId ? [event] : []));
    const longitudes = [...bells, ...later].map(
      ({ stationId }) => burst.find((report) => report.stationId === stationId)?.longitude ?? 0,
    );
    expect(longitudes).toEqual(longitudes.toSorted((a, b) => a - b));
    for (const [index, bell] of bells.slice(1).entries()) {
      expect(bell.t - (bells[index]?.t ?? 0)).toBeGreaterThanOrEqual(0.0899);
    }
  });

  test("takes a burst that comes in pieces, the first of one report, for one burst", () => {
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

  test("leaves time between the bells of a burst also where a part of it rings before the rest has come", () => {
    for (let seed = 0; seed < 50; seed++) {
      const score = createNetworkScore({ seed, preset: "harbour" });
      score.arrive(burst.slice(0, 60), 0);
      const early = score.until(1.5);
      score.arrive(burst.slice(60, 120), 0.1);
      const bells = [...early, ...score.until(60)].filter((event) => "stationId" in event && event.stationId);
      for (const [index, bell] of bells.slice(1).entries()) {
        expect(bell.t - (bells[index]?.t ?? 0)).toBeGreaterThanOrEqual(0.0899);
      }
    }
  });

  test("still counts who waited when the next burst comes", () => {
    const score = createNetworkScore({ seed: 1, preset: "harbour" });
    score.arrive(burst, 0);
    score.until(60);
    const { waiting } = score.tally;
    score.arrive(burst, 60);
    expect(score.tally.arrived).toBe(800 + waiting);
  });

  test("does not stretch a few reports until the next burst", () => {
    const score = createNetworkScore({ seed: 1, preset: "harbour" });
    score.arrive(burst.slice(0, 3), 0);
    expect(score.until(15).filter((event) => "stationId" in event)).toHaveLength(3);
  });

  test("bows the bell of a report without waves, and knocks for one without water temperature", () => {
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

  test("lets those ring first that were left out of three bursts", () => {
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

describe("The past day", () => {
  const frames = Array.from({ length: 144 }, (_, index) => ({
    ...sea,
    atMs: Date.parse("2026-11-23T00:10:00Z") + index * 600_000,
  }));

  test("takes a minute, frame by frame, from any of them on", () => {
    const score = createReplayScore(frames, { seed: 1, preset: "harbour", seconds: 60, fromFrame: 72 });
    expect(score.frameAt(0)).toBe(72);
    expect(score.frameAt(15)).toBe(108);
    expect(score.frameAt(1_000)).toBe(143);
  });

  test("leaves the last frame's sea to sound on after its minute, waves and all", () => {
    const score = createReplayScore(frames, { seed: 1, preset: "harbour", seconds: 60, fromFrame: 0 });
    score.until(60);
    const after = score.until(140);
    expect(after.map(({ type }) => type)).toEqual(Array.from({ length: 10 }, () => "crest"));
  });

  test("leaves out what a frame does not have, and never takes it for a zero", () => {
    const events = soundHook.scoreReplay([{ pressureHpa: 1012 }]);
    expect(levelOf(events, "waves")).toBe(silentDb);
    expect(levelOf(events, "wind")).toBe(silentDb);
    expect(levelOf(events, "water")).toBe(silentDb);
    expect(levelOf(events, "pressure")).toBeGreaterThan(silentDb);
    expect(events.some(({ type }) => type === "crest" || type === "bell")).toBe(false);
  });

  test("ticks twice at midnight", () => {
    const ticks = soundHook.scoreReplay(frames).filter(({ type }) => type === "ping");
    expect(ticks).toHaveLength(2);
    expect(ticks[0]?.t).toBeCloseTo((143 * 60) / 144, 5);
  });
});

test("more is always heard as more: no two values change places", () => {
  const ordered = (of: (value: number) => number, least: number, most: number) =>
    fc.assert(
      fc.property(
        fc.double({ min: least, max: most, noNaN: true }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        (a, more) => expect(of(a + more)).toBeGreaterThanOrEqual(of(a)),
      ),
    );
  ordered((metres) => swellOf(metres).gainDb, 0, 20);
  ordered((speed) => windOf(speed).centreHz, 0, 50);
  ordered(pitchOf, -5, 40);
  ordered(bellNoteOf, -5, 40);
  ordered((hectopascals) => -throbOf(hectopascals), 900, 1060);
});
