import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { silentDb, swellOf } from "../../../../web/sound/mapping.ts";
import { createTuneScore } from "../../../../web/sound/score/tune-score.ts";
import type { SeaState } from "../../../../web/sound/sea-state.ts";
import type { SoundEvent } from "../../../../web/sound/sound-event.ts";
import { levelOf } from "./level-of.ts";
import { sea } from "./sea.ts";

setDefaultTimeout(120_000);

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
