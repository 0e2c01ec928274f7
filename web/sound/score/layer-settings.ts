// The settings of the four continuous layers for a sea state.

import type { SeaField, SeaState } from "../../sea/sea-state.ts";
import {
  distanceOf,
  flutterOf,
  glassDb,
  heldDroneDb,
  panOfDirection,
  pitchOf,
  silentDb,
  swellOf,
  throbOf,
  windOf,
} from "../mapping.ts";
import type { SetEvent } from "../sound-event.ts";

/** Options for {@link layersOf}. */
export type LayerSettingsOptions = {
  t: number;
  /** Added to the level of every layer, in dB. */
  seaDb: number;
  /** Level of the drone in dB, the reference for all other levels. */
  droneDb: number;
  /** Whether the glass tone of the water is on. */
  water: boolean;
  /** Whether the wind is panned to its direction. The median of a region stays in the middle. */
  windPlaced: boolean;
  /** Time constant of the change, in seconds; default: the engine's. */
  tauS?: number | undefined;
};

/** Properties shared by all settings of one time. */
type Common = { t: number; type: "set"; tauS?: number };

/** Returns the settings of the four layers for a sea state without stale values. */
export function layersOf(sea: SeaState, options: LayerSettingsOptions): SetEvent[] {
  const { t, tauS } = options;
  const common: Common = { t, type: "set", ...(tauS === undefined ? {} : { tauS }) };
  return [
    wavesLayer(sea, options, common),
    windLayer(sea, options, common),
    pressureLayer(sea, options, common),
    waterLayer(sea, options, common),
  ];
}

function wavesLayer(sea: SeaState, { seaDb }: LayerSettingsOptions, common: Common): SetEvent<"waves"> {
  const swell = swellOf(sea.waveHeightM ?? 0);
  return {
    ...common,
    layer: "waves",
    ...swell,
    gainDb: levelOf(sea, "waveHeightM", swell.gainDb, seaDb),
    foamDb: levelOf(sea, "waveHeightM", swell.foamDb, seaDb),
    ...(sea.dominantPeriodS === null ? { still: true } : {}),
  };
}

function windLayer(sea: SeaState, { seaDb, windPlaced }: LayerSettingsOptions, common: Common): SetEvent<"wind"> {
  const { windSpeedMps, windDirDeg, gustMps } = sea;
  const wind = windOf(windSpeedMps ?? 0);
  return {
    ...common,
    layer: "wind",
    ...wind,
    gainDb: levelOf(sea, "windSpeedMps", wind.gainDb, seaDb),
    pan: windDirDeg === null || !windPlaced ? 0 : panOfDirection(windDirDeg),
    gust: flutterOf(gustMps, windSpeedMps ?? 0),
  };
}

function pressureLayer(sea: SeaState, { seaDb, droneDb }: LayerSettingsOptions, common: Common): SetEvent<"pressure"> {
  const { pressureHpa } = sea;
  if (pressureHpa === null) return { ...common, layer: "pressure", gainDb: droneDb + heldDroneDb + seaDb, throbHz: 0 };
  const gainDb = levelOf(sea, "pressureHpa", droneDb, seaDb);
  return { ...common, layer: "pressure", gainDb, throbHz: throbOf(pressureHpa) };
}

function waterLayer(sea: SeaState, { seaDb, water }: LayerSettingsOptions, common: Common): SetEvent<"water"> {
  const { room } = distanceOf(sea.agesMin.waterTempC);
  return {
    ...common,
    layer: "water",
    gainDb: water ? levelOf(sea, "waterTempC", glassDb, seaDb) : silentDb,
    hz: pitchOf(sea.waterTempC ?? 0),
    ...(room > 0 ? { room } : {}),
  };
}

/** Returns a layer's level: silent if its field was not measured, softer if the value is old. */
function levelOf(sea: SeaState, field: SeaField, gainDb: number, seaDb: number): number {
  return sea[field] === null ? silentDb : gainDb + seaDb + distanceOf(sea.agesMin[field]).fadeDb;
}
