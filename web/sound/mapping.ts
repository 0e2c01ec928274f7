// The rules that map measured values to the score: pitches, levels, times and the worth of a report. engine/ and
// timbre/ define how an event of the score sounds.

import { clamp, compassDegrees, longitudeDegrees } from "../../shared/numbers.ts";
import { staleAfterMin, waterScaleC } from "../../shared/sea.ts";
import type { SeaField } from "../sea/sea-state.ts";

/** Describes the scale of a mapped value. */
export type MappedScale = { unit: string; range: readonly [min: number, max: number] };

/** The values that a bell depends on; `null`: not measured. */
export type BellFields = { waveHeightM: number | null; waterTempC: number | null };

/** A2, the reference of all pitches. */
export const rootHz = 110;

/** Five just-intoned notes per octave; no two of them clash. */
const pentatonic = [1, 9 / 8, 5 / 4, 3 / 2, 5 / 3];
const lowestNoteHz = 2 * rootHz;
const octaves = 3;

/** Number of places where a bell is struck; each excites the bell's partials differently. */
export const strikingPlaces = 4;

/** The strike notes of the bells, A3 to A6: equal steps of temperature, 2.4 °C each. */
export const bellNotesHz: readonly number[] = [
  ...Array.from({ length: octaves }, (_, octave) =>
    pentatonic.map((ratio) => lowestNoteHz * ratio * 2 ** octave),
  ).flat(),
  lowestNoteHz * 2 ** octaves,
];

/** Wind speed of Beaufort 1. The Beaufort number grows with the speed to the power of 2/3. */
const beaufortMps = 0.836;
const hurricaneBeaufort = 12;
/**
 * Below this height the scale is almost linear, above it logarithmic: half a metre matters on a calm sea and not in a
 * storm.
 */
const waveKneeM = 0.5;
/** Max pan; a wider one would sound in one ear only. */
const widestPan = 0.85;
/** Degrees of longitude from the middle of the stereo image to its side. */
const halfWidthDegrees = 70;

/** An inaudible level; a layer without a measured value has this level. */
export const silentDb = -120;

/**
 * Level of the drone, the reference for all other levels. Its tones are notes of the bells, so it is softer under the
 * many bells of the network.
 */
export const droneDb = { station: -18, network: -25 } as const;
/** Added to the drone's level if the pressure was not measured: the drone continues without a throb. */
export const heldDroneDb = -12;
/** Level of the glass tone. */
export const glassDb = -29;
/** Gain added to a calm sea under the network's bells, which would otherwise startle. A storm needs none. */
const calmSeaDb = 5;

/**
 * Levels of bells, bowed bells and knocks; `bell` is added to the level of the stroke. A station's own bell is softer,
 * as one sound among many.
 */
export const networkBellsDb = { bell: 0, bowed: -28, knock: -24 } as const;
/** Levels of bells, bowed bells and knocks in a replay, as in {@link networkBellsDb}. */
export const replayBellsDb = { bell: -4, bowed: -28, knock: -22 } as const;
/** Added to the stroke of a tuned-in station's own bell. */
export const stationBellDb = -9;
/** Level of the knock for a field that the tuned-in station did not measure. */
export const missingKnockDb = -18;
/** Level of the two ticks at midnight in a replay. */
export const midnightDb = -38;

/** The lighthouse's pitches are seventh harmonics: no bell of the scale has such a note. */
export const lighthouseHz = { wind: 28 * rootHz, north: 35 * rootHz } as const;
/**
 * After `nearS` without a change, the lighthouse recedes for `recedesS`; at the end it is still audible to a listener
 * who waits for it.
 */
const lighthouseDistance = { nearS: 180, recedesS: 120, farDb: -10 } as const;
/** One turn of the lighthouse, in seconds: two ticks at north, then one rotation of the beam. */
export const lighthouseTurn = { turnS: 8, secondTickS: 0.12, beamDelayS: 0.5, beamS: 7 } as const;

/** Middle longitude of the network before the first report: between Hawaii and Florida. */
export const usualMiddleLongitude = -110;
/** Average strength of waves and warmth, 0..1: 1.5 m, 14 °C. */
const usualStrength = 0.42;
/** Degrees of water temperature that count as much as one metre of wave height. */
const degreesPerMetre = 2;
/** Novelty of a station's first report. */
const newcomerNovelty = 1;
/** Max worth that chance adds to a report. */
const chanceWorth = 0.5;
/** Factor of the worth of a station in view. */
const inViewWorth = 2;
/** Worth of each measured value: more than any novelty. */
const measuredWorth = 50;
/** Worth of each burst without a bell: a station with one value, not heard, goes before one with two that was. */
const unheardWorth = 60;
/** A station without a bell in this many bursts goes first. */
const starving = { bursts: 3, worth: 1_000 } as const;

