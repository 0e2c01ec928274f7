// A page that renders scores offline and measures them, for tests/browser/sound.test.ts.

import { createEngine } from "../../web/sound/engine/engine.ts";
import { bellNotesHz } from "../../web/sound/mapping.ts";
import { type MadeUp, soundHook } from "../../web/sound/playback/hook.ts";
import { type Layer, layers, type SoundEvent } from "../../web/sound/sound-event.ts";
import { makeWaveforms } from "../../web/sound/timbre/waveforms.ts";

/** Measurements of a rendered sound. Levels are RMS, 0..1. */
export type Heard = {
  level: number;
  left: number;
  right: number;
  peak: number;
  /** Frequency from zero crossings; right for a single tone. */
  hz: number;
  /** Number of jumps that no instrument makes, in both channels. */
  clicks: number;
};

/** A score to render, and how. */
export type ToRender = {
  observation?: MadeUp;
  events?: SoundEvent[];
  seconds?: number;
  seed?: number;
  /** Renders only this layer; by default all. */
  solo?: Layer;
  /** When the score is switched off. */
  cancelAtS?: number;
  /** Start of the measurement; by default after the layers have faded in. */
  fromS?: number;
};

const sampleRate = 48_000;
const waveforms = makeWaveforms(sampleRate);
/** Waveforms with a tiny room: convolving with the real one takes most of the rendering time. */
const withoutRoom = { ...waveforms, room: new Float32Array(128) };
/** Duration of the layers' fade-in. */
const settledS = 2;

async function render({
  observation = {},
  events,
  seconds = 4,
  seed = 1,
  solo,
  cancelAtS,
}: ToRender): Promise<AudioBuffer> {
  const score = events ?? soundHook.scoreTune(observation, { seconds, seed });
  if (cancelAtS !== undefined) return renderCancelled(score, seconds, cancelAtS);
  const levels = Object.fromEntries(layers.map((layer) => [layer, solo === undefined || layer === solo ? 1 : 0]));
  return (await soundHook.renderOffline(score, seconds, { levels, reverb: false, waveforms: withoutRoom })).buffer;
}

async function renderCancelled(score: SoundEvent[], seconds: number, atS: number): Promise<AudioBuffer> {
  const context = new OfflineAudioContext(2, seconds * sampleRate, sampleRate);
  const engine = createEngine(context, context.destination, withoutRoom);
  engine.setReverb(false);
  for (const event of score) engine.play(event, 0);
  engine.cancelFrom(atS);
  return context.startRendering();
}

async function hear(wanted: ToRender): Promise<Heard> {
  const buffer = await render(wanted);
  const [left, right] = [buffer.getChannelData(0), buffer.getChannelData(1)].map((samples) =>
    samples.subarray((wanted.fromS ?? settledS) * buffer.sampleRate),
  );
  if (!left || !right) throw new Error("not stereo");
  return {
    level: Math.hypot(rms(left), rms(right)),
    left: rms(left),
    right: rms(right),
    peak: Math.max(peak(left), peak(right)),
    hz: frequency(left, buffer.sampleRate),
    clicks: clicks(left) + clicks(right),
  };
}

/** Returns the largest difference between two renders of the same score. */
async function difference(wanted: ToRender): Promise<number> {
  return differenceOf(await render(wanted), await render(wanted));
}

/**
 * Returns the largest difference between a score that replaces another and the same score alone. Both have the echo and
 * one layer off from their start.
 */
async function differenceOfSwitched(observation: MadeUp, off: Layer): Promise<number> {
  const seconds = 4;
  const renderQuietly = (isSwitched: boolean) => {
    const context = new OfflineAudioContext(2, seconds * sampleRate, sampleRate);
    const engine = createEngine(context, context.destination, waveforms);
    engine.setReverb(false);
    engine.setLayerLevel(off, 0);
    if (isSwitched) engine.cancelFrom(0);
    for (const event of soundHook.scoreTune(observation, { seconds })) engine.play(event, 0);
    return context.startRendering();
  };
  return differenceOf(await renderQuietly(false), await renderQuietly(true));
}

function differenceOf(one: AudioBuffer, other: AudioBuffer): number {
  const samples = other.getChannelData(0);
  return one
    .getChannelData(0)
    .reduce((most, sample, index) => Math.max(most, Math.abs(sample - (samples[index] ?? 0))), 0);
}

