// The page's words in a pseudo-locale that is about 40 % longer, in Chromium.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chromium, openPage, type Page } from "../rig/browser.ts";
import { builtPlayer } from "../rig/built-player.ts";
import { findLayoutFaults, resizePage } from "../rig/layout-faults.ts";
import { enter, isLive, listen, moor, type OpenPlayer, startOpenPlayer, textOf } from "../rig/player.ts";
import { lengthen, type PseudoHost, servePseudoPage } from "../rig/pseudo-locale.ts";
import { shortWaveforms } from "../rig/short-waveforms.ts";

setDefaultTimeout(240_000);

const sizes = [
  [320, 640],
  [390, 844],
  [1280, 800],
] as const;
/** Names and ids of stations, and what is on the map. */
const rules = { mayBeCut: "#stations .name, #stations .id", background: "#map, #map *, #instrument, #instrument *" };
/** Words of data, of units, and the name of the program. */
const data = new Set(["bellbuoy", "Buoy", "NDBC", "ft", "kn", "hPa", "min"]);

const replayed = `/^\\d{4}-/.test(${textOf("replay-time")})`;

/** An expression for the texts of the page, shown or spoken. */
const texts = `(() => {
  const spoken = ["aria-label", "aria-valuetext", "title", "placeholder", "alt", "data-label", "data-waiting", "data-unknown"];
  const said = [...document.querySelectorAll("body, body *")].flatMap((element) =>
    spoken.flatMap((name) => element.getAttribute(name) ?? []));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest("script, style, noscript") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  while (walker.nextNode()) said.push(walker.currentNode.data);
  return [document.title, ...said];
})()`;

test("a longer text keeps its placeholders and tags", () => {
  expect(lengthen("<strong>Newest</strong> report {age} old")).toMatch(
    /^<strong>\P{ASCII}+<\/strong> \P{ASCII}+ \{age\} \P{ASCII}+$/u,
  );
  const sentence = "No station is in view: zoom out to hear the past";
  expect(lengthen(sentence).length / sentence.length).toBeCloseTo(1.4, 1);
});

describe.skipIf(chromium === null)("in a language with longer words, the page", () => {
  let player: OpenPlayer;
  let host: PseudoHost;
  let page: Page;

  beforeAll(async () => {
    await builtPlayer();
    player = await startOpenPlayer();
    await moor(player.stack);
    host = await servePseudoPage();
    page = await openPage(`${host.url}/?hook=1&server=${encodeURIComponent(player.server.url)}`, {
      script: shortWaveforms,
    });
    await page.until(
      `${isLive} && bellbuoy.listening !== null && document.querySelectorAll("#stations li").length === 4`,
    );
  });
  afterAll(async () => {
    page.close();
    await host.stop();
    await player.stop();
  });

  /** Expects no fault of the layout at any size, and no English word. */
  async function expectGood(view: string): Promise<void> {
    for (const [width, height] of sizes) {
      await resizePage(page, width, height);
      const faults = await findLayoutFaults(page, rules);
      expect({ view, width, faults }).toEqual({ view, width, faults: [] });
    }
    const shown = await page.view.evaluate<string[]>(texts);
    const english = shown.flatMap((text) => text.match(/[a-z]{2,}/gi) ?? []).filter((word) => !data.has(word));
    expect({ view, english }).toEqual({ view, english: [] });
  }

  test("has no English word, and nothing overlaps or is cut off, without sound", async () => {
    await expectGood("network");
    await page.view.evaluate('document.getElementById("simulated").hidden = false');
    await expectGood("simulated");
    await page.view.evaluate('document.getElementById("simulated").hidden = true');
    await enter(page, "#list input", "nowhere");
    await page.until('document.querySelectorAll("#stations li").length === 0');
    await enter(page, "#list input", "46026");
    await page.until('document.querySelectorAll("#stations li").length === 1');
    await expectGood("search");
    await enter(page, "#list input", "");
  });

  test("nor with sound, a card, and a replay", async () => {
    await listen(page);
    await page.until('document.getElementById("hearing").textContent !== ""');
    await player.publish("44009");
    await page.until('document.getElementById("captions").textContent.includes("44009")');
    await expectGood("listening");
    await page.view.evaluate('location.hash = "#tune/46026"');
    await page.until('document.querySelector("#card h2")?.textContent === "Buoy 46026"');
    await page.until('document.getElementById("captions").children.length > 0');
    await expectGood("tuned in");
    await page.view.evaluate('location.hash = "#24h/46026"');
    await page.until(replayed);
    await expectGood("replay of a station");
    await page.view.evaluate('location.hash = "#24h"');
    await page.until('document.getElementById("card").hidden');
    await page.until(replayed);
    await expectGood("replay");
    await page.view.evaluate('location.hash = "#network"');
  });

  test("nor with any sheet or dialog", async () => {
    for (const [id, filled] of [
      ["legend", "#legend canvas"],
      ["mixer", "#mixer input"],
      ["more", "#record:enabled"],
      ["about", "#mapping table"],
    ] as const) {
      await page.view.evaluate(`document.getElementById("${id}").showPopover()`);
      await page.until(`document.querySelector("${filled}")`);
      await expectGood(id);
      await page.view.evaluate(`document.getElementById("${id}").hidePopover()`);
    }
    await page.view.evaluate('document.getElementById("help").showPopover()');
    await page.until('document.querySelector("#help dt")');
    await expectGood("help");
    await page.view.evaluate('document.getElementById("help").hidePopover()');
    await page.view.evaluate('document.getElementById("sound").showPopover()');
    await expectGood("sound sheet");
    await page.view.evaluate('document.getElementById("sound").hidePopover()');
  });

  test("nor without its server", async () => {
    await player.killServer();
    await page.until('document.body.dataset.state === "reconnecting"');
    await expectGood("reconnecting");
  });
});
