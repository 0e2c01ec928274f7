// Every rule by which a measured value becomes part of the score: pitches, levels, times, and what a report is worth. How an
// event of the score is then played is up to the engine (engine/, timbre/).

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
};

/** What a bell is rung by; `null`: not measured. */
export type BellFields = { waveHeightM: number | null; waterTempC: number | null };

/** A2: what all pitches are measured from. */
export const rootHz = 110;

/** Five just-intoned notes an octave, so that no two bells can clash. */
const pentatonic = [1, 9 / 8, 5 / 4, 3 / 2, 5 / 3];
const lowestNoteHz = 2 * rootHz;
const octaves = 3;

/** The strike notes of the bells, A3 to A6: equal steps of temperature, 2.4 °C each. */
export const bellNotesHz: readonly number[] = [
  ...Array.from({ length: octaves }, (_, octave) =>
    pentatonic.map((ratio) => lowestNoteHz * ratio * 2 ** octave),
  ).flat(),
  lowestNoteHz * 2 ** octaves,
];

/** Speed of one Beaufort; its numbers grow with the speed to the power of 2/3. */
const beaufortMps = 0.836;
const hurricaneBeaufort = 12;
/** Waves are heard in ratios, not in steps: half a metre matters on a calm sea and not in a storm. */
const waveKneeM = 0.5;
/** What lies further out would sound from one ear alone. */
const widestPan = 0.85;
/** The stations to both sides of the middle that share the width of the stereo image. */
const halfWidthDegrees = 70;

/** A signal that nobody hears; a layer of which nothing was measured has this level. */
export const silentDb = -120;

/** Level of the drone; all else is louder or softer than it. Its tones are notes of the bells, so it is softer under many. */
export const droneDb = { station: -18, network: -25 } as const;
/** Added to the drone where no pressure was measured: it stays, but says nothing. */
export const heldDroneDb = -12;
export const glassDb = -29;
/** A sea that is the bed of bells is fuller, the calmer it is: else they startle. A storm is full enough. */
const calmSeaDb = 5;

/** Levels of what rings: `bell` is added to that of the stroke. A station's own bell is one of many sounds of it. */
export const networkBellsDb = { bell: 0, bowed: -28, knock: -24 } as const;
export const replayBellsDb = { bell: -4, bowed: -28, knock: -22 } as const;
export const stationBellDb = -9;
/** The knock of a field that the tuned-in station did not measure. */
export const missingKnockDb = -18;
export const midnightDb = -38;

/** The lighthouse's pitches, seventh harmonics: no bell of a scale of thirds and fifths sounds there. */
export const lighthouseHz = { wind: 28 * rootHz, north: 35 * rootHz } as const;
/** One turn of the lighthouse, in seconds: two ticks at north, then the beam goes round once. */
export const lighthouseTurn = { turnS: 8, secondTickS: 0.12, beamDelayS: 0.5, beamS: 7 } as const;

/** The middle of the network as long as no report told of one: between Hawaii and Florida. */
export const usualMiddleLongitude = -110;
/** Of waves and of warmth, 0..1: 1.5 m, 14 °C. */
const usualStrength = 0.42;
/** A metre of wave is as much news as so many degrees of water. */
const degreesPerMetre = 2;

/** Bells of a burst of reports, in seconds: over how long it is spread, and how far apart they may be. */
export const burstSpread = { usualS: 300, leastS: 20, mostS: 900 } as const;
/** A few reports are not stretched until the next burst: who sent one wants to hear it. */
export const bellGap = { leastS: 0.09, mostS: 4 } as const;

