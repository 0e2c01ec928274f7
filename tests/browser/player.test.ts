import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { latestObsPath } from "../../shared/upstream.ts";
import { buildPlayer, distDir, type PlayerFile } from "../../web/build.ts";
import { chromium, openPage, type Page } from "../rig/browser.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { enter, listen, moor, type OpenPlayer, press, report, startOpenPlayer } from "../rig/player.ts";
import { startUpstream, type Upstream } from "../rig/upstream.ts";

setDefaultTimeout(60_000);

if (chromium === null) console.log("no Chromium on this machine: the tests of the page in a browser are skipped");

/** What the page tells tests, with `?hook=1`. */
type ScheduledBell = { stationId: string; eventId: string | null; arrivedAtMs: number; soundsAtMs: number };

describe.skipIf(chromium === null)("the page in a real browser", () => {
  let player: OpenPlayer;
  let upstream: Upstream;
  let built: PlayerFile[];

  beforeAll(async () => {
    built = await buildPlayer();
    player = await startOpenPlayer();
    upstream = startUpstream();
    await moor(player.stack);
  });
  afterEach(() => player.closePages());
  afterAll(async () => {
    await upstream.stop();
    await player.stop();
  });

  /** With all that a click needs fetched. */
  async function open(path = "/?hook=1"): Promise<Page> {
    const page = await player.open(path);
    await page.until("bellbuoy.listening !== null");
    return page;
  }

  const isLive = 'document.querySelector("main").dataset.state === "live"';
  const scheduled = (page: Page) => page.view.evaluate<ScheduledBell[]>("bellbuoy.scheduled");
  const publish = (stationId: string) => player.stack.redis.publish("observations:new", report(stationId));

  /** A worker reads what so many stations have reported so long ago, and is gone again. */
  async function pollOnce(stations: number, minutesAgo: number): Promise<void> {
    upstream.files.set(latestObsPath, latestObsFile(stations, new Date(Date.now() - minutesAgo * 60_000)));
    const env = { NDBC_URL: upstream.url, POLL_SECONDS: "1", BACKFILL_HOURS: "0" };
    const worker = await player.stack.start("worker", env);
    await worker.line(({ message, published }) => message === "polled" && Number(published) > 0);
    await worker.stop();
  }

  const text = (id: string) => `document.getElementById("${id}").textContent`;
  const row = (stationId: string) => `document.querySelector('#stations [data-station-id="${stationId}"]')`;

  test("makes no audio context before the click, sounds at once after it, and tells of an interruption; media keys work", async () => {
    const page = await open();
    // What the page does from its very beginning.
    await page.view.cdp("Page.addScriptToEvaluateOnNewDocument", {
      source: `(() => {
        globalThis.contexts = 0;
        const Native = globalThis.AudioContext;
        globalThis.AudioContext = class extends Native {
          constructor(...args) { super(...args); globalThis.contexts++; globalThis.context = this; }
        };
        globalThis.mediaKeys = {};
        MediaSession.prototype.setActionHandler = (action, handler) => (mediaKeys[action] = handler);
        const { terminate } = Worker.prototype;
        Worker.prototype.terminate = function () { globalThis.bellsMade = true; terminate.call(this); };
        addEventListener("click", () => (globalThis.clickedAtMs = performance.now()), { capture: true });
        new MutationObserver(() => {
          if (document.getElementById("main")?.dataset.sound === "playing") globalThis.soundedAtMs ??= performance.now();
        }).observe(document, { attributes: true, subtree: true });
      })()`,
    });
    await page.view.navigate("about:blank");
    await page.view.navigate(`${player.server.url}/?hook=1`);
    await page.until(`${isLive} && globalThis.bellsMade && bellbuoy.listening !== null`);
    await publish("44009");
    await page.until("bellbuoy.heard === 1");
    expect(await page.view.evaluate<number>("globalThis.contexts")).toBe(0);
    expect(await scheduled(page)).toEqual([]);
    await listen(page);
    expect(await page.view.evaluate<number>("globalThis.contexts")).toBe(1);
    // 120 ms on an idle machine; one that does much else gets a second.
    expect(await page.view.evaluate<number>("soundedAtMs - clickedAtMs")).toBeLessThan(1_000);
    expect(page.complaints).toEqual([]);

    const button = 'document.getElementById("listen").textContent';
    const sound = 'document.getElementById("main").dataset.sound';
    // As a telephone call does.
    await page.view.evaluate("context.suspend()");
    await page.until(`${button} === "Tap to resume" && ${sound} === "interrupted"`);
    await page.view.click("#listen");
    await page.until(`${sound} === "playing"`);
    await page.view.evaluate("mediaKeys.pause()");
    await page.until(`${button} === "Listen" && ${sound} === "paused"`);
    await page.view.evaluate("mediaKeys.play()");
    await page.until(`${button} === "Pause" && ${sound} === "playing"`);
  });

  test("shows a lone report on the map and in the list, and has its bell sound within 200 ms", async () => {
    const page = await open();
    await listen(page);
    await publish("46026");
    await page.until("bellbuoy.scheduled.length === 1");
    const [bell] = await scheduled(page);
    expect(bell?.stationId).toBe("46026");
    expect((bell?.soundsAtMs ?? Number.NaN) - (bell?.arrivedAtMs ?? 0)).toBeLessThan(200);
    await page.until(`${row("46026")}?.classList.contains("rung")`);
    expect(await page.view.evaluate<string>(`${row("46026")}.textContent`)).toMatch(
      /just now.*waves 3\.9\sft.*wind 10\skn.*water 54\s°F/,
    );
    expect(await page.view.evaluate<string[]>("bellbuoy.map.stationsInView()")).toContain("46026");
    await page.until('document.getElementById("captions").textContent.includes("Buoy 46026")');
    expect(page.complaints).toEqual([]);
  });

  test("spreads a burst over time, and counts every report of it", async () => {
    const page = await open();
    await listen(page);
    const burst = player.stack.redis.pipeline();
    for (let index = 0; index < 100; index++) burst.publish("observations:new", report(`Z${1000 + index}`));
    await burst.exec();
    await page.until("bellbuoy.scheduled.length >= 3");
    const tally = await page.view.evaluate<Record<string, number>>("bellbuoy.listening.tally");
    expect(tally.arrived).toBe(100);
    expect((tally.rung ?? 0) + (tally.waiting ?? 0) + (tally.leftOut ?? 0)).toBe(100);
    const times = (await scheduled(page)).map(({ soundsAtMs }) => soundsAtMs);
    for (const [index, time] of times.slice(1).entries()) expect(time - (times[index] ?? 0)).toBeGreaterThan(80);
    expect(await page.until<string>('document.querySelector("#counts").textContent')).toContain("of 100");
    expect(page.complaints).toEqual([]);
  });

  test("a MIDI port gets at once what sounds, keeps being chosen, is silent in a pause, and is said to be gone", async () => {
    const page = await open();
    // Two synthesizers; a port opens, which is news of it, when the first message comes.
    await page.view.evaluate(`(() => {
      globalThis.sounding = {};
      const access = { outputs: new Map() };
      globalThis.unplug = (id) => { access.outputs.get(id).state = "disconnected"; access.onstatechange(); };
      for (const id of ["one", "other"]) {
        const keys = sounding[id] = new Set();
        let isOpen = false;
        access.outputs.set(id, { id, name: id, state: "connected", send([status, key]) {
          if (!isOpen) { isOpen = true; queueMicrotask(() => access.onstatechange()); }
          if (status >> 4 === 9) keys.add(key);
          if (status >> 4 === 8) keys.delete(key);
          if (status >> 4 === 11 && key === 120) keys.clear();
        } });
      }
      navigator.requestMIDIAccess = async () => access;
    })()`);
    await listen(page);
    await page.until("bellbuoy.listening.player.scoreTimeS > 1");
    await page.view.evaluate(`document.getElementById("more").showPopover()`);
    await page.until('!document.getElementById("record").disabled');
    await page.view.evaluate('document.getElementById("midi").click()');
    await page.until('document.querySelectorAll("#midi-output option").length === 3');
    const choose = (id: string) => enter(page, "#midi-output", id);
    const chosen = 'document.getElementById("midi-output").value';
    const holds = (id: string) => `[57, 45].every((key) => sounding.${id}.has(key))`;
    await choose("one");
    expect(await page.view.evaluate<boolean>(holds("one"))).toBe(true);
    await choose("other");
    expect(await page.view.evaluate<boolean>(`sounding.one.size === 0 && ${holds("other")}`)).toBe(true);
    expect(await page.view.evaluate<string>(chosen)).toBe("other");
    await page.view.evaluate("bellbuoy.listening.player.pause()");
    expect(await page.view.evaluate<number>("sounding.other.size")).toBe(0);
    await page.view.evaluate("bellbuoy.listening.player.resume()");
    await page.until(holds("other"));
    await page.view.evaluate('unplug("other")');
    expect(await page.view.evaluate<string>(`${chosen} + document.getElementById("midi-state").textContent`)).toBe(
      "other is gone.",
    );
    expect(page.complaints).toEqual([]);
  });

  test("is as it was after a reload: mode, station, preset, map, volume, mute, layers and units", async () => {
    const page = await open();
    await press(page, "x");
    await page.until('document.querySelectorAll("#mixer input").length === 6');
    await page.view.evaluate(`(() => {
      const set = (element, value, type) => { element.value = value; element.dispatchEvent(new Event(type)); };
      set(document.querySelector("#mixer input"), "30", "input");
      document.getElementById("mixer").hidePopover();
      set(document.getElementById("volume"), "40", "input");
      set(document.getElementById("unit-wind"), "kn", "change");
      set(document.getElementById("preset"), "calm", "change");
      document.querySelector('#stations [data-station-id="46026"] button').click();
    })()`);
    await press(page, "m");
    await page.until('document.querySelector("#card h2")?.textContent === "Buoy 46026"');
    await page.view.evaluate('document.querySelector("#card .primary").click()');
    await page.until("/^#tune.46026.calm.@37\\.\\d+,-122\\.\\d+,8z$/.test(location.hash)");
    const shown = `({
      hash: location.hash,
      mode: document.querySelector('#modes [aria-pressed="true"]').dataset.mode,
      station: document.querySelector("#card h2").textContent,
      preset: document.getElementById("preset").value,
      volume: document.getElementById("volume").value,
      mute: document.getElementById("mute").textContent,
      wind: document.getElementById("unit-wind").value,
      waves: document.querySelector("#mixer input")?.value,
      map: [bellbuoy.map.view.longitude, bellbuoy.map.view.latitude, bellbuoy.map.view.zoom].map((part) => part.toFixed(1)),
    })`;
    const before = await page.view.evaluate<Record<string, unknown>>(shown);
    expect(before).toMatchObject({
      mode: "tune",
      preset: "calm",
      volume: "40",
      mute: "Unmute",
      wind: "kn",
      waves: "30",
    });
    await page.view.navigate(await page.view.evaluate<string>("location.href.replace('?', '?again&')"));
    await page.until(
      `${isLive} && bellbuoy.listening !== null && document.querySelector("#card h2")?.textContent === "Buoy 46026"`,
    );
    await press(page, "x");
    await page.until('document.querySelectorAll("#mixer input").length === 6');
    expect(await page.view.evaluate<Record<string, unknown>>(shown)).toEqual(before);
    await page.view.evaluate("localStorage.clear()");
  });

  test("follows an address that is written there, also where the page keeps its own view in the same moment", async () => {
    const page = await open();
    await page.view.evaluate(`(() => {
      location.hash = "#24h/46026";
      history.replaceState(null, "", "#network");
    })()`);
    await page.until(`document.querySelector('#modes [aria-pressed="true"]').dataset.mode === "24h"`);
    await page.until('document.querySelector("#card h2")');
  });

  test("shows what a worker read from NDBC, and says how old it is", async () => {
    const page = await open();
    upstream.files.set(latestObsPath, latestObsFile(30, new Date(Date.now() - 21 * 60_000)));
    const worker = await player.stack.start("worker", {
      NDBC_URL: upstream.url,
      POLL_SECONDS: "1",
      BACKFILL_HOURS: "0",
    });
    await page.until("bellbuoy.heard >= 30");
    await worker.stop();
    await page.until('document.querySelectorAll("#stations li").length >= 30');
    expect(await page.until<string>('document.querySelector("#newest").textContent')).toMatch(/old|just now/);
    expect(page.complaints).toEqual([]);
  });

  test("reconnects by itself when the server is back, misses nothing, and rings no bell for what was missed", async () => {
    const page = await open();
    await listen(page);
    await player.killServer();
    await page.until('document.querySelector("main").dataset.state === "reconnecting"');
    expect(await page.view.evaluate<string>('document.querySelector("#retry").textContent')).toContain("trying again");
    await pollOnce(40, 10);
    await player.restartServer();
    await page.until("bellbuoy.heard === 40");
    expect(await page.view.evaluate<boolean>(isLive)).toBe(true);
    expect(await scheduled(page)).toEqual([]);
    // What comes next is news again.
    await publish("46026");
    await page.until("bellbuoy.scheduled.length === 1");
  });

  test("waits with a server whose database is away, and then misses nothing", async () => {
    const page = await open();
    await player.wire.cut();
    await player.killServer();
    await page.until('document.querySelector("main").dataset.state === "reconnecting"');
    await player.restartServer();
    await page.until('document.querySelector("main").dataset.state === "waiting"');
    expect(await page.view.evaluate<string>('document.getElementById("connection").textContent')).toContain("database");
    await pollOnce(20, 5);
    await player.wire.mend();
    await page.until(`${isLive} && bellbuoy.heard === 20`);
  });

  test("learns who a station is that it has never heard of, and shows what came while the tab slept", async () => {
    const page = await open();
    await player.stack.sql`
      insert into stations (station_id, name, latitude, longitude) values ('52200', 'New buoy', 13, 144)
    `;
    await publish("52200");
    await page.until(`${row("52200")}?.textContent.includes("New buoy")`);
    await page.until('bellbuoy.map.stationsInView().includes("52200")');
    const slept = new Promise((resolve) => page.view.addEventListener("Debugger.paused", resolve, { once: true }));
    await page.view.cdp("Debugger.enable");
    await page.view.cdp("Debugger.pause");
    await slept;
    await publish("46001");
    await publish("51001");
    await page.view.cdp("Debugger.resume");
    await page.until("bellbuoy.heard === 3");
    for (const stationId of ["46001", "51001"]) await page.until(`${row(stationId)}.textContent.includes("just now")`);
    expect(page.complaints).toEqual([]);
  });

  test("asks once an hour who the stations are, so that one that drifts does not stay where it was", async () => {
    await player.stack.sql`
      insert into stations (station_id, name, latitude, longitude) values ('48999', 'Drifting buoy', 30, -150)
    `;
    const page = await open();
    // An hour is a third of a second to the page.
    await page.view.cdp("Page.addScriptToEvaluateOnNewDocument", {
      source: `(() => {
        const { setTimeout } = globalThis;
        globalThis.setTimeout = (act, ms, ...rest) => setTimeout(act, ms > 3_000_000 ? ms / 10_000 : ms, ...rest);
      })()`,
    });
    await page.view.navigate("about:blank");
    await page.view.navigate(`${player.server.url}/?hook=1#network/@30,-150,40z`);
    await page.until('globalThis.bellbuoy?.map.stationsInView().includes("48999")');
    await player.stack.sql`update stations set longitude = -175, name = 'Drifted buoy' where station_id = '48999'`;
    await page.until('!bellbuoy.map.stationsInView().includes("48999")');
    await page.until(`${row("48999")}.textContent.includes("Drifted buoy")`);
    expect(page.complaints).toEqual([]);
  });

  test("has the past day on an open card go on with each report, and leaves what is the same to whoever reads it", async () => {
    const page = await open("/?hook=1#network/46026");
    const points = 'document.querySelector("#card .sparkline path")?.getAttribute("d").match(/[ML]/g).length';
    const before = await page.until<number>(points);
    await player.stack.redis.publish("observations:new", report("46026", 1));
    await page.until(`${points} === ${before + 1}`);
    await page.view.evaluate(`(() => {
      globalThis.read = document.querySelector("#card .value");
      getSelection().selectAllChildren(read);
      globalThis.said = String(getSelection());
    })()`);
    // The same values again: there is a new point, and the value beside it stays.
    await publish("46026");
    await page.until(`${points} === ${before + 2}`);
    expect(
      await page.view.evaluate<boolean>("read.isConnected && said !== '' && String(getSelection()) === said"),
    ).toBe(true);
    expect(page.complaints).toEqual([]);
  });

  test("draws no value that is three hours old as one of now, and turns the lighthouse to a new wind at once", async () => {
    await player.stack.sql`
      insert into stations (station_id, name, latitude, longitude) values ('46998', 'Half silent', 10, -150)
    `;
    await player.stack.sql`
      insert into observations (station_id, observed_at, wave_height_m, wind_dir_deg, water_temp_c)
      values ('46998', date_trunc('second', now() - interval '5 hours'), 9, 250, null),
        ('46998', date_trunc('second', now() - interval '5 minutes'), null, null, 14)
    `;
    const page = await open();
    await page.view.cdp("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-reduced-motion", value: "reduce" }],
    });
    await page.until(`/\\d min.*waves –wind –water 57\\s°F/.test(${row("46998")}?.textContent)`);
    await page.view.evaluate('location.hash = "#tune/46998"');
    await page.until('document.querySelector("#card h2")?.textContent === "Half silent"');
    expect(await page.view.evaluate<string>('document.querySelector("#card .readings").textContent')).toMatch(
      /5 h (\d min )?ago 29\.5\sft/,
    );
    const beam = `(({ hidden, style }) => hidden ? null : style.rotate)(document.querySelector(".beam"))`;
    expect(await page.view.evaluate<string | null>(beam)).toBeNull();
    await publish("46998");
    await page.until(`${beam} === "180deg"`);
    expect(page.complaints).toEqual([]);
  });

  test("connects anew after a sleep of the machine, over which a connection dies without a word", async () => {
    const page = await open();
    await page.view.evaluate(`(() => {
      globalThis.opened = 0;
      const Native = EventSource;
      globalThis.EventSource = class extends Native { constructor(url) { super(url); globalThis.opened++; } };
      const { now } = Date;
      Date.now = () => now() + 120_000;
    })()`);
    await page.until(`globalThis.opened === 1 && ${isLive}`);
    await publish("46026");
    await page.until("bellbuoy.heard === 1");
    expect(page.complaints).toEqual([]);
  });

  test("connects anew when its stream died without a word though the server answers, and when the network is back", async () => {
    const page = await open();
    await page.view.cdp("Page.addScriptToEvaluateOnNewDocument", {
      source: `(() => {
        globalThis.streams = [];
        const Native = EventSource;
        globalThis.EventSource = class extends Native {
          constructor(url) { super(url); streams.push(this); }
          addEventListener(type, listener) { super.addEventListener(type, (event) => this.isDead || listener(event)); }
        };
        const every = setInterval;
        globalThis.setInterval = (act, ms) => every(act, ms === 60_000 ? 500 : ms);
      })()`,
    });
    await page.view.navigate("about:blank");
    await page.view.navigate(`${player.server.url}/?hook=1`);
    await page.until(`globalThis.bellbuoy && ${isLive}`);
    await page.view.evaluate("streams[0].isDead = true");
    await pollOnce(10, 2);
    await page.until(`streams.length > 1 && bellbuoy.heard === 10 && ${isLive}`);
    await page.view.evaluate('globalThis.before = streams.at(-1), dispatchEvent(new Event("online"))');
    await page.until(`streams.at(-1) !== before && ${isLive}`);
    expect(page.complaints).toEqual([]);
  });

  test("says that NDBC is silent, but not when it is the page that is cut off", async () => {
    const polledAgo = (minutes: number) => player.stack.sql`
      insert into upstream_files (path, fetched_at)
      values (${latestObsPath}, now() - ${minutes} * interval '1 minute')
      on conflict (path) do update set fetched_at = excluded.fetched_at
    `;
    await polledAgo(40);
    const page = await open();
    await page.until(`${text("newest")}.includes("NDBC silent for 40 min")`);
    await player.killServer();
    await page.until('document.querySelector("main").dataset.state === "reconnecting"');
    expect(await page.view.evaluate<string>(text("newest"))).not.toContain("NDBC");
    await polledAgo(0);
    await player.restartServer();
    await page.until(isLive);
    expect(await page.view.evaluate<string>(text("newest"))).not.toContain("NDBC");
  });

  test("keeps its address as soon as the browser lets it, and shows at once what it could not keep there", async () => {
    const page = await open();
    await page.view.evaluate(`(() => {
      // As Safari does after a hundred in half a minute.
      history.replaceState = () => { throw new DOMException("too often", "SecurityError"); };
      document.querySelector('#stations [data-station-id="46026"] button').click();
    })()`);
    await page.until('document.querySelector("#card h2")?.textContent === "Buoy 46026"');
    expect(await page.view.evaluate<string>("location.hash")).not.toContain("46026");
    await page.view.evaluate("delete history.replaceState");
    await page.until('location.hash.startsWith("#network/46026")');
    expect(page.complaints).toEqual([]);
  });

  test("says in its place that a part of the page could not be loaded", async () => {
    const page = await player.open("/?hook=1");
    await page.view.cdp("Network.enable");
    const urls = ["legend", "mapping-view", "open-card", "replay-bar", "sound-extras"].map((part) => `*/${part}-*`);
    await page.view.cdp("Network.setBlockedURLs", { urls });
    await page.view.navigate("about:blank");
    await page.view.navigate(`${player.server.url}/?hook=1#24h/46026`);
    const says = (id: string) => page.until(`${text(id)}.includes("could not be loaded")`);
    await says("card");
    await says("replay-bar");
    await page.until("globalThis.bellbuoy?.listening");
    for (const [opened, place] of [
      ["legend", "legend"],
      ["about", "mapping"],
      ["mixer", "mixer"],
      ["more", "recording"],
    ] as const) {
      await page.view.evaluate(`document.getElementById("${opened}").showPopover()`);
      await says(place);
    }
    await page.view.evaluate('location.hash = "#network"');
    await page.until('["card", "replay-bar"].every((id) => document.getElementById(id).hidden)');
    await page.view.cdp("Network.setBlockedURLs", { urls: [] });
    await page.view.evaluate("globalThis.isOld = true, document.querySelector('#mapping button').click()");
    await page.until(`!globalThis.isOld && globalThis.bellbuoy && ${isLive}`);
    await page.view.evaluate("document.getElementById('about').showPopover()");
    await page.until("document.querySelector('#mapping table')");
  });

  test("replays the region in view, and goes on at the same time of the day when the map is moved", async () => {
    const page = await open("/?hook=1#network/@37.8,-122.8,8z");
    await page.until('bellbuoy.map.stationsInView().join() === "46026"');
    await press(page, "r");
    await page.until('document.getElementById("replay-time").textContent.endsWith("UTC")');
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
    const page = await open("/?hook=1#24h");
    await page.until(`${text("replay-time")}.endsWith("UTC") && bellbuoy.map.stationsInView().length > 1`);
    const region = "?bbox=-123,37,-122,38";
    await page.view.evaluate(`(() => {
      globalThis.asked = 0;
      globalThis.can = [];
      const native = fetch;
      globalThis.fetch = (input, init) => {
        const query = /medians(.*)/.exec(String(input))?.[1];
        if (query === undefined) return native(input, init);
        if (query === "${region}") asked++;
        return can.includes(query) ? native(input, init) : Promise.reject(new TypeError("no network"));
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
    const page = await open("/?hook=1#24h/46026");
    await page.until(`${text("replay-time")}.endsWith("UTC")`);
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
    const page = await open("/?hook=1#24h/46026");
    await page.until(`${text("replay-time")}.endsWith("UTC")`);
    await listen(page);
    await page.until(`${text("hearing")}.startsWith("24 hours: Buoy 46026.")`);
    await page.view.evaluate(`(() => {
      globalThis.asked = [];
      const native = fetch;
      globalThis.fetch = (input, init) =>
        String(input).includes("/by-station/44009")
          ? new Promise((_, reject) => asked.push(reject))
          : native(input, init);
      location.hash = "#24h/44009";
    })()`);
    await page.until(`${text("replay-time")}.startsWith("Fetching") && asked.length > 0`);
    // Whatever the line says again, it says of what plays.
    await publish("51001");
    await page.until(`bellbuoy.heard === 1 && ${text("counts")}.includes("1 report arrived")`);
    expect(await page.view.evaluate<string>(text("hearing"))).toStartWith("24 hours: Buoy 46026.");
    await page.view.evaluate('asked.forEach((reject) => reject(new TypeError("no network")))');
    await page.until(`${text("replay-time")}.includes("could not be loaded")`);
    await page.view.evaluate('location.hash = "#network"');
    await page.until(`${text("hearing")}.startsWith("The sea, now.")`);
  });

  test("shows, sorts and searches 900 stations without holding up the page", async () => {
    await player.stack.sql`
      insert into stations (station_id, name, owner, latitude, longitude)
      select 'Y' || n, 'Buoy off ' || n, 'Owner ' || n % 7, n % 120 - 60, n % 360 - 180 from generate_series(1000, 1900) n
    `;
    const page = await open();
    await page.until('document.querySelectorAll("#stations li").length === 120');
    const tookMs = await page.view.evaluate<Record<string, number>>(`(async () => {
      const [search, order] = document.querySelectorAll(".list-tools *");
      const frame = () => new Promise((resolve) => requestAnimationFrame((startMs) => {
        // After this frame's own work: scripts, style and layout.
        const channel = new MessageChannel();
        const from = performance.now();
        channel.port1.onmessage = () => resolve(performance.now() - from);
        requestAnimationFrame(() => channel.port2.postMessage(null));
      }));
      const least = async (act) => {
        const times = [];
        for (let round = 0; round < 5; round++) { act(round); times.push(await frame()); }
        return Math.min(...times);
      };
      const set = (element, value) => { element.value = value; element.dispatchEvent(new Event("input")); };
      const search900 = await least((round) => set(search, ["", "b", "buoy 1", "off", ""][round]));
      const sort900 = await least((round) => set(order, ["name", "waves", "wind", "newest", "name"][round]));
      const more = document.getElementById("more-stations");
      while (!more.hidden) more.click();
      const all = document.querySelectorAll("#stations li").length;
      return { search900, sort900, all, whole: await least((round) => set(order, ["name", "newest"][round % 2])) };
    })()`);
    expect(tookMs.all).toBeGreaterThan(900);
    expect(tookMs.search900).toBeLessThan(50);
    expect(tookMs.sort900).toBeLessThan(50);
    expect(page.complaints).toEqual([]);
  });

  test("works from any static host with ?server=", async () => {
    const host = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => {
        const { pathname } = new URL(request.url);
        return new Response(Bun.file(distDir + (pathname === "/" ? "/index.html" : pathname)));
      },
    });
    const page = await openPage(
      `http://127.0.0.1:${host.port}/?hook=1&server=${encodeURIComponent(player.server.url)}`,
    );
    await page.until(isLive);
    await publish("44009");
    await page.until("globalThis.bellbuoy && bellbuoy.heard === 1");
    expect(page.complaints).toEqual([]);
    page.close();
    await host.stop(true);
  });

  test("says plainly that a server which serves the player lets it ask no other", async () => {
    const page = await player.open("/?hook=1&server=http://127.0.0.1:9", "refused");
    expect(await page.view.evaluate<string>('document.getElementById("connection").textContent')).toContain(
      "static host",
    );
    expect(await page.view.evaluate<string>('document.getElementById("retry").textContent')).toBe("");
  });

  test("weighs at most 45 kB before the sound and 110 kB with it, gzipped", () => {
    const weigh = (...when: string[]) =>
      built.filter(({ loaded }) => when.includes(loaded)).reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
    expect(weigh("page")).toBeLessThanOrEqual(45_000);
    expect(weigh("page", "sound")).toBeLessThanOrEqual(110_000);
  });

  // The last: its service worker stays in the browser.
  test("opens without a network though nothing was replayed before, says so, and plays the past day that it has", async () => {
    const page = await player.openWithoutNetwork();
    expect(await page.view.evaluate<string>('document.getElementById("connection").textContent')).toContain("Offline");
    await page.until('document.querySelectorAll("#stations li").length >= 4');
    await page.until('document.getElementById("replay-time").textContent.endsWith("UTC")');
    await page.view.click("#listen");
    await page.until('document.querySelector("main").dataset.sound === "playing"');
    await page.until('Number(document.getElementById("replay-position").value) > 0');
    await player.restartServer();
    await page.view.evaluate('dispatchEvent(new Event("online"))');
    await page.until(isLive);
  });
});
