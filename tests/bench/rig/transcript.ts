// Compares what many streams receive.

import { clockMs } from "./processes.ts";
import { quantile } from "./rounds.ts";

/** Position of one stream in the transcript. */
export type Place = { bytes: number; events: number };

/**
 * The bytes that all streams get. The stream that is ahead records them, and the others are compared with the record. That is
 * cheaper and stricter than to parse each event.
 */
export type Transcript = {
  /** Adds bytes of a stream. @throws {Error} if another stream got different bytes */
  hear(place: Place, bytes: Buffer, start: number, end: number, arrivedMs: number): void;
  /** Returns the figures so far, for all streams together. */
  measure(): { deliveries: number; wholeMs: number; p50Ms: number; p99Ms: number };
};

/** Max number of recorded delays. */
const maxDelays = 16_000_000;

/** Creates a transcript. @param streams number of streams */
export function createTranscript(streams: number): Transcript {
  let bytes = Buffer.alloc(2 ** 20);
  let length = 0;
  let searchedTo = 0;
  /** The end and the publication time of each event. */
  const ends: number[] = [];
  const published: number[] = [];
  const delays = new Float32Array(Math.min(maxDelays, streams * 1_000));
  let deliveries = 0;
  let lastArrivedMs = 0;

  function write(more: Buffer): void {
    while (length + more.length > bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)]);
    length += more.copy(bytes, length);
    for (;;) {
      const end = bytes.indexOf("\n\n", searchedTo);
      if (end < 0 || end + 2 > length) return;
      const [, at] = /"publishedMs":([\d.]+)/.exec(bytes.toString("latin1", searchedTo, end)) ?? [];
      searchedTo = end + 2;
      if (at === undefined) continue;
      ends.push(searchedTo);
      published.push(Number(at));
    }
  }

  return {
    hear(place, heard, start, end, arrivedMs) {
      const reached = place.bytes + end - start;
      if (reached > length) write(heard.subarray(start + length - place.bytes, end));
      if (bytes.compare(heard, start, end, place.bytes, reached) !== 0) {
        throw new Error(`a stream differs from the others, from byte ${place.bytes} on`);
      }
      place.bytes = reached;
      while (place.events < ends.length && (ends[place.events] ?? 0) <= reached) {
        if (deliveries < delays.length) delays[deliveries] = arrivedMs - (published[place.events] ?? 0);
        deliveries += 1;
        place.events += 1;
      }
      lastArrivedMs = arrivedMs;
    },
    measure() {
      const sorted = delays.slice(0, deliveries).sort();
      return {
        deliveries,
        wholeMs: lastArrivedMs - (published[0] ?? clockMs()),
        p50Ms: quantile(sorted, 0.5),
        p99Ms: quantile(sorted, 0.99),
      };
    },
  };
}
