// Measures the speed of the built player in Chromium: click to sound, report to bell and ring, lists, frames of the map.

import { soundHook } from "../../web/sound/playback/hook.ts";
import { closeBrowser, type Page } from "../rig/browser.ts";
import { builtPlayer } from "../rig/built-player.ts";
import { endOwnCluster } from "../rig/database.ts";
import { listen } from "../rig/listen.ts";
import { listen as listenTo, moor, type OpenPlayer, report, scheduledBells, startOpenPlayer } from "../rig/player.ts";
import { type Check, type Findings, tableOf } from "./rig/findings.ts";
import { installProbe } from "./rig/page-probe.ts";
import { quantile } from "./rig/rounds.ts";

export const description = "the player in Chromium: click to sound, report to bell, 900 stations in list and map";

const rounds = 5;

/** Runs all measurements, as often as their names say. */
export async function run(): Promise<Findings> {
  return { tables: [tableOf(`medians of ${rounds} unless said otherwise`, await check())], skipped: [] };
}

/** Runs all measurements, as often as their names say. @throws {Error} without Chromium, or if the page does not react */
export async function check(): Promise<Check[]> {
  await builtPlayer();
  const player = await startOpenPlayer();
  try {
    await moor(player.stack);
    const checks = [scoreBurst(), ...(await measureSound(player)), await measureRefusal(player)];
    await storeStations(player);
    return [...checks, ...(await measureCrowd(player))];
  } finally {
    await player.stop();
    await closeBrowser();
    await endOwnCluster();
  }
}

/** Measures the score of a burst, outside the page. Best of nine, because the first runs are not compiled yet. */
function scoreBurst(): Check {
  const reports = Array.from({ length: 800 }, (_, index) => ({
    stationId: `B${1_000 + index}`,
    lon: -170 + ((index * 37) % 110),
    waterTempC: index % 3 === 0 ? null : 5 + (index % 25),
    waveHeightM: index % 4 === 0 ? null : (index % 12) / 2,
  }));
  const times = Array.from({ length: 9 }, (_, seed) => {
    const startedMs = performance.now();
    soundHook.scoreBurst(reports, { seed });
    return performance.now() - startedMs;
  });
  return { name: "800 reports scored, best of nine", value: Math.min(...times), unit: "ms", max: 10 };
}

/** Opens the player with the probe, and waits until it is ready for a click. */
async function openProbed(player: OpenPlayer): Promise<Page> {
  const page = await player.open("/?hook=1", "live", `(${installProbe})()`);
  await page.until("bellbuoy.listening !== null && probe.bellsMade");
  return page;
}

async function measureSound(player: OpenPlayer): Promise<Check[]> {
  const clicks: number[] = [];
  const bells: number[] = [];
  const rings: number[] = [];
  const longest: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const page = await openProbed(player);
    await listenTo(page);
    clicks.push(await page.until<number>("probe.soundedAtMs - probe.clickedAtMs"));
    const ring = page.view.evaluate<number>("probe.firstRing()");
    await player.publish("46026");
    await page.until("bellbuoy.scheduled.length === 1");
    const [bell] = await scheduledBells(page);
    if (bell === undefined) throw new Error("no bell was scheduled");
    bells.push(bell.soundsAtMs - bell.arrivedAtMs);
    rings.push(Math.abs((await ring) - bell.soundsAtMs));
    longest.push(await burst(player, page));
    player.closePages();
  }
  return [
    { name: "click to the first sound", value: median(clicks), unit: "ms", max: 400 },
    { name: "a lone report to its bell", value: median(bells), unit: "ms", max: 200 },
    { name: "a bell to its ring on the map, or before it", value: median(rings), unit: "ms", max: 150 },
    { name: `longest task of a burst of 800, best of ${rounds}`, value: Math.min(...longest), unit: "ms", max: 50 },
  ];
}

/** Measures the longest task of the page while 800 reports arrive. @returns ms; 0 below 50 */
async function burst(player: OpenPlayer, page: Page): Promise<number> {
  await page.view.evaluate("void (probe.longTasks.length = 0)");
  const publishing = player.stack.redis.pipeline();
  for (let index = 0; index < 800; index++) publishing.publish("observations:new", report(`Z${1_000 + index}`));
  await publishing.exec();
  await page.until("bellbuoy.listening.tally.arrived >= 800");
  await page.until("bellbuoy.scheduled.length > 5");
  return page.view.evaluate("Math.max(0, ...probe.longTasks)");
}

