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

/** How long a browser should wait before it reconnects; spread, so that not all come back in the same moment. */
export function retryBlock(): Uint8Array {
  return encoder.encode(`retry: ${1_000 + Math.floor(Math.random() * 2_000)}\n\n`);
}

/** A sign of life that fires no event. */
export const heartbeatComment = encoder.encode(": heartbeat\n\n");

/** A sign of life that moves a browser's last event id past events that its filter kept from it; it fires no event. */
export function heartbeatId(lastEventId: bigint): Uint8Array {
  return encoder.encode(`id: ${lastEventId}\n\n`);
}
