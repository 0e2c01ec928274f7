// The page at many sizes, in Chromium.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chromium, type Page } from "../rig/browser.ts";
import { builtPlayer } from "../rig/built-player.ts";
import { findLayoutFaults, resizePage } from "../rig/layout-faults.ts";
import { listen, moor, type OpenPlayer, startOpenPlayer } from "../rig/player.ts";
import { findReachFaults, spaceText } from "../rig/reach-faults.ts";

setDefaultTimeout(240_000);

/** From 400 % zoom to a large screen: phones upright and on their side, tablets, laptops, 200 % zoom. */
const sizes = [
  [320, 180],
  [320, 256],
  [455, 256],
  [320, 568],
  [360, 640],
  [390, 664],
  [667, 375],
  [844, 390],
  [640, 400],
  [640, 512],
  [768, 1_024],
  [1_000, 700],
  [1_024, 768],
  [1_440, 900],
  [3_840, 2_160],
] as const;
const spacedSizes = [
  [320, 256],
  [390, 664],
  [844, 390],
  [1_000, 700],
  [1_440, 900],
] as const;
/** Names and ids of stations, and what is on the map. */
const rules = { mayBeCut: "#stations .name, #stations .id", background: "#map, #map *, #instrument, #instrument *" };

describe.skipIf(chromium === null)(
  "at each size, nothing overlaps, is cut off or stays covered, and controls are large enough",
  () => {
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
        await expectNoFault({ width, height }, sheet);
        await check(width, height);
      }
    }

    async function expectNoFault(at: object, sheet: { sheet?: string } = {}): Promise<void> {
      const layout = await findLayoutFaults(page, { ...rules, ...sheet });
      const reach = await findReachFaults(page, { background: rules.background, ...sheet });
      const faults = [...layout, ...reach];
      expect({ ...at, faults }).toEqual({ ...at, faults: [] });
    }

    /** Expects no fault with the text spacing of WCAG 1.4.12. */
    async function expectGoodWhenSpaced(): Promise<void> {
      await spaceText(page, true);
      for (const [width, height] of spacedSizes) {
        await resizePage(page, width, height);
        await expectNoFault({ width, height, isSpaced: true });
      }
      await spaceText(page, false);
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

    test("before the sound, with the invitation", async () => {
      await expectGood();
      await expectGoodWhenSpaced();
    });

    test("in a search; on a phone, the results stand above the keyboard", async () => {
      await page.view.evaluate('document.querySelector("#list input").focus()');
      await expectGood(async (width, height) => {
        if (width > 600 || height < 200) return;
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
      await expectGoodWhenSpaced();
    });

    test("in the past 24 hours", async () => {
      await page.view.evaluate('location.hash = "#24h"');
      await page.until('document.getElementById("replay-time").textContent.endsWith("UTC")');
      await expectGood();
      await expectGoodWhenSpaced();
    });

    test("with each sheet open", async () => {
      for (const [id, filled] of [
        ["more", "#record:enabled"],
        ["help", "#help dt"],
        ["legend", "#legend canvas"],
        ["mixer", "#mixer input"],
        ["about", "#mapping table"],
      ] as const) {
        await page.view.evaluate(`document.getElementById("${id}").showPopover()`);
        await page.until(`document.querySelector("${filled}")`);
        await expectGood();
        await expectGoodWhenSpaced();
        await page.view.evaluate(`document.getElementById("${id}").hidePopover()`);
      }
    });
  },
);
