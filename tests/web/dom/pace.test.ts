// How often the page is drawn while reports arrive.

import { expect, test } from "bun:test";
import { paced } from "../../../web/dom/pace.ts";
import { createTestClock } from "../../rig/test-clock.ts";

test("the first report is drawn at once, later ones together after a rest, and the last is not forgotten", async () => {
  const clock = createTestClock();
  const drawn: [second: number, reports: number][] = [];
  let reports = 0;
  const draw = paced(() => drawn.push([clock.monotonicMs() / 1_000, reports]), 2_000, clock);
  for (let second = 0; second < 3; second++) {
    reports++;
    draw();
    await clock.advance(1_000);
  }
  await clock.advance(10_000);
  reports++;
  draw();
  await clock.advance(0);
  expect(drawn).toEqual([
    [0, 1],
    [2, 2],
    [4, 3],
    [13, 4],
  ]);
  expect(clock.waiting).toBe(0);
});
