import { clockMs } from "./processes.ts";
import { quantile } from "./rounds.ts";

/** How far one stream has heard the transcript. */
export type Place = { bytes: number; events: number };

/**
 * What all streams hear. The one that is ahead writes it down, the others are compared with it: that costs far less than to
 * read each event, and says more.
 */
export type Transcript = {
  /** A stream has heard more. @throws {Error} when it is something else than what another has heard */
  hear(place: Place, bytes: Buffer, start: number, end: number, arrivedMs: number): void;
  /** What was heard so far, all streams together. */
  measure(): { deliveries: number; wholeMs: number; p50Ms: number; p99Ms: number };
};

/** Of so many deliveries the delays are kept. */
const maxDelays = 16_000_000;

/** @param streams how many will listen */
export function createTranscript(streams: number): Transcript {
  let bytes = Buffer.alloc(2 ** 20);
  let length = 0;
  let searchedTo = 0;
  /** Of each event: where it ends, and when it was published. */
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
        throw new Error(`a stream hears something else than the others, from byte ${place.bytes} on`);
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
