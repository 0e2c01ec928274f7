// Observations for tests.
import type { PositionedObservation } from "../../services/worker/ndbc/types.ts";
import { type Measurements, measurements } from "../../shared/measurements.ts";

const nothing = Object.fromEntries(measurements.map((name) => [name, null])) as Measurements;

/** Returns an observation of a station at a time like `2026-05-06T11:50Z`, with only the given values. */
export function observed(
  stationId: string,
  time: string,
  values: Partial<Measurements & Pick<PositionedObservation, "latitude" | "longitude">> = {},
): PositionedObservation {
  return { ...nothing, stationId, observedAt: new Date(time), latitude: 38.46, longitude: -74.69, ...values };
}
