// What the list of stations knows of each, and the ways to order and to search it.

import type { Conditions, Station } from "../net/answers.ts";
import { currentValue, newestOf } from "../sea/conditions.ts";
import type { Network } from "../state/network.ts";
import { formatMeasurement, type Units } from "../words/units.ts";

/** What the list knows a station by. */
export type ListedStation = {
  stationId: string;
  station: Station | undefined;
  conditions: Conditions | undefined;
};

/** What a row says, with the word that tells a wave's metres from a wind's. */
export const listed = [
  ["waveHeightM", "waves"],
  ["windSpeedMps", "wind"],
  ["waterTempC", "water"],
] as const;

// Made once: for each comparison, it would take longer than all the rest of the list.
const names = new Intl.Collator("en");

export type Order = "newest" | "waves" | "wind" | "name";

type Compare = (a: ListedStation, b: ListedStation) => number;

/** The orders of the list; those that are equal stand by their ids. */
export const orders: Record<Order, { label: string; compare(nowMs: number): Compare }> = {
  newest: { label: "Newest", compare: () => (a, b) => newest(b) - newest(a) || byId(a, b) },
  waves: { label: "Waves", compare: (nowMs) => byValue("waveHeightM", nowMs) },
  wind: { label: "Wind", compare: (nowMs) => byValue("windSpeedMps", nowMs) },
  name: { label: "Name", compare: () => (a, b) => names.compare(nameOf(a), nameOf(b)) || byId(a, b) },
};

/** Lists the stations that have reported, and those that are only known to be there. */
export function* listedStations({ conditions, stations }: Network): Generator<ListedStation> {
  for (const known of conditions.values()) {
    const { stationId } = known;
    yield { stationId, station: stations.get(stationId), conditions: known };
  }
  for (const [stationId, station] of stations) {
    if (!conditions.has(stationId)) yield { stationId, station, conditions: undefined };
  }
}

/** Returns whether a station is one that somebody searches. @param wanted in lower case */
export function matches({ stationId, station }: ListedStation, wanted: string): boolean {
  return [stationId, station?.name, station?.owner].some((text) => text?.toLowerCase().includes(wanted));
}

/** Says a station in a few words, as its row has them. */
export function describeListed(listedStation: ListedStation, units: Units, nowMs: number): string {
  const measured = listed.flatMap(([field, label]) => {
    const value = currentValue(listedStation.conditions, field, nowMs);
    return value === null ? [] : `${label} ${formatMeasurement(field, value, units)}`;
  });
  return `${nameOf(listedStation)}: ${measured.join(", ") || "no waves, wind or water measured of late"}`;
}

/** Returns a station's name, or else its id. */
export function nameOf({ stationId, station }: ListedStation): string {
  return station?.name ?? stationId;
}

/** Returns when a station's newest value was measured; 0 where it has none. */
export function newest({ conditions }: ListedStation): number {
  return (conditions && newestOf(conditions)) ?? 0;
}

function byValue(field: "waveHeightM" | "windSpeedMps", nowMs: number): Compare {
  const value = ({ conditions }: ListedStation) => currentValue(conditions, field, nowMs) ?? -1;
  return (a, b) => value(b) - value(a) || byId(a, b);
}

function byId(a: ListedStation, b: ListedStation): number {
  return a.stationId < b.stationId ? -1 : 1;
}
