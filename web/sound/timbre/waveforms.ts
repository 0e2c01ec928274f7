import { bellNotesHz, lighthouseHz, rootHz } from "../mapping.ts";
import { createRandom } from "../random.ts";
import { makeNoises } from "./spectral-noise.ts";

type Samples = Float32Array<ArrayBuffer>;

/** All that is made of samples, mono unless it is a pair of left and right. The noises are loops without a seam. */
export type Waveforms = {
  /** Of all but {@link Waveforms.flutter}. */
  sampleRate: number;
  swell: [Samples, Samples];
  foam: Samples;
  wind: Samples;
  /** How wind comes and goes, at {@link flutterSampleRate}; not to be heard but to modulate with. */
  flutter: Samples;
  /** A root and its fifth with their harmonics, without a throb: a loop. */
  drone: Samples;
  /** For each of {@link bellNotesHz}: the whole of a soft stroke, and what a hard one adds to it. */
  bells: { body: Samples; brightness: Samples }[];
  /** For each of {@link bellNotesHz}. */
  bowed: Samples[];
  knock: Samples;
  /** Impulse response of the room. */
  room: Samples;
};

export const flutterSampleRate = 8_000;

/** Long enough that nobody hears a noise come round again: 22 s at 48 kHz. */
const noiseLength = 2 ** 20;
const flutterLength = 2 ** 17;

/**
 * A partial of a major-third bell: ratio to the strike note, level, and how long it rings compared to the strike note.
 * Each lies on a just major chord, so that bells of a just scale never beat against each other, and none lies close to
 * another note of the scale, where it would be taken for a bell of its own.
 */
type Partial = readonly [ratio: number, level: number, ringing: number];

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
const bowedPartials: readonly Partial[] = [
  [0.5, 0.2, 1.2],
  [1, 1, 1],
  [2, 0.1, 0.7],
];

/**
 * Frequency and level of the lines of the drone: a root, its fifth, and their harmonics. Those by which its level is told
 * where low ones are lost (330, 495, 660 and 825 Hz) are alike, so that any of them will do.
 */
const droneLines = [
  [110, 0.5],
  [165, 0.3],
  [220, 0.3],
  [330, 0.2],
  [440, 0.18],
  [495, 0.2],
  [550, 0.16],
  [660, 0.2],
  [770, 0.07],
  [825, 0.2],
  [880, 0.05],
  [990, 0.13],
  [1_155, 0.05],
  [1_320, 0.04],
] as const;
/** All lines fit into it a whole number of times. */
const droneLoopS = 0.2;
/** The highest that the drone reaches. */
const dronePeak = 0.5;

/** Until the strike note of a bell at 440 Hz has faded by 60 dB; low bells ring longer. */
export const ringS = 2.2;
const fadedDb = 66;
const releaseS = 0.06;
/** A cast bell is never quite round: each partial is two, this far apart, and so warbles. */
const warbleHz = 0.7;
const warbleShare = 0.25;

/** Each partial rises over so many of its own waves, and so keeps clear of the neighbouring notes from the first moment. */
const attackWaves = 15;
/** A partial this near to another note, in parts of an octave, and not upon it, would beat against that note's bell. */
const besideOctaves = 0.035;
const uponOctaves = 0.002;
const bowedSwellS = 1.1;
const bowedFromDb = -42;
const bowedRoundDb = 4;
const bowedOnsetS = 0.2;

/** Resonances of dead wood: frequency, level, time of the peak. They keep away from the notes of the bells. */
const knockResonances = [
  [152, 0.8, 0.014],
  [2_090, 0.5, 0.004],
  [2_760, 0.35, 0.003],
] as const;
const knockS = 0.16;
const knockReleaseS = 0.02;

/** Short: what lingers longer than a bell's upper notes is taken for bells of its own. */
const roomS = 1.5;
const roomLevel = 0.05;

