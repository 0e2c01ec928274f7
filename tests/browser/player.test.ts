import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { latestObsPath } from "../../shared/upstream.ts";
import { buildPlayer, distDir, type PlayerFile } from "../../web/build.ts";
import { chromium, openPage, type Page } from "../rig/browser.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { type Service, type Stack, startStack } from "../rig/stack.ts";
import { startUpstream, type Upstream } from "../rig/upstream.ts";

setDefaultTimeout(30_000);

if (chromium === null) console.log("no Chromium on this machine: the tests of the page in a browser are skipped");

/** What the page tells tests, with `?hook=1`. */
type ScheduledBell = { stationId: string; eventId: string | null; arrivedAtMs: number; soundsAtMs: number };

/** Where the made-up stations lie, from the Gulf of Alaska to the Caribbean. */
const positions: Record<string, [latitude: number, longitude: number]> = {
  "46026": [37.8, -122.8],
  "44009": [38.5, -74.7],
  "51001": [24.5, -162],
  "46001": [56.2, -148],
};

describe.skipIf(chromium === null)("the page in a real browser", () => {
  let stack: Stack;
  let upstream: Upstream;
  let server: Service;
  let built: PlayerFile[];
  const pages: Page[] = [];

  beforeAll(async () => {
    built = await buildPlayer();
    stack = await startStack();
    upstream = startUpstream();
    for (const [stationId, [latitude, longitude]] of Object.entries(positions)) {
      await stack.sql`
        insert into stations (station_id, name, owner, latitude, longitude)
        values (${stationId}, ${`Buoy ${stationId}`}, 'NDBC', ${latitude}, ${longitude})
      `;
      await stack.sql`
        insert into observations (station_id, observed_at, wave_height_m, wind_speed_mps, wind_dir_deg, water_temp_c, pressure_hpa)
        values (${stationId}, date_trunc('second', now() - interval '30 minutes'), 2, 8, 250, 14, 1012)
      `;
    }
    server = await stack.start("server");
  });
  // A browser has six connections to a server, and each page holds one.
  afterEach(() => {
    for (const page of pages.splice(0)) page.close();
  });
  afterAll(async () => {
    await upstream.stop();
    await stack.stop();
  });

  async function open(address: string): Promise<Page> {
    const page = await openPage(address);
    pages.push(page);
    await page.until(isLive);
    return page;
  }

  async function listen(page: Page): Promise<void> {
    await page.until("bellbuoy.listening !== null");
    await page.view.click("#listen");
    await page.until('document.querySelector("main").dataset.sound === "playing"');
  }

  const isLive = 'document.querySelector("main").dataset.state === "live"';
  const scheduled = (page: Page) => page.view.evaluate<ScheduledBell[]>("bellbuoy.scheduled");

  test("makes no audio context before the click, and lets a lone report be seen and heard within 200 ms after it", async () => {
    const page = await open(`${server.url}/?hook=1`);
    await page.view.evaluate(`(() => {
      globalThis.contexts = 0;
      const Native = globalThis.AudioContext;
      globalThis.AudioContext = class extends Native { constructor(...args) { super(...args); globalThis.contexts++; } };
    })()`);
    await page.until("globalThis.bellbuoy && bellbuoy.listening !== null");
    await stack.redis.publish("observations:new", report("44009"));
    await page.until("bellbuoy.heard === 1");
    expect(await page.view.evaluate<number>("globalThis.contexts")).toBe(0);
    expect(await scheduled(page)).toEqual([]);

    await listen(page);
    await stack.redis.publish("observations:new", report("46026"));
    await page.until("bellbuoy.scheduled.length === 1");
    const [bell] = await scheduled(page);
    expect(bell?.stationId).toBe("46026");
    expect((bell?.soundsAtMs ?? Number.NaN) - (bell?.arrivedAtMs ?? 0)).toBeLessThan(200);
    await page.until('document.querySelector(`#stations [data-station-id="46026"].rung`)');
    expect(await page.view.evaluate<string[]>("bellbuoy.map.stationsInView()")).toContain("46026");
    expect(page.complaints).toEqual([]);
  });

  test("spreads a burst over time, and counts every report of it", async () => {
    const page = await open(`${server.url}/?hook=1`);
    await listen(page);
    const publish = stack.redis.pipeline();
    for (let index = 0; index < 100; index++) publish.publish("observations:new", report(`Z${1000 + index}`));
    await publish.exec();
    await page.until("bellbuoy.scheduled.length >= 3");
    const tally = await page.view.evaluate<Record<string, number>>("bellbuoy.listening.tally");
    expect(tally.arrived).toBe(100);
    expect((tally.rung ?? 0) + (tally.waiting ?? 0) + (tally.leftOut ?? 0)).toBe(100);
    const times = (await scheduled(page)).map(({ soundsAtMs }) => soundsAtMs);
    for (const [index, time] of times.slice(1).entries()) expect(time - (times[index] ?? 0)).toBeGreaterThan(80);
    expect(await page.until<string>('document.querySelector("#counts").textContent')).toContain("of 100");
  });

  test("is as it was after a reload: station, preset, map, volume and units", async () => {
    const page = await open(`${server.url}/?hook=1#tune/46026/calm/@37.8,-122.8,6z`);
    await page.view.evaluate(`(() => {
      const set = (id, value, type) => { const e = document.getElementById(id); e.value = value; e.dispatchEvent(new Event(type)); };
      set("volume", "40", "input");
      set("unit-wind", "kn", "change");
    })()`);
    await page.view.navigate("about:blank");
    await page.view.navigate(`${server.url}/?hook=1#tune/46026/calm/@37.8,-122.8,6z`);
    await page.until('document.querySelector("#card h2")?.textContent === "Buoy 46026"');
    const shown = await page.view.evaluate<unknown>(`({
      mode: document.querySelector('#modes [aria-pressed="true"]').dataset.mode,
      preset: document.getElementById("preset").value,
      volume: document.getElementById("volume").value,
      wind: document.getElementById("unit-wind").value,
      zoom: Math.round(bellbuoy.map.view.zoom),
    })`);
    expect(shown).toEqual({ mode: "tune", preset: "calm", volume: "40", wind: "kn", zoom: 6 });
  });

  test("shows what a worker read from NDBC, and says how old it is", async () => {
    const page = await open(`${server.url}/?hook=1`);
    upstream.files.set(latestObsPath, latestObsFile(30, new Date(Date.now() - 21 * 60_000)));
    const worker = await stack.start("worker", { NDBC_URL: upstream.url, POLL_SECONDS: "1", BACKFILL_HOURS: "0" });
    await page.until("bellbuoy.heard >= 30");
    await worker.stop();
    await page.until('document.querySelectorAll("#stations li").length >= 30');
    expect(await page.until<string>('document.querySelector("#newest").textContent')).toMatch(/old|just now/);
    expect(page.complaints).toEqual([]);
  });

  test("reconnects by itself when the server is back, misses nothing, and rings no bell for what was missed", async () => {
    const port = new URL(server.url).port;
    const page = await open(`${server.url}/?hook=1`);
    await listen(page);
    await server.stop("SIGKILL");
    await page.until('document.querySelector("main").dataset.state === "reconnecting"');
    expect(await page.view.evaluate<string>('document.querySelector("#retry").textContent')).toContain("trying again");
    upstream.files.set(latestObsPath, latestObsFile(40, new Date(Date.now() - 10 * 60_000)));
    const worker = await stack.start("worker", { NDBC_URL: upstream.url, POLL_SECONDS: "1", BACKFILL_HOURS: "0" });
    await worker.line(({ message, published }) => message === "polled" && Number(published) > 0);
    await worker.stop();
    server = await stack.start("server", { PORT: port });
    await page.until("bellbuoy.heard === 40");
    expect(await page.view.evaluate<boolean>(isLive)).toBe(true);
    expect(await scheduled(page)).toEqual([]);
  });

  test("can be used by keys alone", async () => {
    const page = await open(`${server.url}/?hook=1`);
    await page.until("bellbuoy.listening !== null");
    const mode = `document.querySelector('#modes [aria-pressed="true"]').dataset.mode`;
    await press(page, " ", "Space");
    await page.until('document.querySelector("main").dataset.sound === "playing"');
    await press(page, "m");
    await page.until('document.getElementById("mute").textContent === "Unmute"');
    await press(page, "ArrowRight");
    await page.until('!document.getElementById("card").hidden');
    await press(page, "Enter");
    await page.until(`${mode} === "tune"`);
    await press(page, "r");
    await page.until(`${mode} === "24h"`);
    await page.until(`document.getElementById("replay-time").textContent.endsWith("UTC")`);
    await press(page, "ArrowRight");
    await page.until('Number(document.getElementById("replay-position").value) >= 1');
    await press(page, "Escape");
    await page.until(`${mode} === "network"`);
    const zoom = await page.view.evaluate<number>("bellbuoy.map.view.zoom");
    await press(page, "+");
    await page.until(`bellbuoy.map.view.zoom > ${zoom}`);
    await press(page, "/");
    await page.until('document.activeElement.type === "search"');
    await press(page, "Escape");
    await press(page, "?");
    await page.until('document.getElementById("help").open');
    await press(page, "Escape");
    await page.until('!document.getElementById("help").open');
    await press(page, " ", "Space");
    await page.until('document.querySelector("main").dataset.sound === "paused"');
    expect(page.complaints).toEqual([]);
  });

  for (const scheme of ["light", "dark"]) {
    test(`has no fault that axe knows of, on any view, in its ${scheme} colours`, async () => {
      const page = await open(`${server.url}/?hook=1`);
      await page.view.cdp("Emulation.setEmulatedMedia", {
        features: [{ name: "prefers-color-scheme", value: scheme }],
      });
      const expression = await Bun.file(join(import.meta.dir, "../../node_modules/axe-core/axe.min.js")).text();
      await page.view.cdp("Runtime.evaluate", { expression });
      await listen(page);
      const views = [
        'location.hash = "#network"',
        'location.hash = "#tune/46026"',
        'location.hash = "#24h"',
        'document.getElementById("mixer").showPopover()',
        'document.getElementById("more").showPopover()',
        'document.getElementById("legend").showPopover()',
        'document.getElementById("help").showModal()',
      ];
      for (const view of views) {
        await page.view.evaluate(`(async () => {
          ${view};
          document.getElementById("about").scrollIntoView();
          await new Promise((resolve) => setTimeout(resolve, 300));
        })()`);
        const faults = await page.view.evaluate<string[]>(
          `axe.run({ resultTypes: ["violations"] }).then(({ violations }) =>
            violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 120)).join(" | ")))`,
        );
        expect({ view, faults }).toEqual({ view, faults: [] });
      }
    });
  }

  test("works from any static host with ?server=", async () => {
    const host = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => {
        const { pathname } = new URL(request.url);
        return new Response(Bun.file(distDir + (pathname === "/" ? "/index.html" : pathname)));
      },
    });
    const page = await open(`http://127.0.0.1:${host.port}/?hook=1&server=${encodeURIComponent(server.url)}`);
    await stack.redis.publish("observations:new", report("44009"));
    await page.until("globalThis.bellbuoy && bellbuoy.heard === 1");
    expect(page.complaints).toEqual([]);
    await host.stop(true);
  });

  test("weighs at most 45 kB before the sound and 110 kB with it, gzipped", () => {
    const weigh = (...when: string[]) =>
      built.filter(({ loaded }) => when.includes(loaded)).reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
    expect(weigh("page")).toBeLessThanOrEqual(45_000);
    expect(weigh("page", "sound")).toBeLessThanOrEqual(110_000);
  });

  // The last: its service worker stays in the browser.
  test("opens without a network, says so, and plays the past day that it has", async () => {
    const port = new URL(server.url).port;
    const page = await open(`${server.url}/#24h`);
    await page.until("navigator.serviceWorker.controller !== null");
    // Once more, so that what is asked goes through the service worker and is kept.
    await page.view.navigate("about:blank");
    await page.view.navigate(`${server.url}/#24h`);
    await page.until(`${isLive} && document.getElementById("replay-time").textContent.endsWith("UTC")`);
    await server.stop("SIGKILL");
    await page.view.navigate("about:blank");
    await page.view.navigate(`${server.url}/#24h`);
    await page.until('document.querySelector("main")?.dataset.state === "offline"');
    expect(await page.view.evaluate<string>('document.getElementById("connection").textContent')).toContain("Offline");
    await page.until('document.querySelectorAll("#stations li").length >= 4');
    await page.until('document.getElementById("replay-time").textContent.endsWith("UTC")');
    await page.view.click("#listen");
    await page.until('document.querySelector("main").dataset.sound === "playing"');
    await page.until('Number(document.getElementById("replay-position").value) > 0');
    server = await stack.start("server", { PORT: port });
  });
});

/** A report of just now, as any program may publish it. */
function report(stationId: string): string {
  const timestamp = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
  return `{"stationId":"${stationId}","timestamp":"${timestamp}","waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8}`;
}

async function press(page: Page, key: string, code = key): Promise<void> {
  const text = key.length === 1 ? { text: key } : {};
  // Chromium closes a dialog for the code of the Escape key alone.
  const windowsVirtualKeyCode = key === "Escape" ? 27 : 0;
  for (const type of ["keyDown", "keyUp"]) {
    await page.view.cdp("Input.dispatchKeyEvent", { type, key, code, windowsVirtualKeyCode, ...text });
  }
}
