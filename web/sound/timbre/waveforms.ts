// The set of all waveforms.

import { bellNotesHz } from "../mapping.ts";
import { createRandom } from "../random.ts";
import { noiseSampleRate, slowSampleRate } from "../sample-rate.ts";
import { type BellSamples, makeBell } from "./bell.ts";
import { makeBowedBell } from "./bowed-bell.ts";
import { makeDrone } from "./drone.ts";
import { makeEcho } from "./echo.ts";
import { makeKnock } from "./knock.ts";
import type { Samples } from "./samples.ts";
import { makeNoises, noiseLength } from "./spectral-noise.ts";
import { foamAt, swellAt } from "./swell.ts";
import { flutterAt, windAt } from "./wind.ts";

/** All waveforms, mono except for pairs of left and right. The noises are seamless loops. */
export type Waveforms = {
  /**
   * Sample rate of all waveforms except swell and flutter, which have {@link slowSampleRate}, and foam and wind, which
   * have {@link noiseSampleRate}.
   */
  sampleRate: number;
  swell: [Samples, Samples];
  foam: Samples;
  wind: Samples;
  /** Modulation of the wind's level; it is not audible itself. */
  flutter: Samples;
  drone: Samples;
  /** For each of {@link bellNotesHz}. */
  bells: BellSamples[];
  /** Brightness of the other striking places, for each of {@link bellNotesHz}; made after the first bell. */
  places?: Samples[][];
  /** For each of {@link bellNotesHz}. */
  bowed: Samples[];
  knock: Samples;
  /** Impulse response of the reverb. */
  room: Samples;
};

/** Lengths in samples: 33 s and 16 s. */
const [swellLength, flutterLength] = [2 ** 18, 2 ** 17];

/**
 * Makes all waveforms. It takes about 150 ms on a fast machine and a second on a slow one, so pages call it in a
 * worker. The same seed gives the same samples.
 */
export function makeWaveforms(sampleRate: number, seed = 1): Waveforms {
  const random = createRandom(seed);
  const swell = makeNoises(swellLength, slowSampleRate, [swellAt, swellAt], random);
  const [wind, foam] = makeNoises(noiseLength, noiseSampleRate, [windAt, foamAt], random);
  const [flutter] = makeNoises(flutterLength, slowSampleRate, [flutterAt, () => 0], random);
  return {
    sampleRate,
    swell,
    foam,
    wind,
    flutter,
    drone: makeDrone(sampleRate),
    bells: bellNotesHz.map((hz) => makeBell(sampleRate, hz)),
    bowed: bellNotesHz.map((hz) => makeBowedBell(sampleRate, hz)),
    knock: makeKnock(sampleRate),
    room: makeEcho(sampleRate, random),
  };
}

/** Returns the buffers of all waveforms, for a transfer to another thread without a copy. */
export function buffersOf(waveforms: Waveforms): ArrayBuffer[] {
  const { swell, foam, wind, flutter, drone, bells, bowed, knock, room } = waveforms;
  const strokes = bells.flatMap(({ body, brightness }) => [body, brightness]);
  return [...swell, foam, wind, flutter, drone, ...strokes, ...bowed, knock, room].map(({ buffer }) => buffer);
}
