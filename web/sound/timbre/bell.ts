// The timbre of a struck bell.

import { bellNotesHz } from "../mapping.ts";
import { ringOf } from "./ring.ts";
import { fadeOut, type Samples } from "./samples.ts";

/** Samples of a bell: `body` is a soft stroke, `brightness` is added for a hard one. */
export type BellSamples = { body: Samples; brightness: Samples };

/**
 * A partial of a major-third bell: ratio to the strike note, level, and decay time relative to the strike note.
 * The partials form a just major chord, so bells of a just scale never beat against each other. No partial is close to
 * another note of the scale, where it would sound like a second bell.
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
/** Bright partials of the other striking places: the lip, the waist and the shoulder. Their sum is as loud. */
const touchPartials: readonly (readonly Partial[])[] = [
  [
    [1, 0.05, 0.6],
    [2, 0.15, 0.45],
    [3, 0.35, 0.35],
    [4, 0.3, 0.25],
  ],
  [
    [1, 0.15, 0.6],
    [1.25, 0.3, 0.6],
    [2, 0.3, 0.45],
    [3, 0.1, 0.3],
  ],
  [
    [0.5, 0.3, 0.6],
    [1, 0.2, 0.6],
    [2, 0.3, 0.45],
    [4, 0.05, 0.2],
  ],
];
const fadedDb = 66;
/** Length of the final fade of every bell, in seconds. */
export const releaseS = 0.06;
/** A cast bell is never perfectly round: each partial is a pair of tones this far apart, which makes it warble. */
const warbleHz = 0.7;
const warbleShare = 0.25;

/**
 * Length of the attack in periods of each partial; a slow attack keeps the spectrum clear of the neighbouring notes.
 */
const attackWaves = 15;
/** A partial within this distance (octaves) of another note, but not on it, would beat against that note's bell. */
const besideOctaves = 0.035;
const uponOctaves = 0.002;

/** Makes the samples of a bell for a note. */
export function makeBell(sampleRate: number, hz: number): BellSamples {
  return {
    body: makeRinging(sampleRate, hz, bodyPartials),
    brightness: makeRinging(sampleRate, hz, brightPartials),
  };
}

/** Makes the brightness of the other striking places, each for all notes. */
export function makeOtherPlaces(sampleRate: number): Samples[][] {
  return touchPartials.map((partials) => bellNotesHz.map((hz) => makeRinging(sampleRate, hz, partials)));
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

/** Adds a decaying sine with a resonator's recurrence, which needs no `Math.sin` per sample. */
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
