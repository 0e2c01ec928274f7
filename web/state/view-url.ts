// Encodes and decodes the view in the URL's fragment.

import { stationIdPattern } from "../../shared/measurements.ts";
import { type Preset, presets } from "../sound/preset.ts";

/** Modes: the region in view, one station, or the past 24 hours of either in a minute. */
export const modes = ["network", "tune", "24h"] as const;

/** A mode of playback. */
export type Mode = (typeof modes)[number];

/** The map's view: degrees, and a zoom of which 1 is the whole world. */
export type MapView = { longitude: number; latitude: number; zoom: number };

/** A mode with its station and sound preset. */
export type View = {
  mode: Mode;
  /** The tuned-in or replayed station; in network mode the one with an open card. */
  stationId: string | null;
  preset: Preset;
};

/** The view with the map: everything that a link shares. */
export type LinkedView = View & {
  /** `null`: the map's first view. */
  map: MapView | null;
};

/** The view of a page opened without a link. */
export const firstView: LinkedView = { mode: "network", stationId: null, preset: "harbour", map: null };

const mapShape = /^@(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?),(\d{1,3}(?:\.\d+)?)z$/;

/**
 * Encodes a view as URL fragment: `#tune/46026/calm/@37.8,-122.8,6z`, latitude first as on maps. Omits default values.
 */
export function encodeView({ mode, stationId, preset, map }: LinkedView): string {
  const parts = [
    mode,
    stationId,
    preset === firstView.preset ? null : preset,
    map === null ? null : `@${round(map.latitude, 2)},${round(map.longitude, 2)},${round(map.zoom, 2)}z`,
  ];
  return `#${parts.filter((part) => part !== null).join("/")}`;
}

/** Decodes a URL fragment; missing and invalid parts get their default. */
export function decodeView(hash: string): LinkedView {
  const view: LinkedView = { ...firstView };
  for (const part of hash.replace(/^#/, "").split("/")) {
    const mode = modes.find((name) => name === part);
    const preset = presets.find((name) => name === part);
    if (mode) view.mode = mode;
    else if (preset) view.preset = preset;
    else if (stationIdPattern.test(part)) view.stationId = part;
    else view.map = decodeMap(part) ?? view.map;
  }
  if (view.mode === "tune" && view.stationId === null) view.mode = "network";
  return view;
}

function decodeMap(part: string): MapView | null {
  const [, latitude, longitude, zoom] = (mapShape.exec(part) ?? []).map(Number);
  if (latitude === undefined || longitude === undefined || zoom === undefined) return null;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180 || zoom < 1) return null;
  return { latitude, longitude, zoom };
}

/** Formats a number without trailing zeros, and without a minus for zero. */
function round(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)) + 0);
}
