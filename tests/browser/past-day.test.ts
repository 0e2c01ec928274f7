// The replay of the past day in Chromium.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chromium, type Page } from "../rig/browser.ts";
import { builtPlayer } from "../rig/built-player.ts";
import { enter, isLive, listen, moor, type OpenPlayer, press, startOpenPlayer, textOf } from "../rig/player.ts";

setDefaultTimeout(120_000);

describe.skipIf(chromium === null)("the past day in a real browser", () => {
  let player: OpenPlayer;
  let page: Page;

  beforeAll(async () => {
    await builtPlayer();
    player = await startOpenPlayer();
    await moor(player.stack);
    page = await player.openReady();
    await page.view.evaluate("globalThis.nativeFetch = fetch");
  });
  afterAll(() => player.stop());

  /** Opens a view like a new page: no sound, no past day requested. */
  async function begin(hash: string): Promise<void> {
    await page.view.evaluate(`(() => {
      globalThis.fetch = nativeFetch;
      if (bellbuoy.listening.player.state === "playing") bellbuoy.listening.player.pause();
      location.hash = "#network";
    })()`);
    await page.until('document.getElementById("replay-bar").hidden');
    await page.view.evaluate(`performance.clearResourceTimings(), (location.hash = ${JSON.stringify(hash)})`);
  }

  test("replays the region in view, and continues at the same time of the day after a move of the map", async () => {
    await begin("#network/@37.8,-122.8,8z");
    await page.until('bellbuoy.map.stationsInView().join() === "46026"');
    await press(page, "r");
    await page.until(`${textOf("replay-time")}.endsWith("UTC")`);
    const asked = `performance.getEntriesByType("resource").map(({ name }) => /medians.*/.exec(name)?.[0]).filter(Boolean)`;
    expect(await page.view.evaluate<string[]>(asked)).toEqual(["medians?bbox=-123,37,-122,38"]);
    for (let step = 0; step < 20; step++) await press(page, "ArrowRight");
    await press(page, "0");
    await page.until(`${asked}.length === 2`);
    expect(await page.until<number>('Number(document.getElementById("replay-position").value)')).toBeGreaterThanOrEqual(
      20,
    );
    expect(page.complaints).toEqual([]);
  });

  test("requests a region's past again after a failure, even while the whole network's past replaces it", async () => {
    await begin("#24h");
    await page.until(`${textOf("replay-time")}.endsWith("UTC") && bellbuoy.map.stationsInView().length > 1`);
    const region = "?bbox=-123,37,-122,38";
    await page.view.evaluate(`(() => {
      globalThis.asked = 0;
      globalThis.can = [];
      globalThis.fetch = (input, init) => {
        const query = /medians(.*)/.exec(String(input))?.[1];
        if (query === undefined) return nativeFetch(input, init);
        if (query === "${region}") asked++;
        return can.includes(query) ? nativeFetch(input, init) : Promise.reject(new TypeError("no network"));
      };
      location.hash = "#24h/@37.8,-122.8,8z";
    })()`);
    // Once at the start, and once when the map is at rest.
    await page.until("asked === 2");
    const askedAgain = (times: number) =>
      page.until(`${isLive} && (asked === ${times} || (dispatchEvent(new Event("online")), false))`);
    await page.view.evaluate('can = [""]');
    await askedAgain(3);
    await page.view.evaluate(`can = ["${region}"]`);
    await askedAgain(4);
    // A loaded day is not requested again.
    await page.until(`performance.getEntriesByType("resource").some(({ name }) => name.endsWith("${region}"))`);
    await page.view.evaluate('dispatchEvent(new Event("online"))');
    await page.until(isLive);
    expect(await page.view.evaluate<number>("asked")).toBe(4);
  });

  test("starts a replay at the time chosen before, and keeps it with another sound", async () => {
    await begin("#24h/46026");
    await page.until(`${textOf("replay-time")}.endsWith("UTC")`);
    await enter(page, "#replay-position", "84");
    await page.until("bellbuoy.listening.frame === 84");
    await listen(page);
    expect(await page.view.evaluate<number>("bellbuoy.listening.frame")).toBeGreaterThanOrEqual(84);
    await page.until('Number(document.getElementById("replay-position").value) > 84');
    await enter(page, "#preset", "instrument");
    await page.until('location.hash.includes("instrument")');
    expect(await page.view.evaluate<number>("bellbuoy.listening.frame")).toBeGreaterThanOrEqual(84);
    expect(page.complaints).toEqual([]);
  });

  test("names the playing programme while another station's past loads, and after that fails", async () => {
    await begin("#24h/46026");
    await page.until(`${textOf("replay-time")}.endsWith("UTC")`);
    await listen(page);
    await page.until(`${textOf("hearing")}.startsWith("24 hours: Buoy 46026.")`);
    await page.view.evaluate(`(() => {
      globalThis.asked = [];
      globalThis.fetch = (input, init) =>
        String(input).includes("/by-station/44009")
          ? new Promise((_, reject) => asked.push(reject))
          : nativeFetch(input, init);
      location.hash = "#24h/44009";
    })()`);
    await page.until(`${textOf("replay-time")}.startsWith("Fetching") && asked.length > 0`);
    // The next description must again be of the playing programme.
    await player.publish("51001");
    await page.until(`bellbuoy.heard === 1 && ${textOf("counts")}.includes("1 report arrived")`);
    expect(await page.view.evaluate<string>(textOf("hearing"))).toStartWith("24 hours: Buoy 46026.");
    await page.view.evaluate('asked.forEach((reject) => reject(new TypeError("no network")))');
    await page.until(`${textOf("replay-time")}.includes("could not be loaded")`);
    await page.view.evaluate('location.hash = "#network"');
    await page.until(`${textOf("hearing")}.startsWith("The sea, now.")`);
  });
});
