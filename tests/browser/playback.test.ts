// The player in Chromium.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { basename, join } from "node:path";
import { contentSecurityPolicy } from "../../shared/player/content-security-policy.ts";
import { chromium, openPage, type Page } from "../rig/browser.ts";
import type { Playback } from "./playback-page.ts";

setDefaultTimeout(120_000);

/** Serves the built player: each file with the page's Content Security Policy. */
async function servePlayback() {
  const naming = { entry: "[name].[ext]", chunk: "[name]-[hash].[ext]", asset: "[name]-[hash].[ext]" };
  const bundle = (entry: string, define: Record<string, string> = {}) =>
    Bun.build({
      entrypoints: [join(import.meta.dir, entry)],
      target: "browser",
      minify: true,
      splitting: true,
      naming,
      define,
    });
  const worker = await bundle("../../web/sound/timbre/waveform-worker.ts");
  const page = await bundle("playback-page.ts", { waveformWorkerUrl: JSON.stringify("./waveform-worker.js") });
  const files = new Map([...worker.outputs, ...page.outputs].map((file) => [`/${basename(file.path)}`, file]));
  const html = '<!doctype html><meta charset="utf-8"><body><script type="module" src="/playback-page.js"></script>';
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      const headers = { "Content-Security-Policy": contentSecurityPolicy("'self'") };
      const { pathname } = new URL(request.url);
      if (pathname === "/") return new Response(html, { headers: { ...headers, "Content-Type": "text/html" } });
      if (pathname === "/favicon.ico") return new Response(null, { status: 204, headers });
      const file = files.get(pathname);
      return file ? new Response(file, { headers }) : new Response(null, { status: 404 });
    },
  });
}

