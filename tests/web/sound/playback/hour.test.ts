// Tests of an hour of the network: the scores of recorded batches, five minutes apart.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { parseLatestObs } from "../../../../services/worker/ndbc/latest-obs.ts";
import { soundHook } from "../../../../web/sound/playback/hook.ts";
import { presets } from "../../../../web/sound/preset.ts";
import { createRandom } from "../../../../web/sound/random.ts";
import type { EventOf } from "../../../../web/sound/sound-event.ts";
import { allRecordings, type Recordings } from "../../../rig/recordings.ts";

setDefaultTimeout(120_000);

type Stroke = EventOf<"bell" | "bowed" | "knock">;

const batchS = 300;
const batches = 6;

/** Returns half of the rows of each recorded file, as many as a poll brings. */
async function recordedBatches({ list, read }: Recordings) {
  const paths = list("latest_obs_series/20260506*.txt").slice(0, batches);
  const random = createRandom(1);
  const files = await Promise.all(paths.map(read));
  return files.map((file) =>
    parseLatestObs(file, new Date("2026-05-07"))
      .observations.filter(() => random() < 0.5)
      .map(({ longitude, latitude, ...observation }) => ({
        ...observation,
        ...(longitude === null || latitude === null ? {} : { lon: longitude, lat: latitude }),
      })),
  );
}

describe.each(allRecordings)("Half an hour of $name", (recordings) => {
  test.each(presets)("in %s has phrases, few knocks, a new way for each batch and no beat", async (preset) => {
    const hour = (await recordedBatches(recordings)).map((observations, batch) => {
      const { events } = soundHook.scoreBurst(observations, { seconds: batchS, seed: 40 + batch, preset, batch });
      return events.filter((event): event is Stroke => ["bell", "bowed", "knock"].includes(event.type));
    });
    for (const strokes of hour) {
      expect(strokes.length).toBeGreaterThan(20);
      const knocks = strokes.filter(({ type }) => type === "knock").length;
      expect(knocks / strokes.length).toBeLessThanOrEqual(0.2);
      expect(variationOf(strokes)).toBeGreaterThanOrEqual(0.6);
    }
    for (const [batch, strokes] of hour.slice(1).entries()) {
      expect(Math.abs(correlation(pans(hour[batch] ?? []), pans(strokes)))).toBeLessThanOrEqual(0.7);
    }
    const all = hour.flatMap((strokes, batch) =>
      strokes.map((stroke) => ({ ...stroke, t: stroke.t + batchS * batch })),
    );
    expect(new Set(all.map(({ t: _, stationId: __, ...stroke }) => JSON.stringify(stroke))).size).toBe(all.length);
    expect(highestAutocorrelation(all)).toBeLessThanOrEqual(0.3);
  });
});

function variationOf(strokes: readonly Stroke[]): number {
  const gaps = strokes.slice(1).map(({ t }, index) => t - (strokes[index]?.t ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  return Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length) / mean;
}

/** Returns the pan of the last stroke, for each second. */
function pans(strokes: readonly Stroke[]): number[] {
  return Array.from({ length: batchS }, (_, second) => strokes.findLast(({ t }) => t <= second)?.pan ?? 0);
}

function correlation(one: readonly number[], other: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(one), mean(other)];
  const product = one.reduce((sum, value, index) => sum + (value - a) * ((other[index] ?? 0) - b), 0);
  const norm = (values: readonly number[], middle: number) => Math.hypot(...values.map((value) => value - middle));
  return product / (norm(one, a) * norm(other, b));
}

const stepsPerS = 10;
const fadeS = 0.4;

/** Returns the highest autocorrelation of the strokes' envelope, from 2 s to a minute. */
function highestAutocorrelation(strokes: readonly Stroke[]): number {
  const envelope = new Float64Array(batches * batchS * stepsPerS);
  for (const { t, gainDb } of strokes) {
    const from = Math.ceil(t * stepsPerS);
    for (let step = from; step < Math.min(envelope.length, from + 3 * stepsPerS); step++) {
      envelope[step] = (envelope[step] ?? 0) + 10 ** (gainDb / 20) * Math.exp(-(step / stepsPerS - t) / fadeS);
    }
  }
  const mean = envelope.reduce((sum, value) => sum + value, 0) / envelope.length;
  const centred = envelope.map((value) => value - mean);
  const productAt = (lag: number) =>
    centred.subarray(lag).reduce((sum, value, index) => sum + value * (centred[index] ?? 0), 0);
  const lags = Array.from({ length: 58 * stepsPerS }, (_, index) => 2 * stepsPerS + index);
  return Math.max(...lags.map(productAt)) / productAt(0);
}