/**
 * Returns when and at which bell notes a possible strike begins: a rise of 8 dB within an eighth of a second above the
 * usual level. Only wind sounds at these notes, no swell.
 */
async function strikes(wanted: ToRender): Promise<{ hz: number; atS: number }[]> {
  const samples = (await render(wanted)).getChannelData(0);
  return bellNotesHz.filter((hz) => hz > 600).flatMap((hz) => strikesAt(samples, hz).map((atS) => ({ hz, atS })));
}

const hopS = 0.04;

function strikesAt(samples: Float32Array, hz: number): number[] {
  const levels: number[] = [];
  const [cosine, sine] = [windowed(hz, Math.cos), windowed(hz, Math.sin)];
  for (let fromS = settledS; (fromS + windowS) * sampleRate < samples.length; fromS += hopS) {
    levels.push(levelAt(samples, cosine, sine, Math.round(fromS * sampleRate)));
  }
  const usual = levels.toSorted((a, b) => a - b)[Math.floor(levels.length / 2)] ?? 0;
  const rises = levels.map((level, hop) => level > usual + 9 && level > (levels[hop - 3] ?? level) + 8);
  return rises.flatMap((rise, hop) => (rise && !rises[hop - 1] ? [settledS + hop * hopS] : []));
}

const windowS = 0.1;
const windowLength = windowS * sampleRate;

/** Returns a Hann-windowed wave of one frequency; {@link levelAt} takes a cosine and a sine of it. */
const windowed = (hz: number, wave: (angle: number) => number) =>
  new Float64Array(windowLength).map(
    (_, index) =>
      (0.5 - 0.5 * Math.cos((2 * Math.PI * index) / windowLength)) * wave((2 * Math.PI * hz * index) / sampleRate),
  );

/** Returns the level in dB at the frequency of two waves. */
function levelAt(samples: Float32Array, cosine: Float64Array, sine: Float64Array, from: number): number {
  let [real, imaginary] = [0, 0];
  for (let index = 0; index < windowLength; index++) {
    const sample = samples[from + index] ?? 0;
    real += sample * (cosine[index] ?? 0);
    imaginary += sample * (sine[index] ?? 0);
  }
  return 20 * Math.log10(Math.hypot(real, imaginary) / windowLength + 1e-9);
}

/** Returns the drone's throbs per second, from its loud and quiet parts. */
async function throbs(wanted: ToRender): Promise<number> {
  const samples = (await render({ ...wanted, solo: "pressure" })).getChannelData(0);
  const hop = sampleRate / 100;
  // The chord itself repeats every fifth of a second.
  const round = 20 * hop;
  const levels = Array.from({ length: Math.floor((samples.length - round) / hop) - 200 }, (_, index) =>
    rms(samples.subarray((200 + index) * hop, (200 + index) * hop + round)),
  );
  const middle = (Math.max(...levels) + Math.min(...levels)) / 2;
  return frequency(
    Float32Array.from(levels, (level) => level - middle),
    100,
  );
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

function peak(samples: Float32Array): number {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

function frequency(samples: Float32Array, sampleRate: number): number {
  let [first, last, count] = [-1, -1, 0];
  for (let index = 1; index < samples.length; index++) {
    const [before, now] = [samples[index - 1] ?? 0, samples[index] ?? 0];
    if (before >= 0 || now < 0) continue;
    last = index - now / (now - before);
    if (first < 0) first = last;
    else count++;
  }
  return (count * sampleRate) / (last - first);
}

/** Counts third differences far above their surroundings: discontinuities, not struck sounds. */
function clicks(samples: Float32Array): number {
  const around = 960;
  const thirds = samples.map((sample, index) =>
    Math.abs(
      (samples[index + 3] ?? sample) - 3 * (samples[index + 2] ?? sample) + 3 * (samples[index + 1] ?? sample) - sample,
    ),
  );
  let sum = 0;
  let found = 0;
  for (let index = 0; index < thirds.length - 3; index++) {
    sum += (thirds[index] ?? 0) - (thirds[index - 2 * around] ?? 0);
    const centre = thirds[index - around] ?? 0;
    if (index > 2 * around && centre > 2e-3 && centre > (14 * sum) / (2 * around)) found++;
  }
  return found;
}

Object.assign(globalThis, {
  hear,
  strikes,
  throbs,
  difference,
  differenceOfSwitched,
  scoreTune: soundHook.scoreTune,
  scoreBurst: soundHook.scoreBurst,
});
