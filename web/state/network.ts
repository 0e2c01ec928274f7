// The page's data about the network, updated by each report.

import type { Conditions, Station } from "../../shared/client/answers.ts";
import { type Measurement, measurements } from "../../shared/measurements.ts";
import { later, newestOf } from "../sea/conditions.ts";
import { stationName } from "../words/station-names.ts";

/** A station with a readable name; `place` is what NDBC's name says besides, often the distance from the coast. */
export type NamedStation = Station & { place: string };

/** Stations and their latest values. Mutable: a copy for each report would cost too much. */
export type Network = {
  readonly stations: ReadonlyMap<string, NamedStation>;
  readonly conditions: ReadonlyMap<string, Conditions>;
  /** Time of the newest measurement; `null` before the first one. */
  readonly newestAtMs: number | null;
  setStations(stations: Station[]): void;
  /** Replaces all values. */
  setConditions(conditions: Conditions[]): void;
  /** Applies one report: its values replace older ones; fields that it lacks keep theirs. */
  apply(
    report: { stationId: string; timestamp: string } & {
      readonly [Field in Measurement]?: number | null | undefined;
    },
  ): Conditions;
};

/** A station with a known position. */
type PlacedStation = NamedStation & { longitude: number; latitude: number };

/** Creates an empty network. */
export function createNetwork(): Network {
  let stations = new Map<string, NamedStation>();
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
      stations = new Map(list.map((station) => [station.stationId, named(station)]));
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

function named(station: Station): NamedStation {
  const { title, place } = stationName(station.name, station.stationId);
  return { ...station, name: station.name === null ? null : title, place };
}

/** Returns the stations with a known position, with or without reports. */
export function placedStations({ stations }: Network): PlacedStation[] {
  return [...stations.values()].filter(
    (station): station is PlacedStation => station.longitude !== null && station.latitude !== null,
  );
}
