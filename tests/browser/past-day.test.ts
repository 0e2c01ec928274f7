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

  /** Goes to a view as if the page had just been opened there: nothing sounds, and nothing of the past was asked for. */
  async function begin(hash: string): Promise<void> {
    await page.view.evaluate(`(() => {
      globalThis.fetch = nativeFetch;
      if (bellbuoy.listening.player.state === "playing") bellbuoy.listening.player.pause();
      location.hash = "#network";
    })()`);
    await page.until('document.getElementById("replay-bar").hidden');
    await page.view.evaluate(`performance.clearResourceTimings(), (location.hash = ${JSON.stringify(hash)})`);
  }

  test("replays the region in view, and goes on at the same time of the day when the map is moved", async () => {
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

  test("asks again for the past of a region that could not be had, also where that of the whole network stands in", async () => {
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
    // At once, and when the map has come to rest.
    await page.until("asked === 2");
    const askedAgain = (times: number) =>
      page.until(`${isLive} && (asked === ${times} || (dispatchEvent(new Event("online")), false))`);
    await page.view.evaluate('can = [""]');
    await askedAgain(3);
    await page.view.evaluate(`can = ["${region}"]`);
    await askedAgain(4);
    // What is there is not asked for again.
    await page.until(`performance.getEntriesByType("resource").some(({ name }) => name.endsWith("${region}"))`);
    await page.view.evaluate('dispatchEvent(new Event("online"))');
    await page.until(isLive);
    expect(await page.view.evaluate<number>("asked")).toBe(4);
  });

  test("begins a replay at the time that was chosen before, and stays there with another sound", async () => {
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

  test("names what is heard, while the past of another station is fetched and after that has failed", async () => {
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
    // Whatever the line says again, it says of what plays.
    await player.publish("51001");
    await page.until(`bellbuoy.heard === 1 && ${textOf("counts")}.includes("1 report arrived")`);
    expect(await page.view.evaluate<string>(textOf("hearing"))).toStartWith("24 hours: Buoy 46026.");
    await page.view.evaluate('asked.forEach((reject) => reject(new TypeError("no network")))');
    await page.until(`${textOf("replay-time")}.includes("could not be loaded")`);
    await page.view.evaluate('location.hash = "#network"');
    await page.until(`${textOf("hearing")}.startsWith("The sea, now.")`);
  });
});
