// The watch over an audio clock that may stand still.

import { expect, test } from "bun:test";
import { createStandstill } from "../../../../../web/sound/playback/transport/standstill.ts";
import { createTestClock } from "../../../../rig/test-clock.ts";

function watchClock() {
  const clock = createTestClock();
  const changes: boolean[] = [];
  const audio = { timeS: 0 as number | null, moves: true };
  clock.every(10, () => {
    if (audio.moves && audio.timeS !== null) audio.timeS += 0.01;
  });
  const standstill = createStandstill(
    () => audio.timeS,
    () => changes.push(standstill.stands),
    clock,
  );
  standstill.watch();
  return { clock, changes, audio, standstill };
}

test("notices within two seconds that the clock stands still, and that it moves again", async () => {
  const { clock, changes, audio } = watchClock();
  await clock.advance(60_000);
  expect(changes).toEqual([]);
  audio.moves = false;
  await clock.advance(2_000);
  expect(changes).toEqual([true]);
  audio.moves = true;
  await clock.advance(1_000);
  expect(changes).toEqual([true]);
  await clock.advance(1_500);
  expect(changes).toEqual([true, false]);
});

test("says nothing of a clock that is to stand still, and grants it time to start again", async () => {
  const { clock, changes, audio, standstill } = watchClock();
  audio.timeS = null;
  await clock.advance(60_000);
  audio.timeS = 600;
  await clock.advance(1_000);
  expect(changes).toEqual([]);
  audio.moves = false;
  await clock.advance(2_000);
  standstill.watch();
  expect(standstill.stands).toBe(false);
  await clock.advance(1_000);
  expect(changes).toEqual([true]);
});
