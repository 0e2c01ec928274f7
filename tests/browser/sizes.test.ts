// The page at many sizes, in Chromium.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chromium, type Page } from "../rig/browser.ts";
import { builtPlayer } from "../rig/built-player.ts";
import { findLayoutFaults, resizePage } from "../rig/layout-faults.ts";
import { listen, moor, type OpenPlayer, startOpenPlayer } from "../rig/player.ts";

setDefaultTimeout(240_000);

/** From a phone at 400 % zoom to a large screen: phones upright and on their side, tablets, laptops, 200 % zoom. */
const sizes = [
  [320, 256],
  [320, 568],
  [360, 640],
  [390, 664],
  [667, 375],
  [844, 390],
  [640, 400],
  [768, 1_024],
  [1_000, 700],
  [1_024, 768],
  [1_440, 900],
  [3_840, 2_160],
] as const;
/** Names and ids of stations, and what is on the map. */
const rules = { mayBeCut: "#stations .name, #stations .id", background: "#map, #map *, #instrument, #instrument *" };

describe.skipIf(chromium === null)("at each size, nothing overlaps or is cut off", () => {
  let player: OpenPlayer;
  let page: Page;

  beforeAll(async () => {
    await builtPlayer();
    player = await startOpenPlayer();
    await moor(player.stack);
    page = await player.openReady();
    await page.until('document.querySelectorAll("#stations li").length === 4');
  });
  afterAll(() => player.stop());

  async function expectGood(
    check: (width: number, height: number) => Promise<void> = async () => {},
    sheetOfPhones?: string,
  ): Promise<void> {
    for (const [width, height] of sizes) {
      await resizePage(page, width, height);
      const sheet = width <= 992 && sheetOfPhones ? { sheet: sheetOfPhones } : {};
      const faults = await findLayoutFaults(page, { ...rules, ...sheet });
      expect({ width, height, faults }).toEqual({ width, height, faults: [] });
      await check(width, height);
    }
  }

  /** Returns the station's labels and values that are in sight. */
  const inSight = `(() => {
    const dock = document.getElementById("dock").getBoundingClientRect().top;
    const isSeen = (element) => {
      const { top, bottom, left } = element.getBoundingClientRect();
      return document.elementsFromPoint(left + 1, (top + bottom) / 2).includes(element) && bottom <= dock;
    };
    return [...document.querySelectorAll("#card h2, #card .card-head p, #card .label")]
      .filter((element) => element.textContent && isSeen(element)).map(({ textContent }) => textContent);
  })()`;

  test("before the sound, with the invitation", () => expectGood());

  test("in a search; on a phone, the results stand above the keyboard", async () => {
    await page.view.evaluate('document.querySelector("#list input").focus()');
    await expectGood(async (width, height) => {
      if (width > 600) return;
      const rows =
        '[...document.querySelectorAll("#stations li")].filter((row) => row.getBoundingClientRect().bottom <= innerHeight)';
      expect(await page.view.evaluate<number>(`${rows}.length`)).toBeGreaterThanOrEqual(height < 500 ? 1 : 4);
    }, "#side");
    await page.view.evaluate("document.activeElement.blur()");
    await page.view.evaluate('document.getElementById("end-search").click()');
  });

  test("tuned in, with a card; on a phone its age, waves, period and wind are in sight", async () => {
    await listen(page);
    await page.view.evaluate('location.hash = "#tune/46026"');
    await page.until('document.querySelector("#card h2")?.textContent === "Buoy 46026"');
    await page.until('document.querySelector("#instrument .float")');
    await expectGood(async (width, height) => {
      if (width > 400 || height < 600) return;
      const seen = await page.view.evaluate<string[]>(inSight);
      expect(seen).toContain("Buoy 46026");
      expect(seen.some((text) => text.startsWith("Reported"))).toBeTrue();
      for (const label of ["Waves", "Period", "Wind"]) expect(seen.some((text) => text.startsWith(label))).toBeTrue();
    });
  });
});
