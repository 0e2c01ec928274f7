// Unit tests of the score of a past day.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { silentDb } from "../../../../web/sound/mapping.ts";
import { soundHook } from "../../../../web/sound/playback/hook.ts";
import { createReplayScore } from "../../../../web/sound/score/replay-score.ts";
import { levelOf } from "./level-of.ts";
import { sea } from "./sea.ts";

setDefaultTimeout(120_000);

describe("A replay", () => {
  const frames = Array.from({ length: 144 }, (_, index) => ({
    ...sea,
    atMs: Date.parse("2026-11-23T00:10:00Z") + index * 600_000,
  }));

  test("takes a minute, frame by frame, and can start at any frame", () => {
    const score = createReplayScore(frames, { seed: 1, preset: "harbour", seconds: 60, fromFrame: 72 });
    expect(score.frameAt(0)).toBe(72);
    expect(score.frameAt(15)).toBe(108);
    expect(score.frameAt(1_000)).toBe(143);
  });

  test("keeps the last frame's sea after its minute, waves included", () => {
    const score = createReplayScore(frames, { seed: 1, preset: "harbour", seconds: 60, fromFrame: 0 });
    score.until(60);
    const after = score.until(140);
    expect(after.map(({ type }) => type)).toEqual(Array.from({ length: 10 }, () => "crest"));
  });

  test("keeps missing values silent and never treats them as zero", () => {
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
