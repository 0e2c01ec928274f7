// Descriptions of the sound in words.

import type { Conditions, Station } from "../../shared/client/answers.ts";
import { currentValue, isFresh, seaAtStation } from "../sea/conditions.ts";
import type { PastReport } from "../sea/replay-frames.ts";
import { trendOf } from "../sea/trend.ts";
import { clamp, throbOf, waveStrength, windStrength } from "../sound/mapping.ts";
import { type SeaField, type SeaState, seaFields } from "../sound/sea-state.ts";
import type { SoundEvent } from "../sound/sound-event.ts";
import { compassWord, formatMeasurement, type Units } from "./units.ts";

/** Names of missing fields, for knocks. */
const missing: Record<SeaField, string> = {
  waveHeightM: "wave height",
  dominantPeriodS: "wave period",
  windSpeedMps: "wind speed",
  gustMps: "gusts",
  windDirDeg: "wind direction",
  waterTempC: "water temperature",
  pressureHpa: "air pressure",
};

/** Describes the sound of a sea state: `A slow throb, a soft swell every 9 s, a breath of wind from the west…`. */
export function describeSea(sea: SeaState, units: Units, parts: { water: boolean }): string {
  const heard = [describePressure(sea), describeWaves(sea, units), describeWind(sea, units)];
  if (parts.water) heard.push(describeWater(sea, units));
  const text = heard.join(", ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Describes the sound of one station. */
export function describeStation(conditions: Conditions | undefined, units: Units, nowMs: number): string {
  const sea = seaAtStation(conditions, nowMs);
  for (const field of seaFields) sea[field] = currentValue(conditions, field, nowMs) === null ? null : sea[field];
  return describeSea(sea, units, { water: true });
}

/** Describes a field's introduction, with its value. Values older than three hours do not sound and are not named. */
export function describeIntroduced(
  field: SeaField,
  conditions: Conditions | undefined,
  history: readonly PastReport[],
  units: Units,
  nowMs: number,
): string {
  const names: Record<SeaField, string> = {
    pressureHpa: "The drone throbs with the pressure",
    waveHeightM: "The swell is louder with higher waves",
    dominantPeriodS: "Its crests follow the wave period",
    windSpeedMps: "The rushing is the wind speed",
    gustMps: "It flutters with the gusts",
    windDirDeg: "It comes from the wind's direction",
    waterTempC: "The glass is higher with warmer water",
  };
  const measured = conditions?.fields[field];
  if (!measured) return `${names[field]}: not measured here`;
  if (!isFresh(measured, nowMs)) return `${names[field]}: not measured for three hours`;
  const trend = trendOf(field, history, nowMs);
  return `${names[field]}: ${formatMeasurement(field, measured.value, units)}${trend ? `, ${trend}` : ""}`;
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
  const name = [station?.name ?? event.stationId];
  if (event.type === "knock" && event.field) return `${name}: a knock, no ${missing[event.field]}`;
  const waves = currentValue(conditions, "waveHeightM", nowMs);
  const water = currentValue(conditions, "waterTempC", nowMs);
  // An older value may be known, but this report lacked it.
  if (waves !== null && event.type !== "bowed") name.push(formatMeasurement("waveHeightM", waves, units));
  if (water !== null && event.type !== "knock") name.push(formatMeasurement("waterTempC", water, units));
  const how = { bell: "", bowed: " (bowed: no waves measured)", knock: " (a knock: no water temperature)" }[event.type];
  return `${name.join(", ")}${how}`;
}

function describePressure({ pressureHpa }: SeaState): string {
  if (pressureHpa === null) return "a held drone (pressure is not measured)";
  const throb = throbOf(pressureHpa);
  return throb < 0.5 ? "a slow throb" : throb < 1.2 ? "a steady throb" : "a quick, uneasy throb";
}

function describeWaves({ waveHeightM, dominantPeriodS }: SeaState, units: Units): string {
  if (waveHeightM === null) return "no swell (waves are not measured)";
  const sizes = ["a murmur of swell", "a soft swell", "a full swell", "a heavy swell", "a roaring swell"];
  const size = sizes[Math.floor(clamp(waveStrength(waveHeightM), 0, 0.99) * sizes.length)];
  const period = dominantPeriodS === null ? "" : ` every ${Math.round(dominantPeriodS)} s`;
  return `${size}${period}: ${formatMeasurement("waveHeightM", waveHeightM, units)}`;
}

function describeWind({ windSpeedMps, windDirDeg }: SeaState, units: Units): string {
  if (windSpeedMps === null) return "no wind (it is not measured)";
  const forces = ["a breath of wind", "a steady wind", "a strong wind", "a gale", "a storm"];
  const force = forces[Math.floor(clamp(windStrength(windSpeedMps), 0, 0.99) * forces.length)];
  const speed = formatMeasurement("windSpeedMps", windSpeedMps, units);
  if (windDirDeg === null) return `${force}: ${speed}`;
  return `${force} from the ${compassWord(windDirDeg)}${sideOf(windDirDeg)}: ${speed}`;
}

function describeWater({ waterTempC }: SeaState, units: Units): string {
  if (waterTempC === null) return "no glass (water temperature is not measured), a knock in its place";
  const pitch = waterTempC < 10 ? "low" : waterTempC < 22 ? "middling" : "high";
  return `a ${pitch} glass: ${formatMeasurement("waterTempC", waterTempC, units)}`;
}

/** Returns the side of the stereo image, facing north; north and south are in the middle. */
function sideOf(degrees: number): string {
  const east = Math.sin((degrees * Math.PI) / 180);
  return Math.abs(east) < 0.4 ? "" : east > 0 ? ", on the right" : ", on the left";
}