/** Width of the gap that noises leave for a note, to each side. */
const windGapHz = 22;
/** Narrower, since the foam is: the gaps must leave most of it. */
const foamGapHz = 20;
/** What is left of the noise there, so that a gap is no silence of its own. */
const gapLevel = 0.03;
/**
 * In the middle of a gap stands one faint, steady line: what little noise is left beside it comes and goes, and without
 * the line it would now and then be taken for a soft bell. The wind around it covers it.
 */
const lineLevel = 6;
/** The noises' frequencies are so far apart, at 48 kHz. */
const outputBinHz = 48_000 / noiseLength;
/** The lighthouse's ticks are short, so they are wide. */
const pingGapHz = 70;

/** Where noise would cover what is read by its pitch: bells, and the lines of the drone above them. */
const keptFreeHz = [...bellNotesHz, 7 * rootHz, 7.5 * rootHz, 10.5 * rootHz];

/**
 * Makes all waveforms: some 150 ms of work on a fast machine, a second on a slow one, hence in a worker where a page is
 * waiting. The same seed gives the same samples.
 */
export function makeWaveforms(sampleRate: number, seed = 1): Waveforms {
  const random = createRandom(seed);
  const swell = makeNoises(noiseLength, sampleRate, [swellAt, swellAt], random);
  const [wind, foam] = makeNoises(noiseLength, sampleRate, [windAt, foamAt], random);
  const [flutter] = makeNoises(flutterLength, flutterSampleRate, [flutterAt, () => 0], random);
  return {
    sampleRate,
    swell,
    foam,
    wind,
    flutter,
    drone: makeDrone(sampleRate),
    bells: bellNotesHz.map((hz) => ({
      body: makeRinging(sampleRate, hz, bodyPartials),
      brightness: makeRinging(sampleRate, hz, brightPartials),
    })),
    bowed: bellNotesHz.map((hz) => makeBowed(sampleRate, hz)),
    knock: makeKnock(sampleRate),
    room: makeRoom(sampleRate, random),
  };
}

/** The buffers of all waveforms, to be handed over to another thread instead of copied. */
export function buffersOf(waveforms: Waveforms): ArrayBuffer[] {
  const { swell, foam, wind, flutter, drone, bells, bowed, knock, room } = waveforms;
  const strokes = bells.flatMap(({ body, brightness }) => [body, brightness]);
  return [...swell, foam, wind, flutter, drone, ...strokes, ...bowed, knock, room].map(({ buffer }) => buffer);
}

/** Brown, up to where the foam begins; it leaves no gaps, since a gap in the depth would be heard as a tone of its own. */
function swellAt(hz: number): number {
  return band(hz, 45, 430) / hz;
}

/** Pink, above what a telephone's loudspeaker leaves out and below the wind. */
function foamAt(hz: number): number {
  return (band(hz, 335, 585) * besideNotes(hz, foamGapHz)) / Math.sqrt(hz);
}

/** Pink; what is heard of it is chosen by the wind's own filter. */
function windAt(hz: number): number {
  const level = isUponNote(hz) ? lineLevel : besideNotes(hz, windGapHz);
  return (band(hz, 680, 7_500) * level) / Math.sqrt(hz);
}

function flutterAt(hz: number): number {
  return hz < 1.5 ? 1 / Math.sqrt(hz + 0.2) : 0;
}

/** 1 between two frequencies, falling to 0 within a sixth of an octave outside. */
function band(hz: number, fromHz: number, toHz: number): number {
  const octavesOutside = Math.max(Math.log2(fromHz / hz), Math.log2(hz / toHz), 0);
  return octavesOutside > 1 / 6 ? 0 : (1 + Math.cos(6 * Math.PI * octavesOutside)) / 2;
}

/** 0 at the notes that are to be heard through the noise, 1 beside them. */
function besideNotes(hz: number, gapHz: number): number {
  const tone = (noteHz: number) => Math.abs(hz - noteHz) < gapHz;
  const ping = (pingHz: number) => Math.abs(hz - pingHz) < pingGapHz;
  return keptFreeHz.some(tone) || Object.values(lighthouseHz).some(ping) ? gapLevel : 1;
}

