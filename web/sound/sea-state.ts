// A state of the sea, field by field.

/** The fields of the sea that are heard without end, as long as they are measured. */
export const seaFields = [
  "waveHeightM",
  "dominantPeriodS",
  "windSpeedMps",
  "gustMps",
  "windDirDeg",
  "waterTempC",
  "pressureHpa",
] as const;

export type SeaField = (typeof seaFields)[number];

/** The sea at one place and time, or its median over many; `null` is "not measured", never zero. */
export type SeaState = Record<SeaField, number | null> & {
  /** How old a field's value is, in minutes; a field that is absent here is fresh. */
  agesMin: Partial<Record<SeaField, number>>;
};

/** Makes a state of the sea. @param measured returns what was measured of a field; a field without a value is `null` */
export function seaStateOf(
  measured: (field: SeaField) => number | null | undefined,
  agesMin: SeaState["agesMin"] = {},
): SeaState {
  return {
    waveHeightM: measured("waveHeightM") ?? null,
    dominantPeriodS: measured("dominantPeriodS") ?? null,
    windSpeedMps: measured("windSpeedMps") ?? null,
    gustMps: measured("gustMps") ?? null,
    windDirDeg: measured("windDirDeg") ?? null,
    waterTempC: measured("waterTempC") ?? null,
    pressureHpa: measured("pressureHpa") ?? null,
    agesMin,
  };
}
