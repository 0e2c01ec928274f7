// Measures the CPU time of the built player in Chromium while a report arrives each second.

import { readdirSync, readFileSync } from "node:fs";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { redisNames } from "../../shared/channels.ts";
import { playerDir } from "../../shared/player/player-dir.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { soundSampleRate } from "../../web/sound/sample-rate.ts";
import type { WaveformRequest } from "../../web/sound/timbre/waveform-worker.ts";
import { closeBrowser, openPage, type Page } from "../rig/browser.ts";
import { builtPlayer } from "../rig/built-player.ts";
import { endOwnCluster } from "../rig/database.ts";
import { observed } from "../rig/observed.ts";
import { isLive, listen, startOpenPlayer } from "../rig/player.ts";
import { type Check, type Findings, tableOf } from "./rig/findings.ts";
import { readProcess } from "./rig/process.ts";

export const description = "CPU time of the page in Chromium, with a report each second";

const stations = 400;
/** Length of a measurement. */
const measuredMs = 60_000;
/** After a change of what the page does. */
const settleMs = 10_000;

/** Measures everything once. */
export async function run(): Promise<Findings> {
  const title = `% of one core: all processes of Chromium, over ${measuredMs / 1_000} s; seconds: the thread of the worker`;
  return { tables: [tableOf(title, await check())], skipped: [] };
}

/** Measures everything once. @throws {Error} without Chromium */
export async function check(): Promise<Check[]> {
  await builtPlayer();
  const player = await startOpenPlayer();
  const { sql, redis } = player.stack;
  try {
    await storePoll(sql, latestObsPath, { etag: null, lastModified: null, hash: null }, network(), unguardedIds);
    // The page would ring the reports of a batch as well.
    await sql`delete from batches`;
    const page = await openPage(`${player.server.url}/?hook=1`, { width: 1280, height: 800 });
    await page.until(isLive);
    await page.until("bellbuoy.listening !== null");
    const making = await measureWaveforms(page);
    let sent = 0;
    const sending = setInterval(() => void redis.publish(redisNames("").observationsNew, nextReport(sent++)), 1_000);
    const silent = await measure("in sight, without sound", 6);
    await listen(page);
    const sounding = await measure("in sight, with sound and a bell a second", 16);
    await hide(page);
    const hidden = await measure("hidden, with sound", 6);
    clearInterval(sending);
    page.close();
    return [silent, sounding, hidden, ...making];
  } finally {
    await player.stop();
    await closeBrowser();
    await endOwnCluster();
  }
}

/** Measures the CPU time of the worker that makes the waveforms, for the first sound and after the first bell. */
async function measureWaveforms({ view }: Page): Promise<Check[]> {
  const file = readdirSync(playerDir).find((name) => /^waveform-worker-\w+\.js$/.test(name));
  const make = async (request: WaveformRequest): Promise<number> => {
    while (workerThreads().length > 0) await Bun.sleep(100);
    await view.evaluate(`new Promise((made) => {
      globalThis.maker = new Worker("./${file}");
      maker.onmessage = () => made(true);
      maker.postMessage(${JSON.stringify(request)});
    })`);
    const seconds = workerThreads().reduce((sum, thread) => sum + cpuSecondsOf(thread), 0);
    await view.evaluate("void maker.terminate()");
    return seconds;
  };
  return [
    { name: "waveforms", value: await make({ sampleRate: soundSampleRate, seed: 1 }), unit: "s", max: 0.6 },
    {
      name: "waveforms of other striking places",
      value: await make({ sampleRate: soundSampleRate }),
      unit: "s",
      max: 0.2,
    },
  ];
}

/** Measures the CPU time of all processes that this process has started and that are Chromium's. */
async function measure(name: string, max: number): Promise<Check> {
  await Bun.sleep(settleMs);
  const before = chromiumCpuMs();
  const startedMs = performance.now();
  await Bun.sleep(measuredMs);
  return { name, value: (100 * (chromiumCpuMs() - before)) / (performance.now() - startedMs), unit: "%", max };
}

/** Returns the CPU time of Chromium so far, of all its processes together, in ms. */
function chromiumCpuMs(): number {
  return chromiumPids().reduce((sum, pid) => sum + readProcess(pid).cpuMs, 0);
}

function chromiumPids(): number[] {
  return descendantsOf(process.pid).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("chromium"));
}

/** Returns the folders of the threads of dedicated workers. */
function workerThreads(): string[] {
  const threads = chromiumPids().flatMap((pid) =>
    readdirSync(`/proc/${pid}/task`).map((id) => `/proc/${pid}/task/${id}`),
  );
  return threads.filter((thread) => readFileSync(`${thread}/comm`, "utf8").startsWith("DedicatedWorker"));
}

function cpuSecondsOf(thread: string): number {
  return Number.parseInt(readFileSync(`${thread}/schedstat`, "utf8"), 10) / 1e9;
}

function descendantsOf(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Minimizes the window of a page. */
async function hide({ view, until }: Page): Promise<void> {
  await view.cdp("Emulation.setFocusEmulationEnabled", { enabled: false });
  const { windowId } = await view.cdp<{ windowId: number }>("Browser.getWindowForTarget");
  await view.cdp("Browser.setWindowBounds", { windowId, bounds: { windowState: "minimized" } });
  await until("document.hidden");
}

/** Half of the stations measure water, and a quarter measure waves, as in NDBC's network. */
function valuesOf(index: number, report: number) {
  return {
    windSpeedMps: 3 + ((index + report) % 11),
    windDirDeg: (index * 37) % 360,
    pressureHpa: 1_005 + ((index + report) % 20),
    ...(index % 2 === 0 ? { waterTempC: 4 + (index % 22) + (report % 10) / 10 } : {}),
    ...(index % 4 === 0 ? { waveHeightM: 0.5 + ((index + report) % 12) / 2 } : {}),
  };
}

const idOf = (index: number) => `B${1_000 + index}`;

function network() {
  const at = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 10 * 60_000).toISOString();
  return Array.from({ length: stations }, (_, index) => {
    const place = { latitude: 20 + ((index * 7) % 40), longitude: -(70 + ((index * 13) % 100)) };
    return observed(idOf(index), at, { ...valuesOf(index, 0), ...place });
  });
}

/** Returns the reports of one station after another, as a message. */
function nextReport(report: number): string {
  const index = (report * 61) % stations;
  const nothing = { waveHeightM: null, waterTempC: null };
  const timestamp = new Date(Math.floor(Date.now() / 1_000) * 1_000).toISOString();
  return JSON.stringify({ stationId: idOf(index), timestamp, ...nothing, ...valuesOf(index, report) });
}
