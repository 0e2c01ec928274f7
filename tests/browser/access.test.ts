// Accessibility of the page in Chromium, checked with axe.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { axeSchemes } from "../rig/axe-rules.ts";
import { chromium, type Page } from "../rig/browser.ts";
import { builtPlayer } from "../rig/built-player.ts";
import { enter, listen, moor, type OpenPlayer, startOpenPlayer } from "../rig/player.ts";

setDefaultTimeout(120_000);

/** Parts of the page that change with the mode and with sound. */
const shownOfMode = ["#map-tools", "#now", "#dock"];
/** Parts that show the connection state: the header, and the list until data arrives. */
const shownOfConnection = ["header", "#side"];

const replayed = 'document.getElementById("replay-time").textContent.includes("UTC")';

describe.skipIf(chromium === null)("axe finds no accessibility issue, light, dark or in forced colours,", () => {
  let player: OpenPlayer;
  let axe: string;

  beforeAll(async () => {
    await builtPlayer();
    player = await startOpenPlayer();
    axe = await Bun.file(join(import.meta.dir, "../../node_modules/axe-core/axe.min.js")).text();
  });
  afterAll(() => player.stop());

  async function open(path: string, state?: string): Promise<Page> {
    const page = await player.open(path, state);
    // Injected through DevTools, which bypasses the page's Content Security Policy.
    await page.view.cdp("Runtime.evaluate", { expression: axe });
    return page;
  }

  /** Expects no issue. @param within a changed part of the page; the whole page by default */
  async function expectNoFault(page: Page, view: string, within: string | string[] = "html"): Promise<void> {
    for (const { scheme, features, rules } of axeSchemes) {
      const options = { resultTypes: ["violations"], ...rules };
      await page.view.cdp("Emulation.setEmulatedMedia", { features });
      const faults = await page.view.evaluate<string[]>(`(async () => {
        const ending = () => document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
        await new Promise(requestAnimationFrame);
        // A colour in transition has the contrast of neither state.
        await Promise.allSettled(ending().map(({ finished }) => finished));
        const { violations } = await axe.run({ include: ${JSON.stringify([within].flat())} }, ${JSON.stringify(options)});
        return violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 160)).join(" | "));
      })()`);
      expect({ view, scheme, faults }).toEqual({ view, scheme, faults: [] });
    }
  }

  test("before the first report", async () => {
    const page = await open("/?hook=1");
    await page.until('document.getElementById("list").textContent.includes("No station has reported yet")');
    await expectNoFault(page, "empty");
    await page.view.evaluate('location.hash = "#24h"');
    await page.until('!document.getElementById("replay-bar").hidden');
    await expectNoFault(page, "empty past", shownOfMode);
    expect(page.complaints).toEqual([]);
    await page.view.evaluate('location.hash = "#tune/44009"');
    await page.until('document.querySelector("#card h2")');
    await expectNoFault(page, "a station that is not known", "#card");
    player.closePages();
  });

  describe("with a network that has reported,", () => {
    let page: Page;

    beforeAll(async () => {
      await moor(player.stack);
      page = await open("/?hook=1");
      await page.until('bellbuoy.listening !== null && document.querySelectorAll("#stations li").length === 4');
    });
    afterAll(() => player.closePages());

    test("in each mode, with sound, card and list", async () => {
      await expectNoFault(page, "silent");
      await listen(page);
      await expectNoFault(page, "network", shownOfMode);
      await page.view.evaluate('location.hash = "#network/46026"');
      await page.until('document.querySelector("#card h2")?.textContent === "Buoy 46026"');
      await expectNoFault(page, "card", "#card");
      await page.view.evaluate('location.hash = "#tune/46026"');
      await page.until('document.getElementById("captions").children.length > 0');
      await expectNoFault(page, "tune in", [...shownOfMode, "#card"]);
      await page.view.evaluate('location.hash = "#24h"');
      await page.until(replayed);
      await expectNoFault(page, "replay", [...shownOfMode, "#card"]);
      await enter(page, "#list input", "nowhere");
      await page.until('document.getElementById("list").textContent.includes("No station matches")');
      await expectNoFault(page, "no match", "#list");
      expect(page.complaints).toEqual([]);
    });

    test("with each dialog and popover, and each explanation", async () => {
      await page.view.evaluate('location.hash = "#network"');
      await page.until('document.getElementById("replay-bar").hidden');
      for (const [id, filled] of [
        ["legend", "#legend canvas"],
        ["mixer", "#mixer input"],
        ["more", "#record:enabled"],
      ] as const) {
        await page.view.evaluate(`document.getElementById("${id}").showPopover()`);
        await page.until(`document.querySelector("${filled}")`);
        await expectNoFault(page, id, `#${id}`);
        await page.view.evaluate(`document.getElementById("${id}").hidePopover()`);
      }
      await page.view.evaluate('document.getElementById("help").showPopover()');
      await page.until('document.querySelector("#help dt")');
      await expectNoFault(page, "help", "#help");
      await page.view.evaluate('document.getElementById("help").hidePopover()');
      await page.view.evaluate('document.getElementById("about").showPopover()');
      await page.until('document.querySelector("#mapping table")');
      await expectNoFault(page, "mapping", "#about");
      expect(page.complaints).toEqual([]);
    });
  });

  test("while loading, while the database is down, and while the server is down", async () => {
    player.wire.hold();
    const loading = await open("/?hook=1", "connecting");
    await expectNoFault(loading, "loading");
    await loading.until('document.body.dataset.state === "refused"');
    expect(await loading.view.evaluate<string>('document.getElementById("status").textContent')).toMatch(
      /Refused: .*trying again/s,
    );
    await loading.until(
      'getComputedStyle(document.getElementById("stations"), "::after").content.includes("has not answered")',
    );
    await expectNoFault(loading, "refused", shownOfConnection);
    await player.wire.mend();
    await loading.until('document.body.dataset.state === "live"');
    await player.killServer();
    await loading.until('document.body.dataset.state === "reconnecting"');
    await expectNoFault(loading, "reconnecting", shownOfConnection);
    await player.restartServer();
    player.closePages();
  });

  test("with an invalid server address", async () => {
    const page = await open("/?hook=1&server=nowhere", "refused");
    expect(await page.view.evaluate<string>('document.getElementById("connection").textContent')).toContain("nowhere");
    await expectNoFault(page, "wrong address", shownOfConnection);
    expect(page.complaints).toEqual([]);
    player.closePages();
  });

  // Runs last: the service worker stays in the browser.
  test("offline", async () => {
    const page = await player.openWithoutNetwork();
    await page.until(replayed);
    await page.view.cdp("Runtime.evaluate", { expression: axe });
    await expectNoFault(page, "offline");
    player.closePages();
  });
});
