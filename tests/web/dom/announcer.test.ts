// Announcements of the sound for screen readers.

import { expect, test } from "bun:test";
import { createAnnouncer } from "../../../web/dom/announcer.ts";
import { createTestClock } from "../../rig/test-clock.ts";

test("a screen reader gets at most one sentence in twenty seconds, and the first at once", async () => {
  const clock = createTestClock();
  const element = { textContent: "" };
  const announce = createAnnouncer(element as HTMLElement, clock);
  const heard: string[] = [];
  for (let second = 0; second < 60; second += 5) {
    announce(`second ${second}`);
    if (element.textContent !== heard.at(-1)) heard.push(element.textContent);
    await clock.advance(5_000);
  }
  expect(heard).toEqual(["second 0", "second 20", "second 40"]);
});
