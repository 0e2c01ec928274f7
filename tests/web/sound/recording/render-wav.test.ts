// Unit tests of the WAV rendering in pieces.

import { expect, setDefaultTimeout, test } from "bun:test";
import type { JournalEntry, Segment } from "../../../../web/sound/recording/journal.ts";
import { recordingName } from "../../../../web/sound/recording/live-recording.ts";
import { renderWav } from "../../../../web/sound/recording/render-wav.ts";

setDefaultTimeout(120_000);

const sampleRate = 1_000;

test("the file name of a recording has its minute in UTC", () => {
  expect(recordingName(Date.parse("2026-11-24T12:00:59Z"), "webm")).toBe("bellbuoy-2026-11-24T12-00Z.webm");
});

/** Renders each knock as a decaying sine of some seconds, so that it crosses the joins. */
async function renderKnocks({ beginS, endS, entries }: Segment): Promise<Float32Array[]> {
  const channel = new Float32Array(Math.round((endS - beginS) * sampleRate));
  for (const { atS } of entries) {
    const first = Math.round((atS - beginS) * sampleRate);
    for (let i = Math.max(0, first); i < channel.length; i++) {
      const age = (i - first) / sampleRate;
      channel[i] = (channel[i] ?? 0) + 0.1 * Math.exp(-age) * Math.sin(2 * Math.PI * 50 * age);
    }
  }
  return [channel, channel.map((sample) => -sample)];
}

const knocks = (...times: number[]): JournalEntry[] =>
  times.map((atS) => ({ kind: "event", atS, event: { t: atS, type: "knock", gainDb: -20, pan: 0 } }));

const segment: Segment = { beginS: 5, endS: 205.5, before: [], entries: knocks(4, 6, 64.9, 65.05, 66, 124, 160) };

test("a long recording in pieces is the same as one render, including sounds from before its start", async () => {
  const progress: number[] = [];
  const longest: number[] = [];
  const render = (piece: Segment) => {
    longest.push(piece.endS - piece.beginS);
    return renderKnocks(piece);
  };
  const wav = await renderWav(segment, {
    sampleRate,
    render,
    onProgress: (share) => progress.push(share),
    signal: AbortSignal.timeout(10_000),
  });
  const pieces = new Int16Array(await wav.slice(-200_500 * 4).arrayBuffer());
  const [left] = await renderKnocks(segment);
  expect(pieces.length).toBe(200_500 * 2);
  const differences = Array.from(left ?? [], (sample, i) => Math.abs(sample * 32_767 - (pieces[2 * i] ?? Number.NaN)));
  expect(differences.findIndex((difference) => !(difference < 1))).toBe(-1);
  expect(progress.at(-1)).toBe(1);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(Math.max(...longest)).toBeLessThan(91);
});

test("a cancelled recording stops after the current piece", async () => {
  const controller = new AbortController();
  let rendered = 0;
  const render = (piece: Segment) => {
    if (++rendered === 2) controller.abort(new Error("the listener has changed their mind"));
    return renderKnocks(piece);
  };
  const wav = renderWav(segment, { sampleRate, render, onProgress: () => {}, signal: controller.signal });
  expect(wav).rejects.toThrow("changed their mind");
  await wav.catch(() => {});
  expect(rendered).toBe(2);
});