/** The whole mapping from the sea to sound in words; the functions below are the same mapping in numbers. */
export const mapping = {
  waveHeightM: {
    measured: "Wave height",
    unit: "m",
    range: [0, 14],
    heard: "Swell, and foam on its crests: loudness and brightness. How hard a bell is struck",
    least: "a murmur; a soft, dark stroke",
    most: "a roar; a hard, bright stroke",
    missing: "no swell, a knock; a report's bell is bowed, it has no stroke",
  },
  dominantPeriodS: {
    measured: "Wave period",
    unit: "s",
    range: [3, 20],
    heard: "Time from crest to crest, as it is",
    least: "a crest every three seconds",
    most: "a crest every twenty seconds",
    missing: "no crests: the swell stays as it is; a knock",
  },
  windSpeedMps: {
    measured: "Wind speed",
    unit: "m/s",
    range: [0, 34.8],
    heard: "Wind: how high it howls, and how loud",
    least: "a low breath",
    most: "a high howl",
    missing: "no wind, no lighthouse, a knock",
  },
  gustMps: {
    measured: "Gusts",
    unit: "m/s",
    range: [0, 60],
    heard: "How much the wind flutters: gust against mean",
    least: "steady",
    most: "fluttering",
    missing: "steady; a knock",
  },
  windDirDeg: {
    measured: "Where the wind is from",
    unit: "°",
    range: [0, 360],
    heard:
      "Left and right, facing north. The lighthouse: two ticks at north, a ping when its beam, clockwise in seven seconds, meets the wind",
    least: "north",
    most: "north again",
    missing: "wind in the middle; ticks without a ping, or a knock where there are no ticks",
  },
  waterTempC: {
    measured: "Water temperature",
    unit: "°C",
    range: [-2, 34],
    heard: "Pitch: a semitone a degree for the bowed glass, 16 notes for bells",
    least: "low, A3",
    most: "high, A6",
    missing: "no glass; a knock on wood, without pitch",
  },
  pressureHpa: {
    measured: "Air pressure",
    unit: "hPa",
    range: [945, 1045],
    heard: "How fast the deep drone throbs: twice as fast for every 15 hPa less",
    least: "nine times a second",
    most: "once in eight seconds",
    missing: "the drone is held, quiet, without a throb; a knock",
  },
  longitude: {
    measured: "Longitude of the station",
    unit: "°",
    range: [-180, 180],
    heard: "Where its bell stands, from the middle of the network",
    least: "west: left",
    most: "east: right",
    missing: "in the middle",
  },
  age: {
    measured: "Age of a value",
    unit: "min",
    range: [60, 180],
    heard: "Distance: older is softer, by 6 dB an hour, and echoes more",
    least: "near",
    most: "gone, as if not measured",
    missing: "near",
  },
} as const satisfies Record<string, MappingRow>;

/** Returns a wave height (m) as 0..1, in ratios: the Douglas sea scale is nearly geometric. */
export function waveStrength(heightM: number): number {
  const [, most] = mapping.waveHeightM.range;
  return clamp(Math.log1p(Math.max(0, heightM) / waveKneeM) / Math.log1p(most / waveKneeM), 0, 1);
}

/** Returns a wind speed (m/s) as 0..1, on the Beaufort scale. */
export function windStrength(speedMps: number): number {
  return clamp((Math.max(0, speedMps) / beaufortMps) ** (2 / 3) / hurricaneBeaufort, 0, 1);
}

/** Returns level and colour of the swell and of the foam on it. 21 dB are about twenty steps that an ear can tell. */
export function swellOf(heightM: number): { gainDb: number; foamDb: number; cutoffHz: number } {
  const strength = waveStrength(heightM);
  return { gainDb: -24 + 14.5 * strength, foamDb: -24 + 12.5 * strength, cutoffHz: 90 * 2 ** (1.8 * strength) };
}

/** Returns level and pitch of the wind. Its pitch needs no reference level: it is heard at any volume. */
export function windOf(speedMps: number): { gainDb: number; centreHz: number; q: number } {
  const strength = windStrength(speedMps);
  return { gainDb: -22 + 2.5 * strength, centreHz: 800 * 2 ** (2.1 * strength), q: 2 + 1.5 * strength };
}

/** Returns how much the wind flutters, 0..1: by how much gusts exceed the mean. */
export function flutterOf(gustMps: number | null, speedMps: number): number {
  return gustMps === null ? 0 : clamp(gustMps / Math.max(1, speedMps) - 1, 0, 1);
}

/** Returns how a bell is struck for a wave height (m): the higher the wave, the harder (0..1), hence brighter and louder. */
export function strokeOf(heightM: number): { hardness: number; gainDb: number } {
  const hardness = waveStrength(heightM);
  // Flatter at the top, where there is brightness to tell by, so that a storm of bells stays below the soft clipper.
  return { hardness, gainDb: -30 + 17 * hardness - 5 * hardness ** 2 };
}