describe.skipIf(chromium === null)("the player in a real browser", () => {
  let host: Awaited<ReturnType<typeof servePlayback>>;
  let page: Page;

  beforeAll(async () => {
    host = await servePlayback();
    page = await openPage(`http://127.0.0.1:${host.port}/`);
    await page.until("globalThis.playback");
  });
  afterAll(async () => {
    page.close();
    await host.stop(true);
  });

  /** Runs a function in the page; it has no access to the test's variables. */
  function ask<T>(inPage: (playback: Playback) => T | Promise<T>): Promise<T> {
    return page.view.evaluate<T>(`(${inPage})(playback)`) as Promise<T>;
  }

  test("opens no audio output before the click, and sounds right after it", async () => {
    await ask(async ({ player, tune }) => {
      player.play(tune());
      player.prepare();
    });
    await page.until("performance.getEntriesByType('resource').some(({ name }) => name.includes('waveform-worker'))");
    // The worker answers when it is done; a second request returns the same waveforms.
    await ask(({ player }) => player.renderLastHour({ onProgress: () => {}, signal: AbortSignal.timeout(60_000) }));
    expect(await ask(({ contexts, player }) => [contexts.length, player.state])).toEqual([0, "off"]);

    await page.view.click("#start");
    await page.until("playback.hasSounded");
    expect(await ask(({ states, contexts }) => [states.join(" "), contexts.length])).toEqual(["loading playing", 1]);
  });

  test("rings a single report's bell after its arrival, and reports the bell's time", async () => {
    const { stationId, waitMs } = await ask(({ player, network, report, sounds }) => {
      const score = network();
      player.play(score);
      const arrivedMs = performance.now();
      player.sound(score.arrive([report("44009")], player.scoreTimeS));
      const bell = sounds.findLast(({ event }) => event.type === "bell");
      const rung = bell?.event.type === "bell" ? bell.event.stationId : undefined;
      return { stationId: rung, waitMs: (bell?.atMs ?? Number.NaN) - arrivedMs };
    });
    expect(stationId).toBe("44009");
    expect(waitMs).toBeGreaterThan(0);
  });

  test("schedules the first bells of a burst at its arrival, without waiting for a hidden page's timer", async () => {
    const isScheduled = await ask(({ player, scoreOf, sounds }) => {
      const planned: Parameters<typeof scoreOf>[0] = [];
      player.play({ until: () => planned.splice(0) });
      planned.push({ t: player.scoreTimeS + 0.3, type: "bell", hz: 1_760, hardness: 1, gainDb: -30, pan: 0 });
      player.sound([]);
      return sounds.some(({ event }) => event.type === "bell" && event.hz === 1_760);
    });
    expect(isScheduled).toBe(true);
  });

  test("rings a burst of 800 reports", async () => {
    await ask(({ player, network, report, sounds }) => {
      sounds.length = 0;
      const score = network();
      player.play(score);
      const reports = Array.from({ length: 800 }, (_, i) => report(`S${1_000 + i}`, -170 + i / 3));
      player.sound(score.arrive(reports, player.scoreTimeS));
    });
    await page.until("playback.player.scoreTimeS > 2");
    const rung = await ask(({ sounds }) =>
      sounds.some(({ event }) => "stationId" in event && event.stationId?.startsWith("S1")),
    );
    expect(rung).toBe(true);
  });

  test("is silent during a pause, and then continues the score from the same time", async () => {
    await ask(({ player }) => player.pause());
    await page.until("playback.contexts[0].state === 'suspended'");
    const paused = await ask(({ player }) => [player.state, player.scoreTimeS] as const);
    await page.until("new Promise((resolve) => setTimeout(() => resolve(true), 300))");
    expect(await ask(({ player }) => [player.state, player.scoreTimeS] as const)).toEqual(paused);
    expect(paused[0]).toBe("paused");
    expect(paused[1]).toBeGreaterThan(2);

    await ask(({ player, states }) => {
      states.length = 0;
      player.resume();
    });
    await page.until("playback.player.state === 'playing'");
    expect(await ask(({ states }) => states.join(" "))).toBe("playing");
    await page.until(`playback.player.scoreTimeS > ${paused[1]}`);
    expect(await ask(({ player }) => player.scoreTimeS)).toBeLessThan(paused[1] + 2);
    expect(await ask(({ untilSound }) => untilSound())).toBeGreaterThan(0);
  });

  test("replaces the playing score with another", async () => {
    await ask(({ player, scoreOf, sounds }) => {
      const bell = (t: number, hz: number) => ({ t, type: "bell" as const, hz, hardness: 1, gainDb: -10, pan: 0 });
      player.play(scoreOf([bell(0.1, 220), bell(1, 440), bell(1.2, 440)]));
      sounds.length = 0;
      player.play(scoreOf([bell(0.05, 880), bell(1.4, 880)]));
    });
    await page.until("playback.player.scoreTimeS > 1.5");
    expect(await ask(({ sounds }) => sounds.map(({ event }) => "hz" in event && event.hz))).toEqual([880, 880]);
  });

  test("keeps layers silent that were turned down at the start of a new score", async () => {
    await ask(({ player, tune, layers }) => {
      for (const layer of layers) player.setLayerLevel(layer, 0);
      player.play(tune());
    });
    // The last score's echo is over by then.
    await page.until("playback.player.scoreTimeS > 1.6");
    await page.until("playback.level() < 1e-5");
    await ask(({ player, layers, untilSound }) => {
      for (const layer of layers) player.setLayerLevel(layer, 1);
      return untilSound();
    });
  });

  test("plays on in a hidden, muted page whose timers are throttled", async () => {
    await ask(({ player, scoreOf, sounds, restTimers }) => {
      const bell = (t: number) => ({ t, type: "bell" as const, hz: 440, hardness: 1, gainDb: -10, pan: 0 });
      restTimers(true);
      sounds.length = 0;
      player.play(scoreOf([1, 2, 3, 4].map(bell)));
    });
    await page.until("playback.player.scoreTimeS > 4.2");
    const rungAtMs = await ask(({ sounds, restTimers }) => {
      restTimers(false);
      return sounds.map(({ atMs }) => atMs);
    });
    expect(rungAtMs).toHaveLength(4);
    expect(rungAtMs).toEqual(rungAtMs.toSorted((a, b) => a - b));
  });

  test("reports an interruption of the sound, and resumes after a gesture", async () => {
    await ask(({ contexts, states }) => {
      states.length = 0;
      void contexts[0]?.suspend();
    });
    await page.until("playback.player.state === 'interrupted'");
    await page.view.click("body");
    await page.until("playback.player.state === 'playing'");
    await ask(({ contexts }) => contexts[0]?.suspend());
    await page.until("playback.player.state === 'interrupted'");
    await ask(({ contexts }) => contexts[0]?.resume());
    await page.until("playback.player.state === 'playing'");
    expect(await ask(({ states }) => states.join(" "))).toBe("interrupted playing interrupted playing");
  });

  test("reports sound whose clock stands still in a running context, and mends it at the next touch", async () => {
    await ask(({ states, contexts }) => {
      states.length = 0;
      const [context] = contexts;
      if (!context) return;
      const stoodS = context.currentTime;
      Object.defineProperty(context, "currentTime", { configurable: true, get: () => stoodS });
      const { suspend } = context;
      context.suspend = () => {
        Reflect.deleteProperty(context, "currentTime");
        Reflect.deleteProperty(context, "suspend");
        return suspend.call(context);
      };
    });
    await page.until("playback.player.state === 'interrupted'");
    expect(await ask(({ contexts }) => contexts[0]?.state)).toBe("running");
    await page.view.click("body");
    await page.until("playback.player.state === 'playing'");
    await ask(({ untilSound }) => untilSound());
    expect(await ask(({ states }) => states.join(" "))).toBe("interrupted playing");
  });

  test("is silent while muted, and then returns to its volume", async () => {
    await ask(async ({ player, tune, untilSound }) => {
      player.play(tune());
      await untilSound();
      player.setVolume(0);
    });
    await page.until("playback.level() < 1e-5");
    await ask(({ player, untilSound }) => {
      player.setVolume(1);
      return untilSound();
    });
  });

  test("records the sound live, also while it was muted", async () => {
    await ask(({ player }) => {
      player.setVolume(0);
      Object.assign(globalThis, { recording: player.recordLive() });
    });
    await page.until("recording.elapsedMs > 1200");
    await ask(({ contexts }) => contexts[0]?.suspend());
    await page.until("playback.player.state === 'interrupted'");
    const elapsedMs = await page.view.evaluate<number>("recording.elapsedMs");
    await page.until("new Promise((resolve) => setTimeout(() => resolve(true), 300))");
    expect(await page.view.evaluate<number>("recording.elapsedMs")).toBe(elapsedMs);
    await ask(({ contexts }) => contexts[0]?.resume());
    await page.until(`recording.elapsedMs > ${elapsedMs}`);
    const { bytes, type, seconds, peak } = await page.view.evaluate<Record<string, number | string>>(`(async () => {
      const blob = await recording.stop();
      playback.player.setVolume(1);
      const sound = await new OfflineAudioContext(2, 1, 48000).decodeAudioData(await blob.arrayBuffer());
      const peak = sound.getChannelData(0).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      return { bytes: blob.size, type: blob.type, seconds: sound.duration, peak };
    })()`);
    expect(type).toBe("audio/webm;codecs=opus");
    expect(bytes).toBeGreaterThan(1_000);
    expect(seconds).toBeGreaterThan(0.8);
    expect(peak).toBeGreaterThan(0.005);
  });

  test("frees a recording's memory after it is saved", async () => {
    await page.view.evaluate(`(() => {
      globalThis.saved = new WeakRef(recording);
      recording = null;
    })()`);
    await page.view.cdp("HeapProfiler.collectGarbage");
    expect(await page.view.evaluate<boolean>("saved.deref() === undefined")).toBe(true);
  });

  test("saves the past sound as a WAV file", async () => {
    const { type, seconds, recordableS, peak, progress } = await ask(async ({ player }) => {
      const shares: number[] = [];
      const recordable = player.recordableS;
      const signal = AbortSignal.timeout(60_000);
      const blob = await player.renderLastHour({ onProgress: (share) => shares.push(share), signal });
      const sound = await new OfflineAudioContext(2, 1, 48_000).decodeAudioData(await blob.arrayBuffer());
      const loudest = sound.getChannelData(0).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      return {
        type: blob.type,
        seconds: sound.duration,
        recordableS: recordable,
        peak: loudest,
        progress: shares.at(-1),
      };
    });
    expect(type).toBe("audio/wav");
    expect(Math.abs(seconds - recordableS)).toBeLessThan(0.5);
    expect(peak).toBeGreaterThan(0.01);
    expect(progress).toBe(1);
  });

  test("renders a recording in pieces exactly as at once, without audible joins", async () => {
    const { frames, before, atJoin, after, peak } = await ask(({ compareRecordings }) => compareRecordings());
    expect(frames).toBe(64 * 48_000);
    expect(peak).toBeGreaterThan(0.1);
    // -120 dBFS
    for (const off of [before, atJoin, after]) expect(off).toBeLessThan(1e-6);
  });

  test("renders no recording after a cancel", async () => {
    const message = await ask(({ player }) => {
      const controller = new AbortController();
      const wav = player.renderLastHour({ onProgress: () => {}, signal: controller.signal });
      controller.abort(new Error("no longer wanted"));
      return wav.then(String, ({ message }: Error) => message);
    });
    expect(message).toBe("no longer wanted");
  });

  test("breaks no rule of the page's policy, and logs no error", () => {
    expect(page.complaints).toEqual([]);
  });
});
