// The sound, rendered offline in Chromium and measured.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { basename, join } from "node:path";
import { softClipperLevel } from "../../web/sound/engine/soft-clipper.ts";
import { pitchOf, strokeOf, swellOf, throbOf } from "../../web/sound/mapping.ts";
import type { SoundEvent } from "../../web/sound/sound-event.ts";
import { chromium, openPage, type Page } from "../rig/browser.ts";
import type { Heard, ToRender } from "./sound-page.ts";

setDefaultTimeout(120_000);

const sea = {
  waveHeightM: 2,
  dominantPeriodS: 8,
  windSpeedMps: 8,
  windDirDeg: 250,
  gustMps: 10,
  waterTempC: 14,
  pressureHpa: 1012,
};
/** -80 dBFS: inaudible. */
const inaudible = 1e-4;

describe.skipIf(chromium === null)("the sound, rendered in a real browser", () => {
  let host: Bun.Server<undefined>;
  let page: Page;

  beforeAll(async () => {
    const built = await Bun.build({ entrypoints: [join(import.meta.dir, "sound-page.ts")], target: "browser" });
    const files = new Map(built.outputs.map((file) => [basename(file.path), file]));
    host = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(request) {
        const file = files.get(basename(new URL(request.url).pathname));
        if (file) return new Response(file, { headers: { "content-type": "text/javascript" } });
        return new Response('<!doctype html><script type="module" src="/sound-page.js"></script>', {
          headers: { "content-type": "text/html" },
        });
      },
    });
    page = await openPage(host.url.href);
    await page.until("globalThis.hear");
  });
  afterAll(async () => {
    page?.close();
    await host?.stop(true);
  });

  const hear = (wanted: ToRender) => page.view.evaluate<Heard>(`hear(${JSON.stringify(wanted)})`);

  test("higher waves are louder, from a calm to a storm", async () => {
    const levels: number[] = [];
    for (const waveHeightM of [0, 1, 2, 4, 8]) {
      levels.push((await hear({ observation: { ...sea, waveHeightM }, solo: "waves" })).level);
    }
    expect(levels).toEqual(levels.toSorted((a, b) => a - b));
    expect((levels[3] ?? 0) / (levels[1] ?? 1)).toBeGreaterThan(1.5);
  });

  test("waves without a known period keep their loudness, even if one was just passing", async () => {
    const set = (t: number): SoundEvent => ({ t, type: "set", layer: "waves", ...swellOf(2) });
    const still = (t: number): SoundEvent => ({ t, type: "set", layer: "waves", ...swellOf(2), still: true });
    const crest = (t: number): SoundEvent => ({ t, type: "crest", periodS: 8, amplitude: 1 });
    const levelOf = async (events: SoundEvent[]) =>
      (await hear({ events, seconds: 12, fromS: 9, solo: "waves" })).level;
    // The next wave was scheduled already.
    const level = await levelOf([set(0), crest(1), crest(4), still(3)]);
    expect(level / (await levelOf([still(0)]))).toBeCloseTo(1, 2);
  });

  test("water sounds at the pitch of its temperature, within five cents", async () => {
    for (const waterTempC of [-2, 5, 14, 29.7]) {
      const { hz } = await hear({ observation: { ...sea, waterTempC }, solo: "water" });
      expect(Math.abs(1200 * Math.log2(hz / pitchOf(waterTempC)))).toBeLessThan(5);
    }
  });

  test("the drone throbs in time with the pressure, within half a hectopascal", async () => {
    for (const pressureHpa of [1020, 1005, 990]) {
      const wanted = { observation: { ...sea, pressureHpa }, seconds: 14 };
      const throbs = await page.view.evaluate<number>(`throbs(${JSON.stringify(wanted)})`);
      expect(Math.abs(15 * Math.log2(throbs / throbOf(pressureHpa)))).toBeLessThan(0.5);
    }
  });

  test("the sea contains no sound like a bell, and a rung bell is audible", async () => {
    const { events } = await page.view.evaluate<{ events: SoundEvent[] }>(
      `scoreBurst(${JSON.stringify([{ ...sea, waveHeightM: 1.5 }, sea])}, { seconds: 14 })`,
    );
    const seaAlone = events.filter(({ type }) => type === "set" || type === "crest");
    const strikes = (wanted: SoundEvent[]) =>
      page.view.evaluate<{ hz: number; atS: number }[]>(`strikes(${JSON.stringify({ events: wanted, seconds: 14 })})`);
    expect(await strikes(seaAlone)).toEqual([]);
    const bell: SoundEvent = { t: 10, type: "bell", hz: 4 * 220 * (5 / 3), ...strokeOf(1), pan: 0 };
    // Its hum, an octave below, may be audible too.
    const heard = await strikes([...seaAlone, bell].sort((a, b) => a.t - b.t));
    expect(heard.map(({ hz }) => Math.round(hz))).toContain(Math.round(bell.hz));
    for (const { atS } of heard) expect(Math.abs(atS - bell.t)).toBeLessThan(0.15);
  });

  test("wind sounds from its direction: west on the left, east on the right, north in the middle", async () => {
    const balances: number[] = [];
    for (const windDirDeg of [270, 0, 90]) {
      const { left, right } = await hear({ observation: { ...sea, windDirDeg }, solo: "wind" });
      balances.push(Math.log2(right / left));
    }
    expect(balances[0]).toBeLessThan(-1);
    expect(Math.abs(balances[1] ?? Number.NaN)).toBeLessThan(0.1);
    expect(balances[2]).toBeGreaterThan(1);
  });

  test.each([
    ["waveHeightM", "waves"],
    ["windSpeedMps", "wind"],
    ["waterTempC", "water"],
    ["windSpeedMps", "lighthouse"],
  ] as const)(
    "a station without %s is silent in that value's layer, %s; one with a very small value is not",
    async (field, solo) => {
      // The lighthouse's first turn sounds within this time.
      const seconds = 6;
      expect((await hear({ observation: { ...sea, [field]: null }, solo, seconds })).peak).toBeLessThan(inaudible);
      expect((await hear({ observation: { ...sea, [field]: 0.1 }, solo, seconds })).peak).toBeGreaterThan(inaudible);
    },
  );

  test("a missing value knocks", async () => {
    const heard = await hear({ observation: {}, solo: "bells", seconds: 12 });
    expect(heard.peak).toBeGreaterThan(inaudible);
  });

  const storm = { ...sea, waveHeightM: 14, windSpeedMps: 35, gustMps: 50, pressureHpa: 950 };

  test("a storm over 900 stations stays 3 dB below the limit, without clicks", async () => {
    const stations = Array.from({ length: 900 }, (_, index) => ({
      ...storm,
      lon: -170 + (index % 110),
      waterTempC: index % 34,
    }));
    const { events } = await page.view.evaluate<{ events: SoundEvent[] }>(
      `scoreBurst(${JSON.stringify(stations)}, { seconds: 600 })`,
    );
    const seconds = 12;
    const heard = await hear({ events: events.filter(({ t }) => t < seconds), seconds });
    expect(heard.peak).toBeLessThan(10 ** (-3 / 20));
    expect(heard.clicks).toBe(0);
  });

  test("even 24 bells within two seconds of a storm stay below the soft clipper", async () => {
    const seconds = 8;
    const bells: SoundEvent[] = Array.from({ length: 24 }, (_, index) => ({
      t: 3 + index * 0.09,
      type: "bell",
      hz: pitchOf(1.5 * index),
      ...strokeOf(storm.waveHeightM),
      pan: (index % 5) / 2.5 - 0.8,
    }));
    const events = await page.view.evaluate<SoundEvent[]>(
      `scoreTune(${JSON.stringify(storm)}, { seconds: ${seconds} })`,
    );
    const heard = await hear({ events: [...events, ...bells].sort((a, b) => a.t - b.t), seconds });
    expect(heard.peak).toBeLessThan(softClipperLevel);
    expect(heard.clicks).toBe(0);
  });

  test("a replaced score falls silent within half a second, without a click, and plays none of its later events", async () => {
    const observation = { ...sea, dominantPeriodS: 3 };
    const before = await hear({ observation, seconds: 8 });
    const { peak, clicks } = await hear({ observation, seconds: 8, cancelAtS: 1.5 });
    expect(before.peak).toBeGreaterThan(0.05);
    expect(peak).toBeLessThan(inaudible);
    expect(clicks).toBe(0);
  });

  test("layers and an echo switched off at the start of a score stay off", async () => {
    // -120 dBFS
    expect(await page.view.evaluate<number>(`differenceOfSwitched(${JSON.stringify(sea)}, "wind")`)).toBeLessThan(1e-6);
  });

  test("the same seed gives the same sound, another seed does not", async () => {
    const wanted = { observation: sea, seconds: 4 };
    // -120 dBFS
    expect(await page.view.evaluate<number>(`difference(${JSON.stringify(wanted)})`)).toBeLessThan(1e-6);
    const [one, other] = [await hear({ ...wanted, seed: 1 }), await hear({ ...wanted, seed: 2 })];
    expect(one.level).not.toBe(other.level);
  });
});
