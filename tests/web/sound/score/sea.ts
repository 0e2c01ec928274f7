// Test data: a sea state.

import type { SeaState } from "../../../../web/sea/sea-state.ts";

/** A sea state with a fresh value for every field. */
export const sea: SeaState = {
  agesMin: {},
  waveHeightM: 2,
  dominantPeriodS: 8,
  windSpeedMps: 8,
  windDirDeg: 90,
  gustMps: 10,
  waterTempC: 14,
  pressureHpa: 1012,
};
