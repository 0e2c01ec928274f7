// Unit tests of the single waves, and of the strokes that follow them.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { waveStrength } from "../../../../web/sound/mapping.ts";
import { createRandom } from "../../../../web/sound/random.ts";
import { createSingleWaves } from "../../../../web/sound/score/single-waves.ts";
import { createTuneScore } from "../../../../web/sound/score/tune-score.ts";
import type { SoundEvent } from "../../../../web/sound/sound-event.ts";
import { sea } from "./sea.ts";

setDefaultTimeout(120_000);

const seeds = Array.from({ length: 40 }, (_, seed) => seed);
const wavesPerHour = 450;
const hours = seeds.map((seed) => {
  const next = createSingleWaves(createRandom(seed));
  return Array.from({ length: wavesPerHour }, next);
});
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("Single waves", () => {
  const heights = hours.flat().map(({ height }) => height);

  test("have heights of Rayleigh's distribution about the significant height", () => {
    expect(mean(heights.map((height) => height ** 2))).toBeWithin(0.47, 0.53);
    for (const height of [0.4, 0.7, 1, 1.4]) {
      const higher = heights.filter((one) => one > height).length / heights.length;
      expect(Math.abs(higher - Math.exp(-2 * height ** 2))).toBeLessThan(0.02);
    }
  });

  test("come in sets: after a large wave another is more likely, several times an hour", () => {
    const sets = hours.map(
      (waves) => waves.filter(({ height }, index) => height > 1 && isLarge(waves[index + 1])).length,
    );
    const byChance = wavesPerHour * Math.exp(-2) ** 2;
    expect(mean(sets)).toBeGreaterThan(1.8 * byChance);
    expect(Math.min(...sets)).toBeGreaterThanOrEqual(5);
  });
});

describe("A tuned-in station's strokes in an hour of constant sea", () => {
  const hourOf = (seed: number) => {
    const score = createTuneScore({ seed, preset: "harbour", introduction: false });
    score.setSea(sea, 0);
    return score.until(3_600);
  };
  const isBell = (event: SoundEvent) => event.type === "bell";
  const events = hourOf(5);
  const bells = events.filter(isBell);

  test("have many hardnesses and four places, and none repeats another", () => {
    expect(bells.length).toBeGreaterThan(400);
    expect(new Set(bells.map(({ hardness }) => Math.round(20 * hardness))).size).toBeGreaterThanOrEqual(8);
    expect(new Set(bells.map(({ place }) => place))).toEqual(new Set([0, 1, 2, 3]));
    expect(new Set(bells.map(({ t: _, ...stroke }) => JSON.stringify(stroke))).size).toBe(bells.length);
    expect(new Set(bells.map(({ hz }) => hz)).size).toBe(1);
  });

  test("are as hard as the single wave is high, up to 6 % of the period early or late", () => {
    const crests = events.filter((event) => event.type === "crest");
    for (const [index, bell] of bells.slice(0, 100).entries()) {
      const crest = crests[index];
      if (!crest || !("height" in crest)) throw new Error("no wave");
      expect(bell.hardness).toBe(waveStrength(Number(crest.height) * 2));
      expect(Math.abs((bell.t - crest.t) / crest.periodS - 0.35)).toBeLessThanOrEqual(0.06);
    }
  });

  test("are the same in small steps and all at once", () => {
    const score = createTuneScore({ seed: 5, preset: "harbour", introduction: false });
    score.setSea(sea, 0);
    const steps = Array.from({ length: 400 }, (_, index) => score.until(index + 1)).flat();
    expect(steps).toEqual(events.filter(({ t }) => t < 400));
  });

  test("the lighthouse keeps its turn, recedes after minutes, and is near again when the sea changes", () => {
    const score = createTuneScore({ seed: 1, preset: "harbour", introduction: false });
    score.setSea(sea, 0);
    const pings = score.until(900).filter(({ type }) => type === "ping");
    score.setSea({ ...sea, waterTempC: 15 }, 900);
    const later = score.until(1_000).filter((event) => event.type === "ping");
    const [first, last, again] = [pings[0], pings.at(-1), later[0]].map((ping) =>
      ping?.type === "ping" ? ping.gainDb : 0,
    );
    expect(last).toBeCloseTo((first ?? 0) - 10, 5);
    expect(again).toBeCloseTo(first ?? 0, 5);
    const turns = pings.filter((ping) => ping.t % 8 === 0.5);
    expect(turns.map(({ t }) => t)).toEqual(turns.map((_, index) => 0.5 + 8 * index));
  });

  test("the hour changes the light in small steps, and nothing if it stays", () => {
    const score = createTuneScore({ seed: 1, preset: "harbour", introduction: false });
    const lights = [0, 0, 0.5, 0.501, 1].flatMap((night, index) => {
      score.setLight(night, index);
      return score.until(index + 1).filter(({ type }) => type === "light");
    });
    const nights = lights.map((event) => [event.t, event.type === "light" ? event.night : null]);
    expect(nights).toEqual([
      [0, 0],
      [2, 0.5],
      [4, 1],
    ]);
  });
});

function isLarge(wave: { height: number } | undefined): boolean {
  return (wave?.height ?? 0) > 1;
}
