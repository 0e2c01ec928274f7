// The first seconds of a tuned-in station, in which the layers come in one by one.

import type { SeaField } from "../sea-state.ts";
import type { SetEvent, SoundEvent } from "../sound-event.ts";

/** When the introduction comes to each field; a caption tells of each, so they are further apart than captions. */
export const introductions = [
  { field: "pressureHpa", atS: 0 },
  { field: "waveHeightM", atS: 1.2 },
  { field: "dominantPeriodS", atS: 2.4 },
  { field: "windSpeedMps", atS: 3.6 },
  { field: "windDirDeg", atS: 4.7 },
  { field: "waterTempC", atS: 5.8 },
] as const satisfies { field: SeaField; atS: number }[];

/** How long the introduction takes. */
export const introductionS = 7;
/** The layers come in faster than a sea changes. */
export const introducedTauS = 0.4;

/** The field whose introduction is that of the layer. */
const layerFields = {
  pressure: "pressureHpa",
  waves: "waveHeightM",
  wind: "windSpeedMps",
  water: "waterTempC",
} as const satisfies Record<SetEvent["layer"], SeaField>;

/** Returns the events that name each field to the page. */
export function introducingEvents(): SoundEvent[] {
  return introductions.map(({ field, atS }) => ({ t: atS, type: "introduce", field }));
}

/** Returns when a field is introduced, in seconds of the score; 0 for one that is not. */
export function introducedAtS(field: SeaField): number {
  return introductions.find((introduced) => introduced.field === field)?.atS ?? 0;
}

/** Puts off a layer's setting until its introduction; the wind comes in from the middle and takes its place after that. */
export function introduced(event: SetEvent): SetEvent[] {
  if (event.t >= introductionS) return [event];
  const t = Math.max(event.t, introducedAtS(layerFields[event.layer]));
  const placedAtS = introducedAtS("windDirDeg");
  if (event.layer !== "wind" || t >= placedAtS) return [{ ...event, t }];
  return [
    { ...event, t, pan: 0 },
    { ...event, t: placedAtS },
  ];
}
