import { z } from "zod";

/** What a station id looks like, upper case: `44009`, `51WH0`, `KGUL`, `5401000`. */
export const stationIdPattern = /^[A-Z0-9]{4,10}$/;

/**
 * A station id in the case in which we write it. It need not be one: {@link stationIdPattern} tells. Nothing but a to z
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
export const eventIdSchema = z.string().regex(/^(0|[1-9]\d{0,17})$/, "must be a decimal number");

const measured = z.number().nullable();
const whenMeasured = z.number().optional();

/**
 * A message on `observations:new`. Unknown keys pass, since other programs may publish too; the seven keys of the
 * contract must be there.
 */
export const observationMessageSchema = z.looseObject({
  stationId: z.string().regex(stationIdPattern, "must be 4 to 10 of A-Z and 0-9"),
  timestamp: z.iso.datetime({ precision: 3 }).endsWith(".000Z"),
  waveHeightM: measured,
  windSpeedMps: measured,
  windDirDeg: measured,
  waterTempC: measured,
  pressureHpa: measured,
  gustMps: whenMeasured,
  dominantPeriodS: whenMeasured,
  averagePeriodS: whenMeasured,
  meanWaveDirDeg: whenMeasured,
  airTempC: whenMeasured,
  dewPointC: whenMeasured,
  visibilityNmi: whenMeasured,
  pressureTendencyHpa: whenMeasured,
  tideFt: whenMeasured,
  eventId: eventIdSchema.optional(),
});

export type ObservationMessage = z.infer<typeof observationMessageSchema>;

/**
 * An observation as one line of JSON in the contract's key order: the seven keys always, the others only when
 * measured, without its event id. This is the `data:` of an SSE event.
 */
export function encodeObservation(observation: Observation): string {
  const message: Record<string, unknown> = {
    stationId: observation.stationId,
    timestamp: observation.observedAt.toISOString(),
  };
  for (const name of coreMeasurements) message[name] = observation[name];
  for (const name of extraMeasurements) if (observation[name] !== null) message[name] = observation[name];
  return JSON.stringify(message);
}

/** An observation as one message for `observations:new`: {@link encodeObservation} with `eventId` as its last key. */
export function encodeMessage(observation: StoredObservation): string {
  const data = encodeObservation(observation);
  return observation.eventId === null ? data : `${data.slice(0, -1)},"eventId":"${observation.eventId}"}`;
}

/** Largest message, in bytes, that the channel may carry. */
export const maxMessageBytes = 64 * 1024;

/** A message split into what a listener gets and the id it is known by. */
export type ParsedMessage = {
  stationId: string;
  /** The message without `eventId`; byte for byte as published, unless `eventId` stood elsewhere than last. */
  data: string;
  /** `null` for a message of another program, which has no place in the order of events. */
  eventId: string | null;
};

/**
 * Parses a message of `observations:new`.
 * @throws {Error} that says in one line why the message does not fit the contract.
 */
export function parseMessage(text: string): ParsedMessage {
  if (Buffer.byteLength(text) > maxMessageBytes) throw new Error(`larger than ${maxMessageBytes} bytes`);
  // A line break would end the `data:` line of the SSE event; in JSON it can only stand between tokens.
  if (/[\r\n]/.test(text)) throw new Error("holds a raw line break");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error("not JSON");
  }
  const parsed = observationMessageSchema.safeParse(json);
  if (!parsed.success) throw new Error(describeIssues(parsed.error));
  const { eventId = null, stationId } = parsed.data;
  return { stationId, eventId, data: eventId === null ? text : withoutEventId(text, parsed.data) };
}

/** Says what a schema found wrong, in one line: `windDirDeg: expected number, …; timestamp: …`. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "value"}: ${issue.message}`).join("; ");
}

function withoutEventId(text: string, message: ObservationMessage): string {
  const cut = text.replace(/,"eventId":"\d+"\}$/, "}");
  // A second one, which JSON allows, must not stay, even with letters of it escaped.
  if (cut !== text && !/"eventId"|\\u00[467]/.test(cut)) return cut;
  const { eventId: _, ...rest } = message;
  return JSON.stringify(rest);
}
