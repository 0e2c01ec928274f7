import type { Measurement } from "../../shared/measurements.ts";
import { hasDirection, meanDirection, median } from "../../shared/sea.ts";
import type { Conditions, Measured, Station } from "../net/api.ts";
import { type SeaField, type SeaState, seaFields } from "../sound/sea-state.ts";

/** What the page knows of the network: who the stations are, and what each measured last. */
export type Network = {
  readonly stations: ReadonlyMap<string, Station>;
  readonly conditions: ReadonlyMap<string, Conditions>;
  /** When the newest of all reports was measured, `null` before the first. */
  readonly newestAtMs: number | null;
  setStations(stations: Station[]): void;
  /** What is known now; it replaces all that was. */
  setConditions(conditions: Conditions[]): void;
  /** One report: what it measured replaces what is older, what it did not measure stays. */
  apply(
    report: { stationId: string; timestamp: string } & {
      readonly [Field in Measurement]?: number | null | undefined;
    },
  ): Conditions;
};

/** What lies further back is no state of the sea any more. */
export const staleAfterMs = 3 * 60 * 60_000;

const minuteMs = 60_000;

/** A page that knows nothing yet. @param fields all that a report may carry */
export function createNetwork(fields: readonly Measurement[]): Network {
  let stations = new Map<string, Station>();
  let conditions = new Map<string, Conditions>();
  let newestAtMs: number | null = null;

  return {
    get stations() {
      return stations;
    },
    get conditions() {
      return conditions;
    },
    get newestAtMs() {
      return newestAtMs;
    },
    setStations(list) {
      stations = new Map(list.map((station) => [station.stationId, station]));
    },
    setConditions(list) {
      conditions = new Map(list.map((known) => [known.stationId, known]));
      newestAtMs = null;
      for (const known of list) newestAtMs = later(newestAtMs, newestOf(known));
    },
    apply(report) {
      const atMs = Date.parse(report.timestamp);
      const known: Conditions = {
        stationId: report.stationId,
        fields: { ...conditions.get(report.stationId)?.fields },
      };
      for (const field of fields) {
        const value = report[field];
        if (typeof value === "number" && atMs >= (known.fields[field]?.atMs ?? atMs))
          known.fields[field] = { value, atMs };
      }
      conditions.set(report.stationId, known);
      newestAtMs = later(newestAtMs, atMs);
      return known;
    },
  };
}

/** What a station measured within the last three hours, `null` where that is nothing: what is older counts nowhere. */
export function currentValue(known: Conditions | undefined, field: Measurement, nowMs: number): number | null {
  const measured = known?.fields[field];
  return measured && isFresh(measured, nowMs) ? measured.value : null;
}

/** Where the wind blows from at a station, in degrees; `null` where it was not measured of late, or where it is calm. */
export function currentWindDirection(known: Conditions | undefined, nowMs: number): number | null {
  return known && hasNoDirection(known) ? null : currentValue(known, "windDirDeg", nowMs);
}

/** When the newest of a station's values was measured, `null` where there is none. */
export function newestOf({ fields }: Conditions): number | null {
  let newest: number | null = null;
  for (const measured of Object.values(fields)) newest = later(newest, measured?.atMs ?? null);
  return newest;
}

/** The sea at one station, each value with its age. A calm has no direction. */
export function seaAtStation(known: Conditions | undefined, nowMs: number): SeaState {
  const sea = emptySea();
  for (const field of seaFields) {
    const measured = known?.fields[field];
    if (!measured || (field === "windDirDeg" && hasNoDirection(known))) continue;
    sea[field] = measured.value;
    sea.agesMin[field] = (nowMs - measured.atMs) / minuteMs;
  }
  return sea;
}

/**
 * The sea over many stations: the median of each field among those who measured it in the last three hours, and the mean
 * direction of the wind, without calms. It has no age: half of all that is live is older than 45 minutes by nature.
 */
export function seaOverStations(list: Iterable<Conditions>, nowMs: number): SeaState {
  const values = new Map<SeaField, number[]>(seaFields.map((field) => [field, []]));
  for (const known of list) {
    for (const field of seaFields) {
      const measured = known.fields[field];
      if (field === "windDirDeg" && hasNoDirection(known)) continue;
      if (measured && isFresh(measured, nowMs)) values.get(field)?.push(measured.value);
    }
  }
  const sea = emptySea();
  for (const [field, measured] of values)
    sea[field] = field === "windDirDeg" ? meanDirection(measured) : median(measured);
  return sea;
}

/** A sea of which nothing was measured. */
export function emptySea(): SeaState {
  const nothing = Object.fromEntries(seaFields.map((field) => [field, null])) as Record<SeaField, null>;
  return { ...nothing, agesMin: {} };
}

function hasNoDirection({ fields }: Conditions): boolean {
  return fields.windDirDeg !== undefined && !hasDirection(fields.windDirDeg, fields.windSpeedMps);
}

function isFresh({ atMs }: Measured, nowMs: number): boolean {
  return nowMs - atMs < staleAfterMs;
}

function later(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