function isUponNote(hz: number): boolean {
  return bellNotesHz.some((noteHz) => Math.abs(noteHz - hz) <= outputBinHz / 2);
}

function makeDrone(sampleRate: number): Samples {
  const samples = new Float32Array(Math.round(droneLoopS * sampleRate));
  for (const [hz, level] of droneLines) {
    const angle = (2 * Math.PI * hz) / sampleRate;
    for (let index = 0; index < samples.length; index++) {
      samples[index] = (samples[index] ?? 0) + level * Math.sin(angle * index);
    }
  }
  const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
  return samples.map((sample) => (sample * dronePeak) / peak);
}

/** A bell that swells slowly enough never to be taken for a stroke, and fades as slowly. */
function makeBowed(sampleRate: number, hz: number): Samples {
  const fadeS = ringS * (440 / hz) ** 0.35;
  const samples = new Float32Array(Math.round((bowedSwellS + fadeS) * sampleRate));
  for (const [ratio, level] of bowedPartials) {
    const angle = (2 * Math.PI * hz * ratio) / sampleRate;
    for (let index = 0; index < samples.length; index++) {
      const gainDb = bowedDbAt(index / sampleRate, fadeS);
      samples[index] = (samples[index] ?? 0) + level * 10 ** (gainDb / 20) * Math.sin(angle * index);
    }
  }
  fadeIn(samples, Math.round(bowedOnsetS * sampleRate));
  fadeOut(samples, Math.round(releaseS * sampleRate));
  return samples;
}

/** Straight up and straight down in decibels, rounded where they meet. */
function bowedDbAt(timeS: number, fadeS: number): number {
  const rising = (bowedFromDb * (bowedSwellS - timeS)) / bowedSwellS;
  const falling = (-60 * (timeS - bowedSwellS)) / fadeS;
  return -Math.log(Math.exp(-rising / bowedRoundDb) + Math.exp(-falling / bowedRoundDb)) * bowedRoundDb;
}

function makeRinging(sampleRate: number, hz: number, partials: readonly Partial[]): Samples {
  const noteRingS = ringS * (440 / hz) ** 0.35;
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

/** Each resonance rises and falls so smoothly that it keeps to its own frequencies. */
function makeKnock(sampleRate: number): Samples {
  const samples = new Float32Array(Math.round(knockS * sampleRate));
  for (const [hz, level, peakS] of knockResonances) {
    for (let index = 0; index < samples.length; index++) {
      const time = index / sampleRate / peakS;
      const envelope = time ** 3 * Math.exp(3 * (1 - time));
      samples[index] = (samples[index] ?? 0) + level * envelope * Math.sin(2 * Math.PI * hz * time * peakS);
    }
  }
  fadeOut(samples, Math.round(knockReleaseS * sampleRate));
  return samples;
}

function fadeIn(samples: Samples, length: number): void {
  for (let index = 0; index < length; index++) samples[index] = ((samples[index] ?? 0) * index) / length;
}

function fadeOut(samples: Samples, length: number): void {
  for (let left = 0; left < length; left++) {
    const index = samples.length - 1 - left;
    samples[index] = ((samples[index] ?? 0) * left) / length;
  }
}

/** Noise that fades and darkens, as in a stone harbour. */
function makeRoom(sampleRate: number, random: () => number): Samples {
  const length = Math.round(roomS * sampleRate);
  const onset = 0.01 * sampleRate;
  const samples = new Float32Array(length);
  let dark = 0;
  for (let index = 0; index < length; index++) {
    const left = 1 - index / length;
    dark += (0.04 + 0.3 * left) * (2 * random() - 1 - dark);
    samples[index] = dark * Math.exp(-6.9 * (1 - left)) * Math.min(1, index / onset) * roomLevel;
  }
  return samples;
}
