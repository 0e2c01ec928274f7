// Unit tests of the score of one station.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { SeaState } from "../../../../web/sea/sea-state.ts";
import { silentDb, swellOf } from "../../../../web/sound/mapping.ts";
import { createTuneScore } from "../../../../web/sound/score/tune-score.ts";
import type { SoundEvent } from "../../../../web/sound/sound-event.ts";
import { levelOf } from "./level-of.ts";
import { sea } from "./sea.ts";

setDefaultTimeout(120_000);

function tuneTo(state: SeaState, seconds = 40): SoundEvent[] {
  const score = createTuneScore({ seed: 3, preset: "harbour", introduction: false });
  score.setSea(state, 0);
  return score.until(seconds);
}

describe("A tuned-in station", () => {
  test("sounds the same for the same seed, in one step or in many", () => {
    const stepwise = createTuneScore({ seed: 3, preset: "harbour", introduction: false });
    stepwise.setSea(sea, 0);
    const events = Array.from({ length: 80 }, (_, step) => stepwise.until((step + 1) / 2)).flat();
    expect(events).toEqual(tuneTo(sea));
  });

  test("has a crest per wave period, and a bell with each crest", () => {
    const events = tuneTo(sea, 80);
    expect(Math.abs(events.filter(({ type }) => type === "crest").length - 10)).toBeLessThanOrEqual(1);
    expect(events.filter(({ type }) => type === "bell").length).toBeGreaterThanOrEqual(9);
  });

  test("pings in the wind's direction: half a second after north, plus seven seconds per turn of the beam", () => {
    const pings = tuneTo(sea, 8).filter((event) => event.type === "ping");
    const [north, , wind] = pings;
    expect((wind?.t ?? 0) - (north?.t ?? 0)).toBeCloseTo(0.5 + 7 / 4, 5);
  });

  test.each([
    ["waveHeightM", "waves"],
    ["windSpeedMps", "wind"],
    ["waterTempC", "water"],
  ] as const)("knocks if %s is missing, and has no %s", (field, layer) => {
    const events = tuneTo({ ...sea, [field]: null });
    expect(levelOf(events, layer)).toBe(silentDb);
    expect(events.some((event) => event.type === "knock" && event.field === field)).toBe(true);
    expect(tuneTo(sea).some(({ type }) => type === "knock")).toBe(false);
  });

  test("holds the drone, softer and without a throb, if the pressure is missing", () => {
    const drone = (state: SeaState) =>
      tuneTo(state).find((event) => event.type === "set" && event.layer === "pressure");
    expect(drone({ ...sea, pressureHpa: null })).toMatchObject({
      throbHz: 0,
      gainDb: levelOf(tuneTo(sea), "pressure") - 12,
    });
  });

  test("has no crests if the period is missing, but a knock", () => {
    const events = tuneTo({ ...sea, dominantPeriodS: null });
    expect(events.some(({ type }) => type === "crest")).toBe(false);
    expect(events.find(({ type }) => type === "knock")).toMatchObject({ field: "dominantPeriodS" });
    expect(levelOf(events, "waves")).toBe(levelOf(tuneTo(sea), "waves"));
  });

  test("applies changes of the sea and repeats no setting", () => {
    const score = createTuneScore({ seed: 3, preset: "harbour", introduction: false });
    score.setSea(sea, 0);
    score.until(10);
    score.setSea({ ...sea }, 10);
    score.setSea({ ...sea, waveHeightM: 5 }, 12);
    const sets = score.until(20).filter((event) => event.type === "set");
    expect(sets).toMatchObject([{ t: 12, layer: "waves", ...swellOf(5) }]);
  });

  test("fades a value with its age after an hour and drops it after three", () => {
    const waves = (waveHeightM: number) => levelOf(tuneTo({ ...sea, agesMin: { waveHeightM } }), "waves");
    expect(waves(60)).toBe(waves(0));
    expect(waves(120)).toBeCloseTo(waves(0) - 6, 5);
    expect(waves(180)).toBe(silentDb);
  });

  test("introduces one layer after the other within seven seconds", () => {
    const score = createTuneScore({ seed: 3, preset: "harbour", introduction: true });
    score.setSea(sea, 0);
    const introduced = score.until(7).filter((event) => event.type === "introduce");
    expect(new Set(introduced.map(({ field }) => field)).size).toBeGreaterThanOrEqual(4);
  });
});
