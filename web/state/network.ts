// What the page knows of the network, kept up to date report by report.

import { type Measurement, measurements } from "../../shared/measurements.ts";
import type { Conditions, Station } from "../net/answers.ts";
import { later, newestOf } from "../sea/conditions.ts";

/** Who the stations are, and what each measured last. It changes in place: a copy for each report would cost too much. */
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

/** A station whose place is known. */
type PlacedStation = Station & { longitude: number; latitude: number };

/** Makes the network of a page that knows nothing yet. */
export function createNetwork(): Network {
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
      for (const field of measurements) {
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

/** Returns the stations whose place is known, whether they have reported or not. */
export function placedStations({ stations }: Network): PlacedStation[] {
  return [...stations.values()].filter(
    (station): station is PlacedStation => station.longitude !== null && station.latitude !== null,
  );
}