/** Measures how soon a refused page is live again. The server sends `Retry-After: 10`, and the page adds a random delay. */
async function measureRefusal(player: OpenPlayer): Promise<Check> {
  const server = await player.stack.start("server", { MAX_STREAMS: "1" });
  const first = await listen(`${server.url}/v1/observations/stream`);
  const page = await player.open("/?hook=1");
  await page.view.navigate(server.url);
  await page.until(`document.body?.dataset.state === "refused"`);
  const refusedMs = performance.now();
  first.leave();
  await page.until(`document.body.dataset.state === "live"`);
  const value = (performance.now() - refusedMs) / 1_000;
  player.closePages();
  await server.stop();
  return { name: "a refused page is live again, once", value, unit: "s", max: 15 };
}

async function storeStations({ stack }: OpenPlayer): Promise<void> {
  await stack.sql`
    insert into stations (station_id, name, owner, latitude, longitude)
    select 'Y' || n, 'Buoy off ' || n, 'Owner ' || n % 7, 20 + n % 40, -(70 + n % 100) from generate_series(1000, 1900) n
  `;
}

async function measureCrowd(player: OpenPlayer): Promise<Check[]> {
  const page = await openProbed(player);
  await page.until('document.querySelectorAll("#stations li").length >= 100');
  const { search, order } = await page.view.evaluate<{ search: number[]; order: number[] }>(`(${useList})(${rounds})`);
  const costs = await page.view.evaluate<number[]>(`(${voyage})(2_000)`);
  const sorted = costs.toSorted((a, b) => a - b);
  return [
    { name: `900 stations searched, best of ${rounds}`, value: Math.min(...search), unit: "ms", max: 50 },
    { name: `900 stations sorted, best of ${rounds}`, value: Math.min(...order), unit: "ms", max: 50 },
    { name: "scripts of a frame while a map of 900 moves, median of 2 s", value: median(costs), unit: "ms", max: 8 },
    // Most frames only move the drawn map. The slowest draw it again, within one frame at 60 per second.
    {
      name: "scripts of a frame while a map of 900 moves, p95 of 2 s",
      value: quantile(sorted, 0.95),
      unit: "ms",
      max: 16,
    },
  ];
}

declare const bellbuoy: {
  map: {
    setView(view: { longitude: number; latitude: number; zoom: number }): void;
    pulse(stationId: string, strength: number, atMs: number): void;
  };
};
declare const probe: import("./rig/page-probe.ts").Probe;

/** Searches and sorts the list. Runs in the page. @returns ms of scripts, style and layout of each */
async function useList(count: number): Promise<{ search: number[]; order: number[] }> {
  const [search, order] = document.querySelectorAll<HTMLInputElement | HTMLSelectElement>(".list-tools *");
  const frame = () =>
    new Promise<number>((resolve) =>
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        const startedMs = performance.now();
        channel.port1.onmessage = () => resolve(performance.now() - startedMs);
        requestAnimationFrame(() => channel.port2.postMessage(null));
      }),
    );
  const enter = (element: HTMLInputElement | HTMLSelectElement | undefined, value = "") => {
    if (element === undefined) throw new Error("the list has no tools");
    element.value = value;
    element.dispatchEvent(new Event("input"));
    return frame();
  };
  const times: { search: number[]; order: number[] } = { search: [], order: [] };
  for (let round = 0; round < count; round++) {
    times.search.push(await enter(search, ["b", "buoy 1", "off", "", "owner"][round % 5]));
  }
  await enter(search);
  for (let round = 0; round < count; round++) {
    times.order.push(await enter(order, ["waves", "wind", "newest", "name"][round % 4]));
  }
  return times;
}

/** Pans and zooms the map, a step each frame, while bells ring. Runs in the page. @returns ms of scripts of each frame */
function voyage(forMs: number): Promise<number[]> {
  probe.frameCosts.length = 0;
  const startedMs = performance.now();
  let steps = 0;
  return new Promise((resolve) => {
    requestAnimationFrame(function step(nowMs) {
      const progress = (nowMs - startedMs) / forMs;
      if (progress >= 1) return resolve(probe.frameCosts.slice(2));
      steps += 1;
      bellbuoy.map.pulse(`Y${1_000 + (steps % 900)}`, 0.5, nowMs);
      bellbuoy.map.setView({
        longitude: -130 + 40 * Math.sin(progress * 9),
        latitude: 35 + 10 * Math.cos(progress * 7),
        zoom: 2.5 + 1.5 * Math.sin(progress * 5),
      });
      requestAnimationFrame(step);
    });
  });
}

function median(values: number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}