/**
 * A hand never strikes twice alike: range of level between two strokes of one report, in dB, and speed of a knock's
 * sample.
 */
export const touch = { rangeDb: 1, knockRate: { min: 0.94, range: 0.12 } } as const;

/** Duration over which a burst of reports is spread, in seconds: initial, min and max. */
export const burstSpread = { initialS: 300, minS: 20, maxS: 900 } as const;

/** The unit and the scale of each mapped value. A value outside the scale sounds like the nearest bound. */
export const mapping = {
  waveHeightM: { unit: "m", range: [0, 14] },
  dominantPeriodS: { unit: "s", range: [3, 20] },
  windSpeedMps: { unit: "m/s", range: [0, 34.8] },
  gustMps: { unit: "m/s", range: [0, 60] },
  windDirDeg: { unit: "°", range: [0, 360] },
  waterTempC: { unit: "°C", range: waterScaleC },
  pressureHpa: { unit: "hPa", range: [945, 1045] },
  longitude: { unit: "°", range: [-180, 180] },
  age: { unit: "min", range: [60, staleAfterMin] },
} as const satisfies Record<SeaField | "longitude" | "age", MappedScale>;

/** Returns a wave height (m) as 0..1 on a logarithmic scale: the Douglas sea scale is nearly geometric. */
export function waveStrength(heightM: number): number {
  const [, max] = mapping.waveHeightM.range;
  return clamp(Math.log1p(Math.max(0, heightM) / waveKneeM) / Math.log1p(max / waveKneeM), 0, 1);
}

/** Returns a wind speed (m/s) as 0..1, on the Beaufort scale. */
export function windStrength(speedMps: number): number {
  return clamp((Math.max(0, speedMps) / beaufortMps) ** (2 / 3) / hurricaneBeaufort, 0, 1);
}

/** Returns levels and cut-off of the swell and its foam. A listener can distinguish about twenty steps in 21 dB. */
export function swellOf(heightM: number): { gainDb: number; foamDb: number; cutoffHz: number } {
  const strength = waveStrength(heightM);
  return { gainDb: -24 + 14.5 * strength, foamDb: -24 + 12.5 * strength, cutoffHz: 90 * 2 ** (1.8 * strength) };
}

/** Returns level, centre frequency and Q of the wind. The pitch is audible at any volume. */
export function windOf(speedMps: number): { gainDb: number; centreHz: number; q: number } {
  const strength = windStrength(speedMps);
  return { gainDb: -22 + 2.5 * strength, centreHz: 800 * 2 ** (2.1 * strength), q: 2 + 1.5 * strength };
}

/** Returns the wind's flutter, 0..1: by how much gusts exceed the mean wind. `null`: 0. */
export function flutterOf(gustMps: number | null, speedMps: number): number {
  return gustMps === null ? 0 : clamp(gustMps / Math.max(1, speedMps) - 1, 0, 1);
}

/**
 * Returns hardness (0..1) and level (dB) of a bell for a wave height (m): higher waves strike harder, brighter and
 * louder.
 */
export function strokeOf(heightM: number): { hardness: number; gainDb: number } {
  const hardness = waveStrength(heightM);
  // The level is flatter at the top, where brightness shows the difference. A storm of bells then stays below the soft
  // clipper.
  return { hardness, gainDb: -30 + 17 * hardness - 5 * hardness ** 2 };
}

/** Returns the gain (dB) added to the sea under the network's bells. */
export function calmSeaDbOf(heightM: number): number {
  return calmSeaDb * (1 - waveStrength(heightM));
}

/** Returns the time from crest to crest in seconds, within the bounds of the scale. */
export function crestPeriodOf(dominantPeriodS: number): number {
  const [shortest, longest] = mapping.dominantPeriodS.range;
  return clamp(dominantPeriodS, shortest, longest);
}

/** Returns the lighthouse's level in dB. It rises with the wind, which would otherwise mask it. */
export function lighthouseDbOf(windSpeedMps: number): number {
  return -30 + 10 * windStrength(windSpeedMps);
}

