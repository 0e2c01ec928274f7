// Stations' latest values, and the sea state that they give: at one station, and over many.

import type { Conditions } from "../../shared/client/answers.ts";
import type { Measurement } from "../../shared/measurements.ts";
import { hasDirection, meanDirection, median, staleAfterMs } from "../../shared/sea.ts";
import { type SeaField, type SeaState, seaFields, seaStateOf } from "./sea-state.ts";

const minuteMs = 60_000;

/** Returns a station's value if it was measured in the last three hours, else `null`. */
export function currentValue(known: Conditions | undefined, field: Measurement, nowMs: number): number | null {
  const measured = known?.fields[field];
  return measured && isFresh(measured, nowMs) ? measured.value : null;
}

/** Returns the direction that the wind comes from, in degrees; `null` if not measured recently, or in a calm. */
export function currentWindDirection(known: Conditions | undefined, nowMs: number): number | null {
  return isOfCalm("windDirDeg", known) ? null : currentValue(known, "windDirDeg", nowMs);
}

/** Returns the time of a station's newest value; `null` without values. */
export function newestOf({ fields }: Conditions): number | null {
  let newest: number | null = null;
  for (const measured of Object.values(fields)) newest = later(newest, measured?.atMs ?? null);
  return newest;
}

/** Returns the sea state at one station, each value with its age. A calm has no direction. */
export function seaAtStation(known: Conditions | undefined, nowMs: number): SeaState {
  const sea = emptySea();
  for (const field of seaFields) {
    const measured = known?.fields[field];
    if (!measured || isOfCalm(field, known)) continue;
    sea[field] = measured.value;
    sea.agesMin[field] = (nowMs - measured.atMs) / minuteMs;
  }
  return sea;
}

/**
 * Returns the sea state over many stations: the median of each field measured in the last three hours, and the mean
 * wind direction without calms. It has no age, because half of all live values are older than 45 minutes anyway.
 */
export function seaOverStations(list: Iterable<Conditions>, nowMs: number): SeaState {
  const values = new Map<SeaField, number[]>(seaFields.map((field) => [field, []]));
  for (const known of list) {
    for (const field of seaFields) {
      const measured = known.fields[field];
      if (measured && !isOfCalm(field, known) && isFresh(measured, nowMs)) values.get(field)?.push(measured.value);
    }
  }
  const sea = emptySea();
  for (const [field, measured] of values)
    sea[field] = field === "windDirDeg" ? meanDirection(measured) : median(measured);
  return sea;
}

/** Returns a sea state without values. */
export function emptySea(): SeaState {
  return seaStateOf(() => null);
}

/** Returns whether a field is the wind direction of a calm. It means nothing, so the page shows and plays no calm's direction. */
export function isOfCalm(field: Measurement, known: Pick<Conditions, "fields"> | undefined): boolean {
  const { windDirDeg, windSpeedMps } = known?.fields ?? {};
  return field === "windDirDeg" && windDirDeg !== undefined && !hasDirection(windDirDeg, windSpeedMps);
}

/** Returns whether a value is recent enough to describe the current sea. */
export function isFresh({ atMs }: { atMs: number }, nowMs: number): boolean {
  return nowMs - atMs < staleAfterMs;
}

/** Returns the later of two times; `null` only if both are. */
export function later(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
