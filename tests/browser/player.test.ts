// The whole page in Chromium.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chromium, openPage, type Page } from "../rig/browser.ts";
import { builtPlayer } from "../rig/built-player.ts";
import {
  enter,
  isLive,
  listen,
  moor,
  type OpenPlayer,
  press,
  report,
  rowOf,
  scheduledBells,
  startOpenPlayer,
  textOf,
} from "../rig/player.ts";
import { shortWaveforms } from "../rig/short-waveforms.ts";

setDefaultTimeout(120_000);

describe.skipIf(chromium === null)("the page in a real browser", () => {
  let player: OpenPlayer;

  beforeAll(async () => {
    await builtPlayer();
    player = await startOpenPlayer();
    await moor(player.stack);
  });
  afterAll(() => player.stop());

  test("opens no audio context before the click, sounds after it, reports an interruption, and follows media keys", async () => {
    // From the page's start, with waveforms computed by the page itself.
    const watching = `(() => {
      globalThis.contexts = 0;
      const Native = globalThis.AudioContext;
      globalThis.AudioContext = class extends Native {
        constructor(...args) { super(...args); globalThis.contexts++; globalThis.context = this; }
      };
      globalThis.mediaKeys = {};
      MediaSession.prototype.setActionHandler = (action, handler) => (mediaKeys[action] = handler);
      const { terminate } = Worker.prototype;
      Worker.prototype.terminate = function () { globalThis.bellsMade = true; terminate.call(this); };
    })()`;
    const page = await player.open("/?hook=1", "live", watching);
    await page.until("globalThis.bellsMade && bellbuoy.listening !== null");
    await player.publish("44009");
    await page.until("bellbuoy.heard === 1");
    expect(await page.view.evaluate<number>("globalThis.contexts")).toBe(0);
    expect(await scheduledBells(page)).toEqual([]);
    await listen(page);
    // What arrived before the click rings now.
    await page.until("bellbuoy.scheduled.length === 1");
    expect(await page.view.evaluate<number>("globalThis.contexts")).toBe(1);
    expect(page.complaints).toEqual([]);

    const button = textOf("listen");
    const sound = "document.body.dataset.sound";
    // As a phone call does.
    await page.view.evaluate("context.suspend()");
    await page.until(`${button} === "Tap to resume" && ${sound} === "interrupted"`);
    await page.view.click("#listen");
    await page.until(`${sound} === "playing"`);
    await page.view.evaluate("mediaKeys.pause()");
    await page.until(`${button} === "Listen" && ${sound} === "paused"`);
    await page.view.evaluate("mediaKeys.play()");
    await page.until(`${button} === "Pause" && ${sound} === "playing"`);
    player.closePages();
  });

  describe("that stays open,", () => {
    let page: Page;

    beforeAll(async () => {
      await player.stack.sql`
        insert into stations (station_id, name, latitude, longitude) values ('46998', 'Half silent', 10, -150)
      `;
      await player.stack.sql`
        insert into observations (station_id, observed_at, wave_height_m, wind_dir_deg, water_temp_c)
        values ('46998', date_trunc('second', now() - interval '5 hours'), 9, 250, null),
          ('46998', date_trunc('second', now() - interval '5 minutes'), null, null, 14)
      `;
      page = await player.openReady();
    });
    afterAll(() => player.closePages());

    /** Resets the page: network mode, programme restarted, no card, no popover, whole world. */
    async function begin(): Promise<void> {
      await page.view.evaluate(`(() => {
        for (const over of document.querySelectorAll("[popover]")) over.hidePopover();
        document.activeElement.blur();
        bellbuoy.map.showWholeWorld();
      })()`);
      await press(page, "n");
      await page.until('bellbuoy.map.view.zoom === 1 && location.hash.startsWith("#network/@")');
      await page.view.evaluate("bellbuoy.scheduled.length = 0");
    }

    async function listenNow(): Promise<void> {
      if ((await page.view.evaluate<string>("document.body.dataset.sound")) !== "playing") await listen(page);
    }

    test("shows a single report on the map and in the list, and then rings its bell", async () => {
      await begin();
      await listenNow();
      await player.publish("46026");
      await page.until("bellbuoy.scheduled.length === 1");
      const [bell] = await scheduledBells(page);
      expect(bell?.stationId).toBe("46026");
      expect(bell?.soundsAtMs).toBeGreaterThan(bell?.arrivedAtMs ?? Number.NaN);
      await page.until(`${rowOf("46026")}?.classList.contains("rung")`);
      await page.until(`/just now.*waves 3\\.9\\sft.*wind 10\\skn.*water 54\\s°F/.test(${rowOf("46026")}.textContent)`);
      expect(await page.view.evaluate<string[]>("bellbuoy.map.stationsInView()")).toContain("46026");
      await page.until(`${textOf("captions")}.includes("Buoy 46026")`);
      expect(page.complaints).toEqual([]);
    });

    test("spreads a burst over time, and counts each of its reports", async () => {
      await begin();
      await listenNow();
      const burst = player.stack.redis.pipeline();
      for (let index = 0; index < 100; index++) burst.publish("observations:new", report(`Z${1000 + index}`));
      await burst.exec();
      await page.until("bellbuoy.scheduled.length >= 3");
      const tally = await page.view.evaluate<Record<string, number>>("bellbuoy.listening.tally");
      // The report before the burst may still wait for its bell.
      expect([100, 101]).toContain(tally.arrived ?? 0);
      expect((tally.rung ?? 0) + (tally.waiting ?? 0) + (tally.leftOut ?? 0)).toBe(tally.arrived ?? 0);
      const times = (await scheduledBells(page)).map(({ soundsAtMs }) => soundsAtMs);
      for (const [index, time] of times.slice(1).entries()) expect(time).toBeGreaterThan(times[index] ?? 0);
      expect(await page.until<string>('document.querySelector("#counts").textContent')).toMatch(/of 10[01]/);
      expect(page.complaints).toEqual([]);
    });

    test("says that MIDI waits for permission and shows a refusal, sends the sound to a port at once, keeps the port selected, is silent during a pause, and reports a lost port", async () => {
      await begin();
      // Two synthesizers. A port opens with its first message and then fires a state change.
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
        navigator.requestMIDIAccess = () => new Promise((grant, refuse) => {
          globalThis.answerMidi = (granted) => (granted ? grant(access) : refuse(new Error()));
        });
      })()`);
      await listenNow();
      await page.until("bellbuoy.listening.player.scoreTimeS > 1");
      await page.view.evaluate(`document.getElementById("more").showPopover()`);
      await page.until('!document.getElementById("record").disabled');
      // As on a small screen, the answer is below the visible part of the sheet.
      await page.view.evaluate(`document.getElementById("more").style.maxHeight = "12rem"`);
      const answer = 'document.getElementById("midi-state")';
      const ask = async (granted: boolean) => {
        await page.view.evaluate('document.getElementById("midi").click()');
        await page.until(`globalThis.answerMidi && ${answer}.textContent.startsWith("Waiting for")`);
        await page.view.evaluate(`answerMidi(${granted})`);
      };
      await ask(false);
      await page.until(`${answer}.textContent.startsWith("MIDI is not allowed")`);
      const bottom = (element: string) => page.view.evaluate<number>(`${element}.getBoundingClientRect().bottom`);
      expect(await bottom(answer)).toBeLessThanOrEqual(await bottom('document.getElementById("more")'));
      await ask(true);
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

    test("follows a change of the URL, even if the page writes its own view at the same time", async () => {
      await begin();
      await page.view.evaluate(`(() => {
        location.hash = "#24h/46026";
        history.replaceState(null, "", "#network");
      })()`);
      await page.until(`document.querySelector('#modes [aria-pressed="true"]').dataset.mode === "24h"`);
      await page.until('document.querySelector("#card h2")');
    });

    test("updates its URL as soon as the browser allows it, and follows a link at once meanwhile", async () => {
      await begin();
      for (const [stationId, refuse] of [
        // Safari refuses after a hundred updates in 30 s, Chromium after 200 in ten seconds.
        ["46026", 'throw new DOMException("too often", "SecurityError")'],
        ["44009", "return"],
      ] as const) {
        await page.view.evaluate(
          `globalThis.refused = 0, history.replaceState = () => { refused++; ${refuse}; }, ${rowOf(stationId)}.querySelector("button").click()`,
        );
        // Wait for the station, and for the map to come to rest: after that, nothing else would update the URL.
        await page.until(`document.querySelector("#card h2")?.textContent === "Buoy ${stationId}" && refused >= 2`);
        expect(await page.view.evaluate<string>("location.hash")).not.toContain(stationId);
        await page.view.evaluate("delete history.replaceState");
        await page.until(`location.hash.startsWith("#network/${stationId}")`);
      }
      expect(page.complaints).toEqual([]);
    });

    test("shows the station that the arrow keys select, even if the map was elsewhere", async () => {
      await begin();
      await page.view.evaluate('location.hash = "#network/46026/@37.8,-122.8,8z"');
      await page.until('bellbuoy.map.stationsInView().join() === "46026"');
      await press(page, "ArrowRight");
      const chosen = await page.until<string>("/44009|46001|51001/.exec(location.hash)?.[0]");
      await page.until(`bellbuoy.map.stationsInView().join() === "${chosen}"`);
      expect(page.complaints).toEqual([]);
    });

    test("adds each report to the past day of an open card, and does not replace unchanged elements", async () => {
      await begin();
      await page.view.evaluate('location.hash = "#network/51001"');
      const points = 'document.querySelector("#card .sparkline path")?.getAttribute("d").match(/[ML]/g).length';
      const before = await page.until<number>(points);
      await player.stack.redis.publish("observations:new", report("51001", 1));
      await page.until(`${points} === ${before + 1}`);
      await page.view.evaluate(`(() => {
        globalThis.read = document.querySelector("#card .value");
        getSelection().selectAllChildren(read);
        globalThis.said = String(getSelection());
      })()`);
      // The same values again: one more point, and the value beside it stays.
      await player.publish("51001");
      await page.until(`${points} === ${before + 2}`);
      expect(
        await page.view.evaluate<boolean>("read.isConnected && said !== '' && String(getSelection()) === said"),
      ).toBe(true);
      expect(page.complaints).toEqual([]);
    });

    test("shows no direction for a calm, neither as a value nor as a dot of the past day", async () => {
      await begin();
      await page.view.evaluate('location.hash = "#network/51001"');
      const row = `[...document.querySelectorAll("#card .readings li")].find((li) => li.textContent.startsWith("Wind from"))`;
      const value = `${row}?.querySelector(".value")?.textContent`;
      const dots = `${row}?.querySelector("path")?.getAttribute("d").match(/M/g).length`;
      const before = await page.until<number>(dots);
      const publish = (text: string) => player.stack.redis.publish("observations:new", text);
      await publish(report("51001", -1 / 4));
      await page.until(`/180°/.test(${value}) && ${dots} === ${before + 1}`);
      await publish(report("51001", -2 / 4).replace('5.1,"windDirDeg":180', '0,"windDirDeg":0'));
      await page.until(`${value} === "calm"`);
      await publish(report("51001", -3 / 4));
      await page.until(`/180°/.test(${value}) && ${dots} === ${before + 2}`);
      expect(page.complaints).toEqual([]);
    });

    test("shows no three-hour-old value as current, and turns the lighthouse to a new wind at once", async () => {
      await begin();
      await page.view.cdp("Emulation.setEmulatedMedia", {
        features: [{ name: "prefers-reduced-motion", value: "reduce" }],
      });
      await page.until(`/\\d min.*waves –wind –water 57\\s°F/.test(${rowOf("46998")}?.textContent)`);
      await page.view.evaluate('location.hash = "#tune/46998"');
      await page.until('document.querySelector("#card h2")?.textContent === "Half silent"');
      expect(await page.view.evaluate<string>('document.querySelector("#card .readings").textContent')).toMatch(
        /5 h (\d min )?ago 29\.5\sft/,
      );
      const beam = `(({ hidden, style }) => hidden ? null : style.rotate)(document.querySelector(".beam"))`;
      expect(await page.view.evaluate<string | null>(beam)).toBeNull();
      await player.publish("46998");
      await page.until(`${beam} === "180deg"`);
      await page.view.cdp("Emulation.setEmulatedMedia", { features: [] });
      expect(page.complaints).toEqual([]);
    });

    test("restores mode, station, preset, map, volume, mute, layers and units after a reload", async () => {
      await begin();
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
    });
  });

  test("says in its place that a part of the page could not be loaded", async () => {
    const page = await openPage("about:blank", { pixelRatio: 0.5, script: shortWaveforms });
    await page.view.cdp("Network.enable");
    const urls = ["key-list", "legend", "mapping-view", "open-card", "replay-bar", "sound-extras"].map(
      (part) => `*/${part}-*`,
    );
    await page.view.cdp("Network.setBlockedURLs", { urls });
    await page.view.navigate(`${player.server.url}/?hook=1#24h/46026`);
    const says = (id: string) => page.until(`${textOf(id)}.includes("could not be loaded")`);
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
    await page.view.evaluate('document.getElementById("help").showPopover()');
    await says("help");
    await page.view.evaluate('document.getElementById("help").hidePopover()');
    await page.view.evaluate('location.hash = "#network"');
    await page.until('["card", "replay-bar"].every((id) => document.getElementById(id).hidden)');
    await page.view.cdp("Network.setBlockedURLs", { urls: [] });
    await page.view.evaluate("globalThis.isOld = true, document.querySelector('#mapping button').click()");
    await page.until(`!globalThis.isOld && globalThis.bellbuoy && ${isLive}`);
    await page.view.evaluate("document.getElementById('about').showPopover()");
    await page.until("document.querySelector('#mapping table')");
    page.close();
  });

  test("shows, sorts and searches 900 stations", async () => {
    await player.stack.sql`
      insert into stations (station_id, name, owner, latitude, longitude)
      select 'Y' || n, 'Buoy off ' || n, 'Owner ' || n % 7, n % 120 - 60, n % 360 - 180 from generate_series(1000, 1900) n
    `;
    const page = await player.openReady();
    const rows = 'document.querySelectorAll("#stations li")';
    await page.until(`${rows}.length === 120`);
    await enter(page, "#list input", "buoy off 1234");
    await page.until(`${rows}.length === 1 && ${rowOf("Y1234")}`);
    await enter(page, "#list input", "");
    await page.until(`${rows}.length === 120`);
    await page.view.evaluate(
      '(() => { const more = document.getElementById("more-stations"); while (!more.hidden) more.click(); })()',
    );
    expect(await page.view.evaluate<number>(`${rows}.length`)).toBeGreaterThan(900);
    await enter(page, ".list-tools select", "name");
    // Silent stations follow those that report.
    const silent = `Array.from(${rows}).filter((row) => row.querySelector(".age").textContent === "silent")`;
    const names = `${silent}.map((row) => row.querySelector(".name").textContent)`;
    await page.until(`((names) => names.join() === names.toSorted((a, b) => a.localeCompare(b)).join())(${names})`);
    expect(page.complaints).toEqual([]);
    player.closePages();
  });
});
