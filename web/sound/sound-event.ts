// The events of a score, and the layers.

import { recordOf } from "../../shared/record-of.ts";
import type { SeaField } from "../sea/sea-state.ts";

/** The layers; each has its own slider and solo button. */
export const layers = ["waves", "wind", "pressure", "water", "lighthouse", "bells"] as const;

/** Name of a layer. */
export type Layer = (typeof layers)[number];

/**
 * What leads the bells of a burst. `swell`: they spread from the highest waves; `coast`: from a station to its nearest;
 * `water` and `waves`: the warmest and the coldest, or the highest and the lowest, answer each other.
 */
export type Way = "swell" | "water" | "coast" | "waves";

/** Calls `make` for each layer and returns the results by layer. */
export function byLayer<T>(make: (layer: Layer) => T): Record<Layer, T> {
  return recordOf(layers, make);
}

/**
 * One timed instruction to the engine, as plain JSON; `t` is in seconds from the start of the score.
 *
 * A `set` event sets a layer's sound from `t` on; `tauS` is the time constant of the change. A layer without a `set`,
 * or with the level `silentDb`, is silent. `room` is the reverb share, from 0 (near) to 1 (far).
 */
export type SoundEvent = { t: number } /** `still`: no crests, since the period was not measured. */ & (
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
  /** `throbHz: 0`: the drone has no throb. */
  | { type: "set"; layer: "pressure"; gainDb: number; throbHz: number; tauS?: number }
  | { type: "set"; layer: "water"; gainDb: number; hz: number; room?: number; tauS?: number }
  /** The colour of the hour: `night` from 0 (day) over dusk to 1. */
  | { type: "light"; night: number }
  /** The crest of one wave. */
  | { type: "crest"; periodS: number; amplitude: number }
  /** A struck bell; `stationId` if a report rings it. `place`: 0 to `strikingPlaces` - 1, default 0. */
  | {
      type: "bell";
      hz: number;
      hardness: number;
      place?: number;
      gainDb: number;
      pan: number;
      room?: number;
      stationId?: string;
    }
  /** A bowed bell: the wave height was not measured. */
  | { type: "bowed"; hz: number; gainDb: number; pan: number; room?: number; stationId?: string }
  /** A knock on wood: a value was not measured. A station's score names it in `field`. `rate`: speed of the sample. */
  | { type: "knock"; gainDb: number; pan: number; rate?: number; room?: number; stationId?: string; field?: SeaField }
  /** A ping of the lighthouse, at north or in the wind's direction. In a replay: midnight. */
  | { type: "ping"; hz: number; gainDb: number; pan: number }
  /** The introduction of a field. It has no sound; the page shows a caption. */
  | { type: "introduce"; field: SeaField }
  /** The way of a burst and the station where it starts. It has no sound; the page shows a caption. */
  | { type: "lead"; way: Way; from: string }
);

/** The events of one type. */
export type EventOf<Type extends SoundEvent["type"]> = Extract<SoundEvent, { type: Type }>;

/** The `set` events of one layer, or of all layers. */
export type SetEvent<Of extends EventOf<"set">["layer"] = EventOf<"set">["layer"]> = Extract<
  EventOf<"set">,
  { layer: Of }
>;
