// The message on the Redis channel: schema, encoder and parser.

import { z } from "zod";
import {
  coreMeasurements,
  eventIdPattern,
  extraMeasurements,
  type Observation,
  type StoredObservation,
  stationIdPattern,
} from "./measurements.ts";
import { recordOf } from "./record-of.ts";

/** Schema of an event id in messages and requests: a decimal string. */
export const eventIdSchema = z.string().regex(eventIdPattern, "must be a decimal number");

const measured = z.number().nullable();
const whenMeasured = z.number().optional();

/**
 * Schema of a message on `observations:new`. The seven keys of the contract are required. Unknown keys are allowed, because
 * other programs may publish too.
 */
export const observationMessageSchema = z.looseObject({
  stationId: z.string().regex(stationIdPattern, "must be 4 to 10 of A-Z and 0-9"),
  timestamp: z.iso.datetime({ precision: 3 }).endsWith(".000Z"),
  ...recordOf(coreMeasurements, () => measured),
  ...recordOf(extraMeasurements, () => whenMeasured),
  eventId: eventIdSchema.optional(),
});

/** A validated message of the channel. */
export type ObservationMessage = z.infer<typeof observationMessageSchema>;

/**
 * Returns an observation as one line of JSON in the contract's key order, without its event id. The seven keys are always
 * present, the others only when measured. This is the `data:` of an SSE event.
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

/** Returns an observation as a message for `observations:new`: {@link encodeObservation} with `eventId` as its last key. */
export function encodeMessage(observation: StoredObservation): string {
  const data = encodeObservation(observation);
  return observation.eventId === null ? data : `${data.slice(0, -1)},"eventId":"${observation.eventId}"}`;
}

/** Max message size on the channel, in bytes. */
const maxMessageBytes = 64 * 1024;

/** A message split into the data for clients and its event id. */
export type ParsedMessage = {
  stationId: string;
  /** The message without `eventId`; byte for byte as published, unless `eventId` was not the last key. */
  data: string;
  /** `null` for a message of another program, which is not part of the event order. */
  eventId: string | null;
};

/**
 * Parses a message of `observations:new`.
 * @throws {Error} with the contract violation in one line
 */
export function parseMessage(text: string): ParsedMessage {
  if (Buffer.byteLength(text) > maxMessageBytes) throw new Error(`larger than ${maxMessageBytes} bytes`);
  // A line break would end the `data:` line of the SSE event; in JSON it can only be between tokens.
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

/** Returns the problems that a schema found, in one line: `windDirDeg: expected number, …; timestamp: …`. */
function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "value"}: ${issue.message}`).join("; ");
}

function withoutEventId(text: string, message: ObservationMessage): string {
  const cut = text.replace(/,"eventId":"\d+"\}$/, "}");
  // JSON allows a duplicate key. Remove a second `eventId` too, even if some of its letters are escaped.
  if (cut !== text && !/"eventId"|\\u00[467]/.test(cut)) return cut;
  const { eventId: _, ...rest } = message;
  return JSON.stringify(rest);
}
