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
