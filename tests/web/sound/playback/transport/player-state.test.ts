// The state of playback, of a context that the test moves.

import { expect, setDefaultTimeout, test } from "bun:test";
import { createStateWatch } from "../../../../../web/sound/playback/transport/player-state.ts";
import { createTestClock } from "../../../../rig/test-clock.ts";

setDefaultTimeout(120_000);

function watchContext() {
  const clock = createTestClock();
  const context = { state: "suspended" as AudioContextState, currentTime: 0 };
  const facts = { isOpen: false, isPaused: false, canSound: false };
  const states: string[] = [];
  const watch = createStateWatch(
    {
      context: () => (facts.isOpen ? context : null),
      isPaused: () => facts.isPaused,
      canSound: () => facts.canSound,
    },
    (state) => states.push(state),
    clock,
  );
  clock.every(10, () => {
    if (context.state === "running") context.currentTime += 0.01;
  });
  return { clock, context, facts, states, watch };
}

test("the state goes from off to loading, playing and paused", () => {
  const { context, facts, states, watch } = watchContext();
  expect(watch.now).toBe("off");
  facts.isOpen = true;
  watch.beginOpening();
  watch.report();
  facts.canSound = true;
  context.state = "running";
  watch.contextChanged();
  facts.isPaused = true;
  watch.report();
  watch.report();
  expect(states).toEqual(["loading", "playing", "paused"]);
});

test("a context that does not start within its time, or stops, is interrupted", async () => {
  const { clock, context, facts, states, watch } = watchContext();
  facts.isOpen = true;
  watch.report();
  facts.canSound = true;
  watch.beginOpening();
  watch.report();
  expect(states).toEqual(["loading"]);
  await clock.advance(1_000);
  expect(states).toEqual(["loading", "interrupted"]);
  context.state = "running";
  watch.contextChanged();
  context.state = "interrupted";
  watch.contextChanged();
  expect(states).toEqual(["loading", "interrupted", "playing", "interrupted"]);
});

test("a clock that stands still is interrupted, but not that of a paused sound", async () => {
  const { clock, context, facts, states, watch } = watchContext();
  Object.assign(facts, { isOpen: true, canSound: true });
  context.state = "running";
  watch.watchClock();
  watch.contextChanged();
  await clock.advance(5_000);
  expect(states).toEqual(["playing"]);
  clock.every(10, () => (context.currentTime -= 0.01));
  await clock.advance(3_000);
  expect(states).toEqual(["playing", "interrupted"]);
  expect(watch.stands).toBe(true);
  facts.isPaused = true;
  await clock.advance(5_000);
  expect(states.at(-1)).toBe("paused");
});
