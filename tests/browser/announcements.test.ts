// What a screen reader announces, in Chromium: every text that enters a live region of the page.

import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chromium, type Page } from "../rig/browser.ts";
import { builtPlayer } from "../rig/built-player.ts";
import { pageClock } from "../rig/page-clock.ts";
import { isLive, listen, moor, type OpenPlayer, press, startOpenPlayer } from "../rig/player.ts";

setDefaultTimeout(120_000);

/** Collects in `said` what enters live regions. Removed texts are not read. */
const ears = `(() => {
  globalThis.said = [];
  const live = '[aria-live="polite"], [aria-live="assertive"], [role="status"], [role="alert"]';
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      const element = target instanceof Element ? target : target.parentElement;
      if (!element?.closest(live)) continue;
      const texts = type === "characterData" ? [element.textContent] : [...addedNodes].map((node) => node.textContent);
      said.push(...texts.filter(Boolean));
    }
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
})()`;

describe.skipIf(chromium === null)("with announcements on, a screen reader", () => {
  let player: OpenPlayer;
  let page: Page;

  beforeAll(async () => {
    await builtPlayer();
    player = await startOpenPlayer();
    await moor(player.stack);
    page = await player.openReady("/?hook=1", pageClock);
    await page.until('document.querySelectorAll("#stations li").length === 4');
    await page.until('document.getElementById("connection").textContent.startsWith("No reports yet")');
    await page.view.evaluate('document.getElementById("announcements-on").click()');
    await page.view.evaluate(ears);
  });
  afterAll(() => player.stop());
  // More than 20 s after the last sentence, a bell may be reported again.
  beforeEach(async () => {
    await page.view.evaluate("(pageClock.skip(30_000), said.length = 0)");
  });

  const said = () => page.view.evaluate<string[]>("said");

  test("hears what sounds when the sound starts, once", async () => {
    await listen(page);
    await page.until("said.length > 0");
    await page.view.evaluate("pageClock.skip(5_000)");
    expect(await said()).toEqual([expect.stringMatching(/^The sea, now\. .*swell.*, a steady wind/)]);
  });

  test("hears a bell, but none within 20 seconds after the name of a station", async () => {
    await player.publish("44009");
    await page.until('said.some((text) => text.startsWith("Buoy 44009, 3.9"))');
    await page.view.evaluate("(pageClock.skip(30_000), document.getElementById('map').focus(), said.length = 0)");
    await press(page, "ArrowUp");
    await page.until('said.some((text) => text.includes(": waves"))');
    const { length } = await page.view.evaluate<unknown[]>("bellbuoy.scheduled");
    await player.publish("51001");
    await page.until(`bellbuoy.scheduled.length > ${length}`);
    expect(await said()).toEqual([expect.stringMatching(/^Buoy \d+: waves/)]);
  });

  test("hears the station and its layers when it is tuned in, and its name only once", async () => {
    for (const key of ["Enter", "ArrowRight"]) {
      await page.view.evaluate("said.length = 0");
      await press(page, key);
      await page.until("said.some((text) => /^Buoy \\d+\\./.test(text))");
      await page.view.evaluate("pageClock.skip(5_000)");
      // A bell that rang before the key may come first.
      const names = (await said()).filter((text) => !/^Buoy \d+(,| \()/.test(text));
      expect(names).toEqual([expect.stringMatching(/^Buoy \d+\. A \w+ throb, .*swell.*, .*wind.*, a middling glass/)]);
    }
  });

  test("hears that the past 24 hours play, and the time after each step", async () => {
    await page.view.evaluate("(document.activeElement.blur(), 0)");
    await press(page, "r");
    await page.until('said.length > 0 && document.getElementById("replay-time").textContent.includes("UTC")');
    await page.view.evaluate("said.length = 0");
    await press(page, "ArrowRight");
    await page.until("said.length > 0");
    expect(await said()).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC/)]);
  });

  test("hears an outage and its end once each", async () => {
    await press(page, "n");
    await page.until('document.getElementById("replay-bar").hidden && said.length > 0');
    await page.view.evaluate("(pageClock.skip(5_000), said.length = 0)");
    await player.killServer();
    await page.until('document.body.dataset.state === "reconnecting"');
    await player.restartServer();
    // Skip only the pause before a retry: skipped time would make a running attempt time out.
    const skipPause = '/\\d/.test(document.getElementById("retry").textContent) && pageClock.skip(5_000)';
    const connection = 'document.getElementById("connection").textContent';
    await page.until(
      `(${skipPause}, ${isLive} && ${connection} === said.at(-1) && !said.at(-1).startsWith("Reconnecting"))`,
    );
    const heard = await said();
    expect(heard[0]).toMatch(/^Reconnecting: /);
    // The reason changes if a retry fails before the server is back.
    expect(new Set(heard).size).toBe(heard.length);
  });

  test("hears no mode and no bell after announcements are off, but the station that it chooses", async () => {
    await page.view.evaluate('document.getElementById("announcements-on").click()');
    await page.view.evaluate("(pageClock.skip(30_000), document.getElementById('map').focus(), said.length = 0)");
    const { length } = await page.view.evaluate<unknown[]>("bellbuoy.scheduled");
    await player.publish("44009");
    await page.until(`bellbuoy.scheduled.length > ${length}`);
    await press(page, "r");
    await page.until('!document.getElementById("replay-bar").hidden');
    await press(page, "n");
    await page.until('document.getElementById("replay-bar").hidden');
    await page.view.evaluate("document.getElementById('map').focus()");
    await press(page, "ArrowUp");
    await page.until("said.length > 0");
    expect(await said()).toEqual([expect.stringMatching(/^Buoy \d+: waves/)]);
  });
});
