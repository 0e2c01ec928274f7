// What a station measures: names, order and types of the fields, and what ids look like.

/** What a station id looks like, upper case: `44009`, `51WH0`, `KGUL`, `5401000`. */
export const stationIdPattern = /^[A-Z0-9]{4,10}$/;

/**
 * Writes a station id in upper case. It need not be one: {@link stationIdPattern} tells. Nothing but a to z
 * changes, since the upper case of "ß" is "SS", which would make another station of a broken id.
 */
export function upperCaseStationId(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** Measured fields that every message carries, `null` when not measured. Their order is part of the contract. */
export const coreMeasurements = ["waveHeightM", "windSpeedMps", "windDirDeg", "waterTempC", "pressureHpa"] as const;

/** Measured fields that a message carries only when measured. Their order is part of the contract. */
export const extraMeasurements = [
  "gustMps",
  "dominantPeriodS",
  "averagePeriodS",
  "meanWaveDirDeg",
  "airTempC",
  "dewPointC",
  "visibilityNmi",
  "pressureTendencyHpa",
  "tideFt",
] as const;

/** Every measured field; the unit is the end of its name. Directions are degrees true, where wind or waves come *from*. */
export const measurements = [...coreMeasurements, ...extraMeasurements] as const;

/** The name of a measured field. */
export type Measurement = (typeof measurements)[number];

/** One value for each measured field; `null` is "not measured", never zero. */
export type Measurements = Record<Measurement, number | null>;

/** What one station measured at one time, before it is stored. */
export type Observation = { stationId: string; observedAt: Date } & Measurements;

/** An observation as PostgreSQL holds it. History that was backfilled has no event id. */
export type StoredObservation = Observation & { eventId: string | null };

/** A stored observation that is an event of the stream. */
export type StoredEvent = Observation & { eventId: string };

/** An event id as it travels: a decimal string, since a bigint does not fit a JavaScript number. */
export const eventIdPattern = /^(0|[1-9]\d{0,17})$/;

/** Fields whose median over many stations is told; that of the wind's direction is the mean of its vectors. */
export const medianMeasurements = [
  "waveHeightM",
  "dominantPeriodS",
  "windSpeedMps",
  "gustMps",
  "windDirDeg",
  "waterTempC",
  "pressureHpa",
] as const satisfies readonly Measurement[];

/** The name of a field whose median is told. */
export type MedianMeasurement = (typeof medianMeasurements)[number];
