// The timbre of a bell that is struck.

import { bellNotesHz } from "../mapping.ts";
import { ringOf } from "./ring.ts";
import { fadeOut, type Samples } from "./samples.ts";

/** A stroke of a bell: the whole of a soft one, and what a hard one adds to it. */
export type BellSamples = { body: Samples; brightness: Samples };

/**
 * A partial of a major-third bell: ratio to the strike note, level, and how long it rings compared to the strike note.
 * Each lies on a just major chord, so that bells of a just scale never beat against each other, and none lies close to
 * another note of the scale, where it would be taken for a bell of its own.
 */
export type Partial = readonly [ratio: number, level: number, ringing: number];

const bodyPartials: readonly Partial[] = [
  [0.5, 0.25, 1.3],
  [1, 1, 1],
  [1.25, 0.2, 0.75],
  [2, 0.18, 0.5],
];
const brightPartials: readonly Partial[] = [
  [1, 0.15, 0.6],
  [2, 0.35, 0.45],
  [3, 0.2, 0.3],
  [4, 0.15, 0.2],
];
const fadedDb = 66;
/** The end of every bell, in which what is left of it falls to silence. */
export const releaseS = 0.06;
/** A cast bell is never quite round: each partial is two, this far apart, and so warbles. */
const warbleHz = 0.7;
const warbleShare = 0.25;

/** Each partial rises over so many of its own waves, and so keeps clear of the neighbouring notes from the first moment. */
const attackWaves = 15;
/** A partial this near to another note, in parts of an octave, and not upon it, would beat against that note's bell. */
const besideOctaves = 0.035;
const uponOctaves = 0.002;

/** Makes the bell of a note. */
export function makeBell(sampleRate: number, hz: number): BellSamples {
  return {
    body: makeRinging(sampleRate, hz, bodyPartials),
    brightness: makeRinging(sampleRate, hz, brightPartials),
  };
}

function makeRinging(sampleRate: number, hz: number, partials: readonly Partial[]): Samples {
  const noteRingS = ringOf(hz);
  const longest = Math.max(...partials.map(([, , ringing]) => ringing));
  const length = Math.round(((noteRingS * longest * fadedDb) / 60) * sampleRate);
  const samples = new Float32Array(length);
  for (const [ratio, level, ringing] of partials) {
    if (isBesideNote(hz * ratio)) continue;
    addRinging(samples, sampleRate, hz * ratio, level * (1 - warbleShare), noteRingS * ringing);
    addRinging(samples, sampleRate, hz * ratio + warbleHz, level * warbleShare, noteRingS * ringing);
  }
  fadeOut(samples, Math.round(releaseS * sampleRate));
  return samples;
}

/** Adds a decaying sine by the recurrence of a resonator, which needs no sine a sample. */
function addRinging(samples: Samples, sampleRate: number, hz: number, level: number, fadeS: number): void {
  const angle = (2 * Math.PI * hz) / sampleRate;
  const decay = 10 ** (-3 / (fadeS * sampleRate));
  const feedback = 2 * decay * Math.cos(angle);
  const damping = decay * decay;
  const end = Math.min(samples.length, Math.ceil((fadedDb / 60) * fadeS * sampleRate));
  const attack = (attackWaves / hz) * sampleRate;
  let before = 0;
  let now = level * decay * Math.sin(angle);
  for (let index = 1; index < end; index++) {
    const risen = index < attack ? 0.5 - 0.5 * Math.cos((Math.PI * index) / attack) : 1;
    samples[index] = (samples[index] ?? 0) + now * risen;
    const next = feedback * now - damping * before;
    before = now;
    now = next;
  }
}

function isBesideNote(hz: number): boolean {
  return bellNotesHz.some((noteHz) => {
    const octaves = Math.abs(Math.log2(hz / noteHz));
    return octaves > uponOctaves && octaves < besideOctaves;
  });
}
