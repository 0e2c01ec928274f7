import type { StoredEvent } from "../../../shared/measurements.ts";
import { encodeObservation } from "../../../shared/observation.ts";

/** An event ready to be sent: the same bytes go to every listener. */
export type Frame = {
  stationId: string;
  /** `null`: published by another program, without a place in the order of events. */
  eventId: bigint | null;
  /** The SSE block, blank line included. */
  text: string;
};

const encoder = new TextEncoder();

/** Joins frames to the bytes of one write. */
export function encodeFrames(frames: Frame[]): Uint8Array {
  return encoder.encode(frames.map((frame) => frame.text).join(""));
}

/** An observation as an SSE event. @param data one line of JSON */
export function observationFrame(stationId: string, data: string, eventId: bigint | null): Frame {
  const id = eventId === null ? "" : `id: ${eventId}\n`;
  return { stationId, eventId, text: `event: observation\ndata: ${data}\n${id}\n` };
}

/** A stored observation as the same SSE event that it was, or will be, when it is live. */
export function storedFrame(observation: StoredEvent): Frame {
  return observationFrame(observation.stationId, encodeObservation(observation), BigInt(observation.eventId));
}

/** The first event of each stream: it sends nothing up to `lastEventId`, and everything after it. */
export function connectionBlock(lastEventId: bigint): Uint8Array {
  const data = { status: "connected", timestamp: new Date().toISOString(), lastEventId: String(lastEventId) };
  return encoder.encode(`event: connection\ndata: ${JSON.stringify(data)}\nid: ${lastEventId}\n\n`);
}

/** Tells a listener that it cannot be brought up to date event by event: it should load the snapshot and go on here. */
export function resetBlock(reason: string, lastEventId: bigint): Uint8Array {
  const data = { reason, lastEventId: String(lastEventId) };
  return encoder.encode(`event: reset\ndata: ${JSON.stringify(data)}\nid: ${lastEventId}\n\n`);
}

/*
 * A line that is no event ends without a blank line. Some clients (@microsoft/fetch-event-source 2.0) make an empty message
 * of every blank line, and parse its data as JSON.
 */

/** Returns the first line of the next event: how long a client waits before it reconnects, 1 to 3 s, so that not all return at once. */
export function retryLine(): Uint8Array {
  return encoder.encode(`retry: ${1_000 + Math.floor(Math.random() * 2_000)}\n`);
}

/** A sign of life that fires no event. */
export const heartbeatComment = encoder.encode(": heartbeat\n");

/** Returns a sign of life that moves a client's last event id past events that its filter excluded. */
export function heartbeatEvent(lastEventId: bigint): Uint8Array {
  return encoder.encode(`event: heartbeat\ndata: {"lastEventId":"${lastEventId}"}\nid: ${lastEventId}\n\n`);
}
