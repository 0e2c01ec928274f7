// The map's marks, from the network's conditions.

import type { Conditions } from "../../shared/client/answers.ts";
import { currentValue, newestOf } from "../sea/conditions.ts";
import type { Network } from "../state/network.ts";
import type { Mark } from "./layers/marks.ts";

const minuteMs = 60_000;

/** Returns a station's mark. */
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

/** Returns the marks of all stations that have reported. */
export function marksOf({ conditions }: Network, nowMs: number): Map<string, Mark> {
  return new Map(Array.from(conditions.values(), (known) => [known.stationId, markOf(known, nowMs)]));
}
