// Builds the SSE blocks of a stream.

import type { StoredEvent } from "../../../shared/measurements.ts";
import { encodeObservation } from "../../../shared/observation.ts";
import { reconnectMs } from "../http/limits.ts";

/** An encoded event; every listener gets the same bytes. */
export type Frame = {
  stationId: string;
  /** `null`: published by another program, without an event id. */
  eventId: bigint | null;
  /** The SSE block with its final blank line. */
  text: string;
};

const encoder = new TextEncoder();

/** Encodes frames as the bytes of one write. */
export function encodeFrames(frames: Frame[]): Uint8Array {
  return encoder.encode(frames.map((frame) => frame.text).join(""));
}

/** Builds the SSE event of an observation. @param data one line of JSON */
export function observationFrame(stationId: string, data: string, eventId: bigint | null): Frame {
  const id = eventId === null ? "" : `id: ${eventId}\n`;
  return { stationId, eventId, text: `event: observation\ndata: ${data}\n${id}\n` };
}

/** Builds the SSE event of a stored observation, identical to its live event. */
export function storedFrame(observation: StoredEvent): Frame {
  return observationFrame(observation.stationId, encodeObservation(observation), BigInt(observation.eventId));
}

/** Builds the first event of a stream. The stream sends every event after `lastEventId`, and none up to it. */
export function connectionBlock(lastEventId: bigint): Uint8Array {
  const data = { status: "connected", timestamp: new Date().toISOString(), lastEventId: String(lastEventId) };
  return encoder.encode(`event: connection\ndata: ${JSON.stringify(data)}\nid: ${lastEventId}\n\n`);
}

/**
 * Builds the `reset` event: the missed events cannot be replayed, so the client loads a snapshot and continues at
 * `lastEventId`.
 */
export function resetBlock(reason: string, lastEventId: bigint): Uint8Array {
  const data = { reason, lastEventId: String(lastEventId) };
  return encoder.encode(`event: reset\ndata: ${JSON.stringify(data)}\nid: ${lastEventId}\n\n`);
}

// Lines outside an event end without a blank line. Some clients (@microsoft/fetch-event-source 2.0) turn every blank
// line into an empty message and parse its data as JSON.

/** Returns the first line of the next event: a random delay for reconnecting. */
export function retryLine(): Uint8Array {
  const { min, max } = reconnectMs;
  return encoder.encode(`retry: ${min + Math.floor(Math.random() * (max - min))}\n`);
}

/** A heartbeat that fires no event. */
export const heartbeatComment = encoder.encode(": heartbeat\n");

/** Returns a heartbeat that moves a client's last event id past events that its filter excluded. */
export function heartbeatEvent(lastEventId: bigint): Uint8Array {
  return encoder.encode(`event: heartbeat\ndata: {"lastEventId":"${lastEventId}"}\nid: ${lastEventId}\n\n`);
}
