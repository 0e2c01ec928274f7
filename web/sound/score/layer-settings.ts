// How a state of the sea sounds: the settings of the four layers.

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
import type { SeaField, SeaState } from "../sea-state.ts";
import type { SetEvent } from "../sound-event.ts";

export type LayerSettingsOptions = {
  t: number;
  /** What is added to the level of every layer. */
  seaDb: number;
  /** Level of the drone; it is what all is louder or softer than. */
  droneDb: number;
  /** Whether the water's temperature is heard as a tone. */
  water: boolean;
  /** Whether the wind is heard from where it blows. The mean of many winds stays in the middle. */
  windPlaced: boolean;
  /** How quickly the layers follow; else as the engine does. */
  tauS?: number | undefined;
};

/** What all settings of one moment share. */
type Common = { t: number; type: "set"; tauS?: number };

/** Returns how the four layers sound for a sea of which nothing is stale. */
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

/** A layer's level: silent where its field was not measured, softer where it is old. */
function levelOf(sea: SeaState, field: SeaField, gainDb: number, seaDb: number): number {
  return sea[field] === null ? silentDb : gainDb + seaDb + distanceOf(sea.agesMin[field]).fadeDb;
}
