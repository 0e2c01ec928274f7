// Announcements for screen readers.

import { expect, test } from "bun:test";
import { createAnnouncer } from "../../../web/dom/announcer.ts";
import { createTestClock } from "../../rig/test-clock.ts";

function createHeard() {
  const clock = createTestClock();
  const heard: string[] = [];
  return { clock, heard, announcer: createAnnouncer((sentence) => heard.push(sentence), clock) };
}

test("a screen reader gets at most one report in twenty seconds, and the first at once", async () => {
  const { clock, heard, announcer } = createHeard();
  for (let second = 0; second < 60; second += 5) {
    announcer.report(`second ${second}`);
    await clock.advance(5_000);
  }
  expect(heard).toEqual(["second 0", "second 20", "second 40"]);
});

test("a bell never follows a station's name within twenty seconds, and a name follows a bell at once", async () => {
  const { clock, heard, announcer } = createHeard();
  announcer.answer(() => "San Francisco");
  announcer.report("a bell before the name");
  await clock.advance(19_000);
  announcer.report("a bell after the name");
  await clock.advance(1_000);
  announcer.report("a later bell");
  announcer.answer(() => "Bodega Bay");
  await clock.advance(1_000);
  expect(heard).toEqual(["San Francisco", "a later bell", "Bodega Bay"]);
});

test("an action with several answers is announced once, as it is afterwards", async () => {
  const { clock, heard, announcer } = createHeard();
  let sound = "silent";
  announcer.answer(() => "San Francisco");
  announcer.answer(() => `San Francisco. ${sound}`);
  sound = "a soft swell";
  await clock.advance(1_000);
  expect(heard).toEqual(["San Francisco. a soft swell"]);
});
