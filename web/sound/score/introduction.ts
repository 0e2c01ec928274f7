// The introduction of a tuned-in station: its layers start one by one.

import type { SeaField } from "../../sea/sea-state.ts";
import type { SetEvent, SoundEvent } from "../sound-event.ts";

/** Start of each field's introduction, in seconds. Each has a caption, so they are further apart than captions. */
export const introductions = [
  { field: "pressureHpa", atS: 0 },
  { field: "waveHeightM", atS: 1.2 },
  { field: "dominantPeriodS", atS: 2.4 },
  { field: "windSpeedMps", atS: 3.6 },
  { field: "windDirDeg", atS: 4.7 },
  { field: "waterTempC", atS: 5.8 },
] as const satisfies { field: SeaField; atS: number }[];

/** Length of the introduction, in seconds. */
export const introductionS = 7;
/** Time constant for a layer in the introduction; shorter than for a change of the sea state. */
export const introducedTauS = 0.4;

/** The field that introduces each layer. */
const layerFields = {
  pressure: "pressureHpa",
  waves: "waveHeightM",
  wind: "windSpeedMps",
  water: "waterTempC",
} as const satisfies Record<SetEvent["layer"], SeaField>;

/** Returns the events with which the page shows a caption for each field. */
export function introducingEvents(): SoundEvent[] {
  return introductions.map(({ field, atS }) => ({ t: atS, type: "introduce", field }));
}

/** Returns the time of a field's introduction, in seconds of the score; 0 for a field without one. */
export function introducedAtS(field: SeaField): number {
  return introductions.find((introduced) => introduced.field === field)?.atS ?? 0;
}

/** Delays a layer's setting until its introduction. The wind starts in the middle and moves to its direction later. */
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
