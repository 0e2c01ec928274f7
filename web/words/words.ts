// Descriptions of the sound in words.

import type { Conditions, Station } from "../../shared/client/answers.ts";
import { clamp } from "../../shared/numbers.ts";
import { currentValue, isFresh, isOfCalm, seaAtStation } from "../sea/conditions.ts";
import type { PastReport } from "../sea/replay-frames.ts";
import { type SeaField, type SeaState, seaFields } from "../sea/sea-state.ts";
import { trendOf } from "../sea/trend.ts";
import { throbOf, waveStrength, windStrength } from "../sound/mapping.ts";
import type { SoundEvent, Way } from "../sound/sound-event.ts";
import * as soundWords from "./english/sound.ts";
import * as valueWords from "./english/values.ts";
import { formatAge } from "./format.ts";
import { fill, formatList } from "./message.ts";
import { formatMeasurement, type Units } from "./units.ts";

const minuteMs = 60_000;

/** Describes the sound of a sea state: `A slow throb, a soft swell every 9 s, a breath of wind from the west…`. */
export function describeSea(sea: SeaState, units: Units, parts: { water: boolean }): string {
  const heard = [describePressure(sea), describeWaves(sea, units), describeWind(sea, units)];
  if (parts.water) heard.push(describeWater(sea, units));
  const text = fill(soundWords.sound, { phrases: formatList(heard) });
  return `${text.charAt(0).toLocaleUpperCase(valueWords.locale)}${text.slice(1)}`;
}

/** Describes the sound of one station. */
export function describeStation(conditions: Conditions | undefined, units: Units, nowMs: number): string {
  const sea = seaAtStation(conditions, nowMs);
  for (const field of seaFields) sea[field] = currentValue(conditions, field, nowMs) === null ? null : sea[field];
  return describeSea(sea, units, { water: true });
}

/** Describes a field's introduction, with its value. Values older than three hours do not sound. */
export function describeIntroduced(
  field: SeaField,
  conditions: Conditions | undefined,
  history: readonly PastReport[],
  units: Units,
  nowMs: number,
): string {
  return fill(soundWords.introduced[field], { reading: describeReading(field, conditions, history, units, nowMs) });
}

function describeReading(
  field: SeaField,
  conditions: Conditions | undefined,
  history: readonly PastReport[],
  units: Units,
  nowMs: number,
): string {
  const readings = soundWords.readings;
  const measured = conditions?.fields[field];
  if (!measured) return readings.missing;
  if (!isFresh(measured, nowMs)) return fill(readings.stale, { age: formatAge(nowMs - measured.atMs) });
  if (isOfCalm(field, conditions)) return valueWords.calm;
  const value = formatMeasurement(field, measured.value, units);
  const trend = trendOf(field, history, nowMs);
  return trend === null ? value : fill(readings[trend], { value });
}

/** Describes a sound event; `null` for one without words. Values older than three hours are not named. */
export function describeSound(
  event: SoundEvent,
  station: Station | undefined,
  conditions: Conditions | undefined,
  units: Units,
  nowMs: number,
): string | null {
  if (event.type !== "bell" && event.type !== "bowed" && event.type !== "knock") return null;
  if (!event.stationId) return null;
  const name = station?.name ?? event.stationId;
  if (event.type === "knock" && event.field) return fill(soundWords.knockFor[event.field], { station: name });
  const known = [name];
  const waves = currentValue(conditions, "waveHeightM", nowMs);
  const water = currentValue(conditions, "waterTempC", nowMs);
  // An older value may be known, but this report lacked it.
  if (waves !== null && event.type !== "bowed") known.push(formatMeasurement("waveHeightM", waves, units));
  if (water !== null && event.type !== "knock") known.push(formatMeasurement("waterTempC", water, units));
  return fill(soundWords.sounds[event.type], { station: formatList(known) });
}

/** Describes what leads the bells of a burst. @param from where they start */
export function describeLead(way: Way, from: Station | undefined): string {
  return fill(soundWords.leads[way], { station: from?.name ?? from?.stationId ?? "" });
}

/** Describes a value that does not sound: it was not measured, or is older than three hours. */
function describeSilent<Words extends { missing: string; stale: `${string}{age}${string}` }>(
  sea: SeaState,
  field: SeaField,
  { missing, stale }: Words,
): string {
  const ageMin = sea.agesMin[field];
  return ageMin === undefined ? missing : fill(stale, { age: formatAge(ageMin * minuteMs) });
}

function describePressure(sea: SeaState): string {
  const { pressureHpa } = sea;
  const { slow, steady, quick } = soundWords.pressure;
  if (pressureHpa === null) return describeSilent(sea, "pressureHpa", soundWords.pressure);
  const throb = throbOf(pressureHpa);
  return throb < 0.5 ? slow : throb < 1.2 ? steady : quick;
}

function describeWaves(sea: SeaState, units: Units): string {
  const { waveHeightM, dominantPeriodS } = sea;
  if (waveHeightM === null) return describeSilent(sea, "waveHeightM", soundWords.noWaves);
  const [swell, swellWithPeriod] = choose(soundWords.waves, waveStrength(waveHeightM));
  const height = formatMeasurement("waveHeightM", waveHeightM, units);
  if (dominantPeriodS === null) return fill(swell, { height });
  return fill(swellWithPeriod, { height, seconds: Math.round(dominantPeriodS) });
}

function describeWind(sea: SeaState, units: Units): string {
  const { windSpeedMps, windDirDeg } = sea;
  if (windSpeedMps === null) return describeSilent(sea, "windSpeedMps", soundWords.noWind);
  const [wind, windFrom] = choose(soundWords.wind, windStrength(windSpeedMps));
  const speed = formatMeasurement("windSpeedMps", windSpeedMps, units);
  return windDirDeg === null ? fill(wind, { speed }) : fill(windFrom, { speed, from: describeWindFrom(windDirDeg) });
}

function describeWater(sea: SeaState, units: Units): string {
  const { waterTempC } = sea;
  const { low, middling, high } = soundWords.water;
  if (waterTempC === null) return describeSilent(sea, "waterTempC", soundWords.water);
  const pitch = waterTempC < 10 ? low : waterTempC < 22 ? middling : high;
  return fill(pitch, { temperature: formatMeasurement("waterTempC", waterTempC, units) });
}

/** Describes a wind's direction as one of eight compass points, with its side of the stereo image. */
function describeWindFrom(degrees: number): string {
  const from = soundWords.windFrom;
  return from[Math.round(degrees / 45) % from.length] ?? from[0];
}

/** Returns the element for a strength of 0..1. */
function choose<From extends readonly [unknown, ...unknown[]]>(from: From, strength: number): From[number] {
  return from[Math.floor(clamp(strength, 0, 0.99) * from.length)] ?? from[0];
}
