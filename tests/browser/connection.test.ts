// The page's connection in Chromium: losses, waits, sleep and offline use.

import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { recordPollBegin } from "../../services/worker/store/poll-heartbeat.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { playerDir } from "../../shared/player/player-dir.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { chromium, openPage, type Page } from "../rig/browser.ts";
import { builtPlayer } from "../rig/built-player.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { observed } from "../rig/observed.ts";
import { pageClock } from "../rig/page-clock.ts";
import {
  isLive,
  listen,
  moor,
  type OpenPlayer,
  rowOf,
  scheduledBells,
  startOpenPlayer,
  textOf,
} from "../rig/player.ts";
import { shortWaveforms } from "../rig/short-waveforms.ts";
import { startUpstream, type Upstream } from "../rig/upstream.ts";

setDefaultTimeout(120_000);

/** Collects the page's streams, and mutes streams marked as dead. */
const watchStreams = `(() => {
  globalThis.streams = [];
  const Native = EventSource;
  globalThis.EventSource = class extends Native {
    constructor(url) { super(url); streams.push(this); }
    addEventListener(type, listener) { super.addEventListener(type, (event) => this.isDead || listener(event)); }
  };
})()`;

describe.skipIf(chromium === null)("the page's connection in a real browser", () => {
  let player: OpenPlayer;
  let upstream: Upstream;
  /** A page that stays open while the server stops and restarts. */
  let page: Page;

  beforeAll(async () => {
    await builtPlayer();
    player = await startOpenPlayer();
    upstream = startUpstream();
    await moor(player.stack);
    const script = `${shortWaveforms};${pageClock};${watchStreams}`;
    page = await openPage(`${player.server.url}/?hook=1`, { pixelRatio: 0.5, script });
    await page.until(`${isLive} && globalThis.bellbuoy && bellbuoy.listening !== null`);
  });
  afterEach(() => player.closePages());
  afterAll(async () => {
    page.close();
    await upstream.stop();
    await player.stop();
  });

  const heard = () => page.view.evaluate<number>("bellbuoy.heard");

  /** Triggers the page's status request, which it sends once a minute. Resolves after the answer. */
  async function askForStatus(): Promise<void> {
    await page.view.evaluate("performance.clearResourceTimings(), pageClock.skip(60_000)");
    await page.until('performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/v1/status"))');
  }

  /** Stores and publishes one report of each of `stations` stations, as the worker does. */
  async function storeAndPublish(stations: number, minutesAgo: number): Promise<void> {
    const at = new Date(Math.floor(Date.now() / 60_000 - minutesAgo) * 60_000).toISOString();
    const reports = Array.from({ length: stations }, (_, index) =>
      observed(`S${100 + index}`, at, { waveHeightM: 1.5 }),
    );
    await storePoll(
      player.stack.sql,
      latestObsPath,
      { etag: null, lastModified: null, hash: null },
      reports,
      unguardedIds,
    );
    await publishPending(player.stack.sql, player.stack.redis);
  }

  test("shows the worker's reports from NDBC, with their age", async () => {
    upstream.files.set(latestObsPath, latestObsFile(30, new Date(Date.now() - 21 * 60_000)));
    const worker = await player.stack.start("worker", { NDBC_URL: upstream.url, BACKFILL_HOURS: "0" });
    await page.until("bellbuoy.heard >= 30");
    await page.until('document.querySelectorAll("#stations li").length >= 30');
    expect(await page.until<string>('document.querySelector("#newest").textContent')).toMatch(/old|just now/);
    await worker.stop();
    expect(page.complaints).toEqual([]);
  });

  test("reconnects after a server restart, loses no report, and rings no bell for missed ones", async () => {
    await listen(page);
    const before = await heard();
    await player.killServer();
    await page.until('document.body.dataset.state === "reconnecting"');
    expect(await page.view.evaluate<string>('document.querySelector("#retry").textContent')).toContain("trying again");
    await storeAndPublish(40, 10);
    await player.restartServer();
    await page.until(`bellbuoy.heard === ${before + 40}`);
    expect(await page.view.evaluate<boolean>(isLive)).toBe(true);
    // The batch that arrived before Listen rings, too.
    expect((await scheduledBells(page)).filter(({ stationId }) => stationId.startsWith("S"))).toEqual([]);
    // The next report is news again.
    await player.publish("46026");
    await page.until('bellbuoy.scheduled.some(({ stationId }) => stationId === "46026")');
    await page.view.evaluate("bellbuoy.listening.player.pause()");
  });

  test("waits while the server's database is down, and loses no report", async () => {
    const before = await heard();
    await player.wire.cut();
    await player.killServer();
    await page.until('document.body.dataset.state === "reconnecting"');
    await player.restartServer();
    await page.until('document.body.dataset.state === "waiting"');
    expect(await page.view.evaluate<string>(textOf("connection"))).toContain("database");
    await storeAndPublish(20, 5);
    await player.wire.mend();
    await page.until(`${isLive} && bellbuoy.heard === ${before + 20}`);
  });

  test("updates the names and positions of stations, and shows reports that arrived while the tab slept", async () => {
    await player.stack.sql`
      insert into stations (station_id, name, latitude, longitude) values ('48999', 'Drifting buoy', 30, -150)
    `;
    const page = await player.openReady("/?hook=1#network/@30,-150,40z");
    await page.until('bellbuoy.map.stationsInView().includes("48999")');
    await player.stack.sql`update stations set longitude = -175, name = 'Drifted buoy' where station_id = '48999'`;
    await player.stack.sql`
      insert into stations (station_id, name, latitude, longitude) values ('52200', 'New buoy', 13, 144)
    `;
    await player.publish("52200");
    await page.until(`${rowOf("52200")}?.textContent.includes("New buoy")`);
    await page.until('!bellbuoy.map.stationsInView().includes("48999")');
    await page.until(`${rowOf("48999")}.textContent.includes("Drifted buoy")`);
    await page.view.evaluate("bellbuoy.map.showWholeWorld()");
    await page.until('bellbuoy.map.stationsInView().includes("52200")');
    const slept = new Promise((resolve) => page.view.on("Debugger.paused", resolve));
    await page.view.cdp("Debugger.enable");
    await page.view.cdp("Debugger.pause");
    await slept;
    await player.publish("46001");
    await player.publish("51001");
    await page.view.cdp("Debugger.resume");
    await page.until("bellbuoy.heard === 3");
    for (const stationId of ["46001", "51001"])
      await page.until(`${rowOf(stationId)}.textContent.includes("just now")`);
    expect(page.complaints).toEqual([]);
  });

  test("reconnects when its stream died silently, and when the network is back", async () => {
    const before = await heard();
    page.complaints.length = 0;
    await page.view.evaluate("globalThis.before = streams.at(-1), before.isDead = true, 0");
    await storeAndPublish(10, 2);
    // A stream that is behind may still catch up, so one more request is needed.
    await askForStatus();
    expect(await page.view.evaluate<boolean>("streams.at(-1) === before")).toBe(true);
    await askForStatus();
    await page.until(`streams.at(-1) !== before && bellbuoy.heard === ${before + 10} && ${isLive}`);
    await page.view.evaluate('globalThis.before = streams.at(-1), dispatchEvent(new Event("online"))');
    await page.until(`streams.at(-1) !== before && ${isLive}`);
    expect(page.complaints).toEqual([]);
  });

  /** Records that the last poll began this long ago; polls are five minutes apart. */
  const pollBeganAgo = (minutes: number) => player.stack.sql`
    insert into polling (begun_at, every_seconds) values (now() - ${minutes} * interval '1 minute', 300)
    on conflict (only_row) do update set begun_at = excluded.begun_at, every_seconds = excluded.every_seconds
  `;

  test("says that no worker polls NDBC while the server still runs", async () => {
    await pollBeganAgo(40);
    await askForStatus();
    await page.until(`${textOf("connection")}.startsWith("This server has not asked NDBC since ")`);
    expect(await page.view.evaluate<boolean>(isLive)).toBe(true);
    await pollBeganAgo(0);
  });

  test("says Live while batches arrive, else in one line why not", async () => {
    const line = (words: string) => `${textOf("connection")}.startsWith(${JSON.stringify(words)})`;
    const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    const says = async (words: string) => {
      await askForStatus();
      await page.until(line(words));
    };
    const { sql } = player.stack;
    const answered = (polled: Date, modified: Date) => sql`
      insert into upstream_files (path, fetched_at, last_modified)
      values (${latestObsPath}, ${polled}, ${modified.toUTCString()})
      on conflict (path) do update set fetched_at = excluded.fetched_at, last_modified = excluded.last_modified
    `;
    const endBatches = () => sql`update batches set arrived_at = arrived_at - interval '1 day'`;
    await pollBeganAgo(0);
    await sql`delete from upstream_files`;
    await says("No reports yet: NDBC has not answered this server");
    await endBatches();
    await answered(ago(0), ago(16));
    await says("NDBC silent since ");
    await answered(ago(16), ago(16));
    await says("This server has not reached NDBC since ");
    await player.killServer();
    await page.until(line("Reconnecting: the server cannot be reached"));
    await answered(ago(0), ago(5));
    await player.restartServer();
    await page.until(`${textOf("connection")} === "Live"`);
    // With POLL_SECONDS=3600 this age is normal.
    await answered(ago(150), ago(150));
    await recordPollBegin(sql, 3_600);
    await says("Live");
  });

  test("works in any folder of a static host with ?server=, and says so if its script is missing", async () => {
    let hasScripts = true;
    const host = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => {
        const path = new URL(request.url).pathname.replace(/^\/home\/sea/, playerDir);
        if (path.endsWith(".js") && !hasScripts) return new Response(Bun.file(`${playerDir}/index.html`));
        return new Response(Bun.file(path.endsWith("/") ? `${path}index.html` : path));
      },
    });
    const page = await openPage(
      `http://127.0.0.1:${host.port}/home/sea/?hook=1&server=${encodeURIComponent(player.server.url)}`,
      { pixelRatio: 0.5, script: shortWaveforms },
    );
    await page.until(isLive);
    await player.publish("44009");
    await page.until("globalThis.bellbuoy && bellbuoy.heard === 1");
    expect(page.complaints).toEqual([]);
    hasScripts = false;
    await page.view.navigate(`http://127.0.0.1:${host.port}/home/sea/?hook=1`);
    await page.until('document.querySelector("#status").innerText.includes("did not start")');
    page.close();
    await host.stop(true);
  });

  test("shows the same ages on a device whose clock is four hours ahead, and says that it is wrong", async () => {
    const ahead = `(() => {
      const Real = Date;
      globalThis.Date = class extends Real {
        constructor(...values) { if (values.length === 0) super(Date.now()); else super(...values); }
        static now() { return Real.now() + 4 * 3_600_000; }
      };
    })()`;
    const page = await player.open("/?hook=1", "live", `${shortWaveforms};${ahead}`);
    await player.publish("44009");
    await page.until(`${rowOf("44009")}?.textContent.includes("just now")`);
    await page.until(`${textOf("newest")} === "newest report just now; this device's clock is 4 h ahead"`);
  });

  test("works below any path, behind a proxy that removes it", async () => {
    const proxy = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      idleTimeout: 0,
      fetch({ url, headers, signal }) {
        const { pathname, search } = new URL(url);
        if (!pathname.startsWith("/our/buoys/")) return new Response(null, { status: 404 });
        const to = player.server.url + pathname.slice("/our/buoys".length) + search;
        return fetch(to, { headers, signal, decompress: false });
      },
    });
    const page = await openPage(`http://127.0.0.1:${proxy.port}/our/buoys/?hook=1`, {
      pixelRatio: 0.5,
      script: shortWaveforms,
    });
    await page.until(isLive);
    await player.publish("44009");
    await page.until("globalThis.bellbuoy && bellbuoy.heard === 1");
    expect(page.complaints).toEqual([]);
    await page.view.navigate(`http://127.0.0.1:${proxy.port}/our/buoys/docs`);
    await page.until('document.getElementById("observations")');
    page.close();
    await proxy.stop(true);
  });

  test("says clearly that a page served by a bellbuoy server cannot use another server", async () => {
    const page = await player.open("/?hook=1&server=http://127.0.0.1:9", "refused");
    expect(await page.view.evaluate<string>(textOf("connection"))).toContain("static host");
    expect(await page.view.evaluate<string>(textOf("retry"))).toBe("");
  });

  // Runs last: its service worker stays in the browser.
  test("opens offline without an earlier replay, says so, and plays the cached past day", async () => {
    const page = await player.openWithoutNetwork();
    expect(await page.view.evaluate<string>(textOf("connection"))).toBe(
      "The server is away. This page shows what it has saved",
    );
    await page.until('document.querySelectorAll("#stations li").length >= 4');
    await page.until(`${textOf("replay-time")}.endsWith("UTC")`);
    await page.view.click("#listen");
    await page.until('document.body.dataset.sound === "playing"');
    await page.until('Number(document.getElementById("replay-position").value) > 0');
    await player.restartServer();
    await page.view.evaluate('dispatchEvent(new Event("online"))');
    await page.until(isLive);
  });
});
