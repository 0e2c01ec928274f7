// The measured fields, with names, order and types, and the formats of ids.

/** Matches a station id in upper case: `44009`, `51WH0`, `KGUL`, `5401000`. */
export const stationIdPattern = /^[A-Z0-9]{4,10}$/;
/** The same in upper or lower case, as requests may write it. */
export const anyCaseStationIdPattern = /^[A-Za-z0-9]{4,10}$/;

/**
 * Returns the text in upper case, without checking it against {@link stationIdPattern}. Only a to z change: the upper case
 * of "ß" is "SS", which would turn a broken id into the id of another station.
 */
export function upperCaseStationId(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** Measured fields that every message has, `null` when not measured. Their order is part of the contract. */
export const coreMeasurements = ["waveHeightM", "windSpeedMps", "windDirDeg", "waterTempC", "pressureHpa"] as const;

/** Measured fields that a message has only when measured. Their order is part of the contract. */
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

/** All measured fields. Each name ends with its unit. Directions are in degrees true, *from* which wind or waves come. */
export const measurements = [...coreMeasurements, ...extraMeasurements] as const;

/** The name of a measured field. */
export type Measurement = (typeof measurements)[number];

/** One value for each measured field; `null` is "not measured", never zero. */
export type Measurements = Record<Measurement, number | null>;

/** The measurements of one station at one time, before they are stored. */
export type Observation = { stationId: string; observedAt: Date } & Measurements;

/** An observation as stored in PostgreSQL. Backfilled history has no event id. */
export type StoredObservation = Observation & { eventId: string | null };

/** A stored observation that is an event of the stream. */
export type StoredEvent = Observation & { eventId: string };

/** Matches an event id in messages and requests: a decimal string, since a bigint does not fit a JavaScript number. */
export const eventIdPattern = /^(0|[1-9]\d{0,17})$/;

/** Fields with a median over many stations. For the wind direction it is the mean of the unit vectors. */
export const medianMeasurements = [
  "waveHeightM",
  "dominantPeriodS",
  "windSpeedMps",
  "gustMps",
  "windDirDeg",
  "waterTempC",
  "pressureHpa",
] as const satisfies readonly Measurement[];

/** The name of a field with a median. */
export type MedianMeasurement = (typeof medianMeasurements)[number];
