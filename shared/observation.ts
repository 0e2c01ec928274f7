// The message on the channel: its schema, and how it is written and read.

import { z } from "zod";
import {
  coreMeasurements,
  eventIdPattern,
  extraMeasurements,
  type Observation,
  type StoredObservation,
  stationIdPattern,
} from "./measurements.ts";

/** An event id as it travels. */
export const eventIdSchema = z.string().regex(eventIdPattern, "must be a decimal number");

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

/** A message of the channel, checked. */
export type ObservationMessage = z.infer<typeof observationMessageSchema>;

/**
 * Writes an observation as one line of JSON in the contract's key order: the seven keys always, the others only when
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

/** Writes an observation as one message for `observations:new`: {@link encodeObservation} with `eventId` as its last key. */
export function encodeMessage(observation: StoredObservation): string {
  const data = encodeObservation(observation);
  return observation.eventId === null ? data : `${data.slice(0, -1)},"eventId":"${observation.eventId}"}`;
}

/** Largest message, in bytes, that the channel may carry. */
const maxMessageBytes = 64 * 1024;

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
function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "value"}: ${issue.message}`).join("; ");
}

function withoutEventId(text: string, message: ObservationMessage): string {
  const cut = text.replace(/,"eventId":"\d+"\}$/, "}");
  // A second one, which JSON allows, must not stay, even with letters of it escaped.
  if (cut !== text && !/"eventId"|\\u00[467]/.test(cut)) return cut;
  const { eventId: _, ...rest } = message;
  return JSON.stringify(rest);
}
