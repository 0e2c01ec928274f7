// The sea state, field by field.

import { type MedianMeasurement, medianMeasurements } from "../../shared/measurements.ts";
import { recordOf } from "../../shared/record-of.ts";

/** The fields with a continuous sound: those that the network has a median of. */
export const seaFields = medianMeasurements;

/** Name of a field with a continuous sound. */
export type SeaField = MedianMeasurement;

/** The sea state at one place and time, or the median of many; `null` means "not measured", never zero. */
export type SeaState = Record<SeaField, number | null> & {
  /** Age of each value, in minutes; a field that is absent here is fresh. */
  agesMin: Partial<Record<SeaField, number>>;
};

/**
 * Makes a sea state.
 * @param measured returns the value of a field; `null` or `undefined`: not measured
 * @param agesMin age of each value, in minutes
 */
export function seaStateOf(
  measured: (field: SeaField) => number | null | undefined,
  agesMin: SeaState["agesMin"] = {},
): SeaState {
  return { ...recordOf(seaFields, (field) => measured(field) ?? null), agesMin };
}