/** Returns by how many dB a sea under the network's bells is louder. */
export function calmSeaDbOf(heightM: number): number {
  return calmSeaDb * (1 - waveStrength(heightM));
}

/** Returns the seconds from crest to crest. */
export function crestPeriodOf(dominantPeriodS: number): number {
  const [shortest, longest] = mapping.dominantPeriodS.range;
  return clamp(dominantPeriodS, shortest, longest);
}

/** Returns the lighthouse's level in dB. It rises with the wind, which would cover it else. */
export function lighthouseDbOf(windSpeedMps: number): number {
  return -30 + 10 * windStrength(windSpeedMps);
}

/** Returns the seconds from when the beam leaves north until it meets the wind. */
export function beamTimeOf(windDirDeg: number): number {
  return (lighthouseTurn.beamS * (((windDirDeg % 360) + 360) % 360)) / 360;
}

/** Returns left (-1) to right (1) for a direction, facing north. */
export function panOfDirection(degrees: number): number {
  return widestPan * Math.sin((degrees * Math.PI) / 180);
}

/** Returns left (-1) to right (1) for a longitude, the shorter way round from that in the middle. */
export function panOfLongitude(longitude: number, middleLongitude: number): number {
  return widestPan * clamp(degreesEast(longitude, middleLongitude) / halfWidthDegrees, -1, 1);
}

/** Returns how far east one longitude lies of another, -180..180, the shorter way round. */
export function degreesEast(longitude: number, of: number): number {
  return ((((longitude - of + 180) % 360) + 360) % 360) - 180;
}

/** Returns the exact pitch (Hz) of a water temperature: linear in °C and in pitch, one semitone a degree. */
export function pitchOf(celsius: number): number {
  return lowestNoteHz * 2 ** (octaves * warmthOf(celsius));
}

/** Returns the note (Hz) of the bell for a water temperature. */
export function bellNoteOf(celsius: number): number {
  return bellNotesHz[Math.round(warmthOf(celsius) * (bellNotesHz.length - 1))] ?? lowestNoteHz;
}

/** Returns the throbs a second for a pressure; at 957 hPa they begin to blur. */
export function throbOf(pressureHpa: number): number {
  return clamp(0.15 * 2 ** ((1040 - pressureHpa) / 15), 0.12, 9);
}

/** Returns whether a value of this age is no longer a state of the sea: it counts as not measured. */
export function isStale(ageMin: number | undefined): boolean {
  return ageMin !== undefined && ageMin >= mapping.age.range[1];
}

/** Returns by how many dB a value of this age is softer, and how far away it is, 0..1: age is distance. */
export function distanceOf(ageMin: number | undefined): { fadeDb: number; room: number } {
  const [near, gone] = mapping.age.range;
  const olderMin = clamp((ageMin ?? near) - near, 0, gone - near);
  return { fadeDb: (-6 * olderMin) / 60 || 0, room: olderMin / (gone - near) };
}

/** Returns how far out of the ordinary a report is, 0 to about 3: calms are as rare as storms. */
export function extremityOf({ waveHeightM, waterTempC }: BellFields): number {
  const fromUsual = (strength: number | null) =>
    strength === null ? 0 : Math.abs(strength - usualStrength) / usualStrength;
  const wave = fromUsual(waveHeightM === null ? null : waveStrength(waveHeightM));
  return 2 * wave + fromUsual(waterTempC === null ? null : warmthOf(waterTempC));
}

/** Returns how much a report differs from the one before it, in metres of wave. */
export function noveltyOf(report: BellFields, before: BellFields): number {
  const change = (now: number | null, then: number | null) =>
    now === null || then === null ? 0 : Math.abs(now - then);
  return (
    change(report.waveHeightM, before.waveHeightM) + change(report.waterTempC, before.waterTempC) / degreesPerMetre
  );
}

/** Returns a water temperature as 0..1, from the coldest to the warmest that is told apart. */
function warmthOf(celsius: number): number {
  const [coldest, warmest] = mapping.waterTempC.range;
  return clamp((celsius - coldest) / (warmest - coldest), 0, 1);
}

/** Returns a value, or the bound beyond which it is. */
export function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
