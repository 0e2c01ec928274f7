// Entries of the station list, with their orders and search.

import type { Conditions } from "../../shared/client/answers.ts";
import type { Measurement } from "../../shared/measurements.ts";
import { currentValue, newestOf } from "../sea/conditions.ts";
import type { NamedStation, Network } from "../state/network.ts";
import * as words from "../words/english/list.ts";
import * as valueWords from "../words/english/values.ts";
import { fill, formatList } from "../words/message.ts";
import { formatMeasurement, type Units } from "../words/units.ts";

/** An entry of the station list. */
export type ListedStation = {
  stationId: string;
  station: NamedStation | undefined;
  conditions: Conditions | undefined;
};

/** Fields of a row. */
export const listed = ["waveHeightM", "windSpeedMps", "waterTempC"] as const;

// Created once: one collator per comparison would take longer than the rest of the list.
const names = new Intl.Collator(valueWords.locale);

/** An order of the list. */
export type Order = "most" | "newest" | "waves" | "wind" | "name";

type Compare = (a: ListedStation, b: ListedStation) => number;

/** Orders of the list, the first by default; equal entries are sorted by id. Silent stations come last. */
export const orders: Record<Order, { label: string; compare(nowMs: number): Compare }> = {
  most: {
    label: words.orders.most,
    compare: (nowMs) => (a, b) => richness(b, nowMs) - richness(a, nowMs) || newest(b) - newest(a) || byId(a, b),
  },
  newest: { label: words.orders.newest, compare: () => (a, b) => newest(b) - newest(a) || byId(a, b) },
  waves: { label: words.orders.waves, compare: (nowMs) => byValue("waveHeightM", nowMs) },
  wind: { label: words.orders.wind, compare: (nowMs) => byValue("windSpeedMps", nowMs) },
  name: {
    label: words.orders.name,
    compare: () => (a, b) => isSilent(a) - isSilent(b) || names.compare(nameOf(a), nameOf(b)) || byId(a, b),
  },
};

/** Yields all stations, with or without reports. */
export function* listedStations({ conditions, stations }: Network): Generator<ListedStation> {
  for (const known of conditions.values()) {
    const { stationId } = known;
    yield { stationId, station: stations.get(stationId), conditions: known };
  }
  for (const [stationId, station] of stations) {
    if (!conditions.has(stationId)) yield { stationId, station, conditions: undefined };
  }
}

/** Describes a station in a few words, for its row. */
export function describeListed(listedStation: ListedStation, units: Units, nowMs: number): string {
  const measured = listed.flatMap((field) => {
    const value = currentValue(listedStation.conditions, field, nowMs);
    return value === null ? [] : fill(words.values[field], { value: formatMeasurement(field, value, units) });
  });
  const name = nameOf(listedStation);
  if (measured.length === 0) return fill(words.stationWithoutValues, { name });
  return fill(words.station, { name, values: formatList(measured) });
}

/** Returns a station's name, or else its id. */
export function nameOf({ stationId, station }: ListedStation): string {
  return station?.name ?? stationId;
}

/** Returns the time of a station's newest value; 0 without values. */
export function newest({ conditions }: ListedStation): number {
  return (conditions && newestOf(conditions)) ?? 0;
}

/** Returns 1 for a station without a value, else 0. */
export const isSilent = (listedStation: ListedStation) => Number(newest(listedStation) === 0);

/** Returns how much of a station can be heard: waves count most, then wind, then water. */
function richness({ conditions }: ListedStation, nowMs: number): number {
  const has = (field: Measurement) => Number(currentValue(conditions, field, nowMs) !== null);
  return 4 * has("waveHeightM") + 2 * has("windSpeedMps") + has("waterTempC");
}

function byValue(field: "waveHeightM" | "windSpeedMps", nowMs: number): Compare {
  const value = ({ conditions }: ListedStation) => currentValue(conditions, field, nowMs) ?? -1;
  return (a, b) => value(b) - value(a) || byId(a, b);
}

function byId(a: ListedStation, b: ListedStation): number {
  return a.stationId < b.stationId ? -1 : 1;
}
