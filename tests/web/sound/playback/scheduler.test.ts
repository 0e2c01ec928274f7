// Unit tests of the scheduler.

import { expect, setDefaultTimeout, test } from "bun:test";
import { createScheduler } from "../../../../web/sound/playback/scheduler.ts";
import type { Score } from "../../../../web/sound/score/score.ts";
import type { SoundEvent } from "../../../../web/sound/sound-event.ts";

setDefaultTimeout(120_000);

const bell = (t: number): SoundEvent => ({ t, type: "bell", hz: 220, hardness: 0.5, gainDb: -30, pan: 0 });
const crest = (t: number): SoundEvent => ({ t, type: "crest", periodS: 8, amplitude: 1 });
const water = (t: number, hz: number): SoundEvent => ({ t, type: "set", layer: "water", gainDb: -20, hz });
const pressure = (t: number): SoundEvent => ({ t, type: "set", layer: "pressure", gainDb: -20, throbHz: 1 });

function scoreOf(...events: SoundEvent[]): Score {
  let given = Number.NEGATIVE_INFINITY;
  return {
    until(t) {
      const due = events.filter((event) => event.t >= given && event.t < t).sort((a, b) => a.t - b.t);
      given = Math.max(given, t);
      return due;
    },
  };
}

function listen() {
  const played: { event: SoundEvent; atS: number }[] = [];
  const announced: { event: SoundEvent; atS: number }[] = [];
  const scheduler = createScheduler({
    play: (event, startS) => played.push({ event, atS: startS + event.t }),
    announce: (event, atS) => announced.push({ event, atS }),
  });
  const tick = (nowS: number) => scheduler.tick(nowS, 1.5, 0.5);
  return { played, announced, scheduler, tick };
}

const times = (list: { atS: number }[]) => list.map(({ atS }) => Number(atS.toFixed(3)));

test("each event is passed on once, ahead of time, and announced shortly before it sounds", () => {
  const { played, announced, scheduler, tick } = listen();
  scheduler.begin(scoreOf(bell(0), bell(1), bell(4)), 100);
  tick(99.97);
  expect(times(played)).toEqual([100, 101]);
  expect(times(announced)).toEqual([100]);
  for (let nowS = 100.22; nowS < 106; nowS += 0.25) tick(nowS);
  expect(times(played)).toEqual([100, 101, 104]);
  expect(times(announced)).toEqual([100, 101, 104]);
});

test("after an hour of sleep past strokes stay silent and the sea is current", () => {
  const { played, scheduler, tick } = listen();
  const slept = Array.from({ length: 3_600 }, (_, second) => [
    bell(second),
    crest(second),
    water(second, 220 + second),
  ]);
  scheduler.begin(scoreOf(...slept.flat(), pressure(7), bell(3_600.5)), 0);
  tick(3_600);
  expect(played.map(({ event }) => event)).toEqual([pressure(7), water(3_599, 220 + 3_599), bell(3_600.5)]);
  expect(played.every(({ atS }) => atS >= 3_600)).toBe(true);
});

test("a stroke that is only a moment late still sounds", () => {
  const { played, scheduler, tick } = listen();
  scheduler.begin(scoreOf(bell(1)), 0);
  tick(1.1);
  expect(times(played)).toEqual([1.12]);
});

test("a late change of the sea applies at once", () => {
  const { played, scheduler, tick } = listen();
  const score = { events: [water(0, 220)], until: () => score.events.splice(0) };
  scheduler.begin(score, 0);
  tick(0);
  score.events.push(water(0.2, 300));
  tick(0.25);
  expect(times(played)).toEqual([0.02, 0.27]);
});

test("a new score starts from its beginning, and the old one's events are not announced", () => {
  const { announced, scheduler, tick } = listen();
  scheduler.begin(scoreOf(bell(1), bell(2)), 0);
  tick(0);
  scheduler.begin(scoreOf(bell(0.1)), 0.5);
  for (let nowS = 0.5; nowS < 4; nowS += 0.25) tick(nowS);
  expect(times(announced)).toEqual([0.6]);
  expect(scheduler.scoreTimeS(4.5)).toBe(4);
});

test("the bell of a single report sounds and is announced at once", () => {
  const { played, announced, scheduler } = listen();
  scheduler.begin(scoreOf(), 0);
  scheduler.sound([bell(10)], 10.001);
  expect(times(played)).toEqual([10.021]);
  expect(announced).toEqual(played);
});

test("introductions have no sound, but are announced in time", () => {
  const { played, announced, scheduler, tick } = listen();
  const word: SoundEvent = { t: 0.3, type: "introduce", field: "pressureHpa" };
  scheduler.begin(scoreOf(word), 0);
  tick(0);
  expect(played).toEqual([]);
  expect(announced).toEqual([{ event: word, atS: 0.3 }]);
});