/** Returns the gain (dB) added to the lighthouse when nothing has changed for so many seconds. */
export function farLighthouseDbOf(unchangedS: number): number {
  const { nearS, recedesS, farDb } = lighthouseDistance;
  return farDb * clamp((unchangedS - nearS) / recedesS, 0, 1) || 0;
}

/** Returns the time (s) from the beam at north to the beam at the wind's direction. */
export function beamTimeOf(windDirDeg: number): number {
  return (lighthouseTurn.beamS * compassDegrees(windDirDeg)) / 360;
}

/** Returns the pan of a direction, -1 (left) to 1 (right), for a listener facing north. */
export function panOfDirection(degrees: number): number {
  return widestPan * Math.sin((degrees * Math.PI) / 180);
}

/** Returns the pan of a longitude, -1 (left) to 1 (right), by the shorter way from the middle. */
export function panOfLongitude(longitude: number, middleLongitude: number): number {
  return widestPan * clamp(degreesEast(longitude, middleLongitude) / halfWidthDegrees, -1, 1);
}

/** Returns by how many degrees one longitude is east of another, -180..180, by the shorter way. */
function degreesEast(longitude: number, of: number): number {
  return longitudeDegrees(longitude - of);
}

/** Returns the exact pitch (Hz) of a water temperature: one semitone per degree. */
export function pitchOf(celsius: number): number {
  return lowestNoteHz * 2 ** (octaves * warmthOf(celsius));
}

/** Returns the note (Hz) of the bell for a water temperature. */
export function bellNoteOf(celsius: number): number {
  return bellNotesHz[Math.round(warmthOf(celsius) * (bellNotesHz.length - 1))] ?? lowestNoteHz;
}

/** Returns the throb rate (Hz) for a pressure; from 957 hPa down the throbs blur. */
export function throbOf(pressureHpa: number): number {
  return clamp(0.15 * 2 ** ((1040 - pressureHpa) / 15), 0.12, 9);
}

/** Returns whether a value is too old to show the current sea; it then counts as not measured. */
export function isStale(ageMin: number | undefined): boolean {
  return ageMin !== undefined && ageMin >= mapping.age.range[1];
}

/** Returns the attenuation (dB) and the reverb share (0..1) of a value of this age: older sounds further away. */
export function distanceOf(ageMin: number | undefined): { fadeDb: number; room: number } {
  const [near, gone] = mapping.age.range;
  const olderMin = clamp((ageMin ?? near) - near, 0, gone - near);
  return { fadeDb: (-6 * olderMin) / 60 || 0, room: olderMin / (gone - near) };
}

/**
 * Returns the worth of a report for the few bells of a burst; higher is better.
 * @param before the previous report of its station, if there was one
 * @param burstsUnheard number of bursts in which its station had no bell since the last one
 * @param chance 0..1
 */
export function worthOf(
  report: BellFields & { inView: boolean },
  before: BellFields | undefined,
  burstsUnheard: number,
  chance: number,
): number {
  const novelty = before ? noveltyOf(report, before) : newcomerNovelty;
  const worth = novelty + extremityOf(report) + chanceWorth * chance;
  const measured = [report.waveHeightM, report.waterTempC].filter((value) => value !== null).length;
  const unheard = burstsUnheard * unheardWorth + (burstsUnheard >= starving.bursts ? starving.worth : 0);
  return worth * (report.inView ? inViewWorth : 1) + measured * measuredWorth + unheard;
}

/** Returns how unusual a report is, 0 to about 3; calms are as unusual as storms. */
export function extremityOf({ waveHeightM, waterTempC }: BellFields): number {
  const fromUsual = (strength: number | null) =>
    strength === null ? 0 : Math.abs(strength - usualStrength) / usualStrength;
  const wave = fromUsual(waveHeightM === null ? null : waveStrength(waveHeightM));
  return 2 * wave + fromUsual(waterTempC === null ? null : warmthOf(waterTempC));
}

/** Returns how much a report differs from the previous one, in metres of wave height. */
export function noveltyOf(report: BellFields, before: BellFields): number {
  const change = (now: number | null, then: number | null) =>
    now === null || then === null ? 0 : Math.abs(now - then);
  return (
    change(report.waveHeightM, before.waveHeightM) + change(report.waterTempC, before.waterTempC) / degreesPerMetre
  );
}

/** Returns a water temperature as 0..1 of the scale. */
function warmthOf(celsius: number): number {
  const [coldest, warmest] = mapping.waterTempC.range;
  return clamp((celsius - coldest) / (warmest - coldest), 0, 1);
}
