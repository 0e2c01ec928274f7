import type { SeaState } from "../../../../web/sound/sea-state.ts";

/** A sea of which everything was measured just now. */
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
