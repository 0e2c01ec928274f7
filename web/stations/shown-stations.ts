import type { Mark } from "../map/layers/marks.ts";
import type { Conditions, Station } from "../net/answers.ts";
import { currentValue, newestOf } from "../sea/conditions.ts";
import type { Network } from "../state/network.ts";
import type { ListedStation } from "./station-list.ts";

/** A station that has a place on the map. */
export type PlacedStation = Station & { longitude: number; latitude: number };

const minuteMs = 60_000;

/** The stations that the list shows: those that have reported, and those that are only known to be there. */
export function* listedStations({ conditions, stations }: Network): Generator<ListedStation> {
  for (const known of conditions.values()) {
    const { stationId } = known;
    yield { stationId, station: stations.get(stationId), conditions: known };
  }
  for (const [stationId, station] of stations) {
    if (!conditions.has(stationId)) yield { stationId, station, conditions: undefined };
  }
}

/** Those of the network, whether they have reported or not. */
export function placedStations({ stations }: Network): PlacedStation[] {
  return [...stations.values()].filter(
    (station): station is PlacedStation => station.longitude !== null && station.latitude !== null,
  );
}

/** What the map shows of a station. */
export function markOf(known: Conditions, nowMs: number): Mark {
  const value = (field: keyof Conditions["fields"]) => currentValue(known, field, nowMs);
  const newestAtMs = newestOf(known);
  return {
    waterTempC: value("waterTempC"),
    waveHeightM: value("waveHeightM"),
    windSpeedMps: value("windSpeedMps"),
    windDirDeg: value("windDirDeg"),
    ageMin: newestAtMs === null ? null : (nowMs - newestAtMs) / minuteMs,
  };
}

/** What the map shows of every station that has reported. */
export function marksOf({ conditions }: Network, nowMs: number): Map<string, Mark> {
  return new Map(Array.from(conditions.values(), (known) => [known.stationId, markOf(known, nowMs)]));
}
