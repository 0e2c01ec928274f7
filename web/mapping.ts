import type { ObservationMessage } from "../shared/observation.ts";

/**
 * How one bell is struck. `null` is "not measured" and has a sound of its own in each place, so that a silent instrument
 * is never mistaken for a calm sea.
 */
export type Strike = {
  /** The strike note. `null`: a knock on wood, without pitch. */
  hz: number | null;
  /** How hard the clapper hits, 0..1: loudness and brightness. `null`: not struck but bowed. */
  hardness: number | null;
  /** How long it rings. `null`: a hand stops it at once. */
  ringSeconds: number | null;
  /** -1 far left .. 1 far right. `null`: only its echo is heard, from everywhere. */
  pan: number | null;
};

/** One line of the mapping: what is measured, what it becomes, and both in words. */
export type MappingRow = {
  measured: string;
  unit: string;
  /** Where the scale ends; what lies beyond sounds like the end. */
  range: readonly [least: number, most: number];
  heard: string;
  least: string;
  most: string;
  missing: string;
  /** The value in terms of the {@link Strike}. */
  toSound(value: number): number;
};

/** Five just-intoned notes an octave, so that no two bells can clash. */
const pentatonic = [1, 9 / 8, 5 / 4, 3 / 2, 5 / 3];
const lowestHz = 220;
const octaves = 3;
const notesHz = [
  ...Array.from({ length: octaves }, (_, octave) => pentatonic.map((ratio) => lowestHz * ratio * 2 ** octave)).flat(),
  lowestHz * 2 ** octaves,
];

/** Waves are heard in ratios, not in steps: half a metre matters on a calm sea and not in a storm. */
const waveKneeM = 0.5;
/** Speed of one Beaufort; its numbers grow with the speed to the power of 2/3. */
const beaufortMps = 0.836;
const shortestRingS = 1.2;
const longestRingS = 5;
/** The stations of NDBC lie on both sides of this longitude. */
const middleLongitude = -90;
const widestPan = 0.85;

/** The whole mapping from the sea to a bell. The page shows the words and the player plays the numbers of the same table. */
export const mapping = {
  waterTempC: {
    measured: "Water temperature",
    unit: "°C",
    range: [-2, 34],
    heard: "Pitch",
    least: "low, A3",
    most: "high, A6",
    missing: "a knock on wood, without pitch",
    toSound(celsius: number): number {
      const note = Math.round(fraction(celsius, this.range) * (notesHz.length - 1));
      return notesHz[note] ?? lowestHz;
    },
  },
  waveHeightM: {
    measured: "Wave height",
    unit: "m",
    range: [0, 14],
    heard: "Loudness and brightness",
    least: "a soft, dark touch",
    most: "a hard, bright stroke",
    missing: "bowed: it swells, without a stroke",
    toSound(metres: number): number {
      return fraction(Math.log1p(clamp(metres, this.range) / waveKneeM), [0, Math.log1p(this.range[1] / waveKneeM)]);
    },
  },
  windSpeedMps: {
    measured: "Wind speed",
    unit: "m/s",
    range: [0, 33],
    heard: "How long it rings",
    least: "just over a second",
    most: "five seconds",
    missing: "a hand stops it at once",
    toSound(metresPerSecond: number): number {
      const beaufort = (speed: number) => (speed / beaufortMps) ** (2 / 3);
      const strength = fraction(beaufort(clamp(metresPerSecond, this.range)), [0, beaufort(this.range[1])]);
      return shortestRingS + (longestRingS - shortestRingS) * strength;
    },
  },
  longitude: {
    measured: "Longitude of the station",
    unit: "°",
    range: [middleLongitude - 70, middleLongitude + 70],
    heard: "Left and right",
    least: "on the left",
    most: "on the right",
    missing: "only its echo, from everywhere",
    toSound(degreesEast: number): number {
      // The shorter way round: Guam lies west of Hawaii, not east of Europe.
      const fromMiddle = ((((degreesEast - middleLongitude + 180) % 360) + 360) % 360) - 180;
      return widestPan * (2 * fraction(middleLongitude + fromMiddle, this.range) - 1);
    },
  },
} as const satisfies Record<string, MappingRow>;

/** The bell of one observation. @param longitude of its station, degrees east, `null` when unknown */
export function strikeFor(observation: ObservationMessage, longitude: number | null): Strike {
  const { waterTempC, waveHeightM, windSpeedMps } = observation;
  return {
    hz: waterTempC === null ? null : mapping.waterTempC.toSound(waterTempC),
    hardness: waveHeightM === null ? null : mapping.waveHeightM.toSound(waveHeightM),
    ringSeconds: windSpeedMps === null ? null : mapping.windSpeedMps.toSound(windSpeedMps),
    pan: longitude === null ? null : mapping.longitude.toSound(longitude),
  };
}

function fraction(value: number, range: readonly [number, number]): number {
  return (clamp(value, range) - range[0]) / (range[1] - range[0]);
}

function clamp(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, value));
}
