// What a score consists of, and the layers.

import type { SeaField } from "./sea-state.ts";

/** What has a slider and a solo of its own. */
export const layers = ["waves", "wind", "pressure", "water", "lighthouse", "bells"] as const;

export type Layer = (typeof layers)[number];

/** Makes something for each layer. */
export function byLayer<T>(make: (layer: Layer) => T): Record<Layer, T> {
  return {
    waves: make("waves"),
    wind: make("wind"),
    pressure: make("pressure"),
    water: make("water"),
    lighthouse: make("lighthouse"),
    bells: make("bells"),
  };
}

/**
 * One timed instruction to the engine. It is plain JSON; `t` is in seconds from the beginning of the score.
 *
 * A `set` tells how a layer is to sound from then on; `tauS` is the time constant of the change. A layer that was never
 * set is silent, and so is one that was set to `silentDb`. `room` is 0 for near to 1 for far: how much of a sound is echo.
 */
export type SoundEvent = { t: number } /** `still`: no crests pass, since the period was not measured. */ & (
  | { type: "set"; layer: "waves"; gainDb: number; foamDb: number; cutoffHz: number; still?: true; tauS?: number }
  | {
      type: "set";
      layer: "wind";
      gainDb: number;
      centreHz: number;
      q: number;
      pan: number;
      gust: number;
      tauS?: number;
    }
  /** `throbHz: 0` holds the drone still. */
  | { type: "set"; layer: "pressure"; gainDb: number; throbHz: number; tauS?: number }
  | { type: "set"; layer: "water"; gainDb: number; hz: number; room?: number; tauS?: number }
  /** One wave passes. */
  | { type: "crest"; periodS: number; amplitude: number }
  /** A bell is struck. `stationId` where a report rings it. */
  | { type: "bell"; hz: number; hardness: number; gainDb: number; pan: number; room?: number; stationId?: string }
  /** A bell without a stroke: the wave height was not measured. */
  | { type: "bowed"; hz: number; gainDb: number; pan: number; room?: number; stationId?: string }
  /** Dead wood: something was not measured; which, in `field`, where it is one station's. */
  | { type: "knock"; gainDb: number; pan: number; room?: number; stationId?: string; field?: SeaField }
  /** The lighthouse: north, or where the wind comes from. In a replay, midnight. */
  | { type: "ping"; hz: number; gainDb: number; pan: number }
  /** The introduction comes to a field. It has no sound of its own; the page says it in words. */
  | { type: "introduce"; field: SeaField }
);

/** The events of one type. */
export type EventOf<Type extends SoundEvent["type"]> = Extract<SoundEvent, { type: Type }>;

/** The settings of one layer, or of any. */
export type SetEvent<Of extends EventOf<"set">["layer"] = EventOf<"set">["layer"]> = Extract<
  EventOf<"set">,
  { layer: Of }
>;
