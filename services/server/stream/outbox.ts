// The write queue of one stream.
import { type Clock, systemClock } from "../../../shared/clock.ts";
import { maxBacklogBytes } from "../http/limits.ts";

/** The part of Hono's stream that an outbox uses. */
type Writable = { write(bytes: Uint8Array): Promise<unknown> };

/** Max bytes of writes that are joined into one. */
const joinedBytes = 64 * 1024;

/**
 * Queues bytes for one listener. It writes one chunk at a time, and the sender never waits. The queue holds references
 * to bytes that all listeners share, so a slow client costs little until the limit ends its stream; it then resumes by
 * its last event id.
 *
 * A class, since there may be 10,000 instances: closures would need five more objects each.
 */
export class Outbox {
  readonly #stream: Writable;
  readonly #onOverflow: (code: "too_slow") => void;
  readonly #clock: Clock;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #writingSince: number | null = null;
  #closed = false;
  #drained: Promise<void> | null = null;

  /** @param onOverflow called once when more than {@link maxBacklogBytes} would be queued */
  constructor(stream: Writable, onOverflow: (code: "too_slow") => void, clock: Clock = systemClock) {
    this.#stream = stream;
    this.#onOverflow = onOverflow;
    this.#clock = clock;
  }

  /** Queues bytes and returns at once. */
  send(bytes: Uint8Array): void {
    this.sendAll([bytes], bytes.byteLength);
  }

  /** Queues several pieces and returns at once. Small ones are joined when they are written. @param length in bytes */
  sendAll(pieces: Uint8Array[], length: number): void {
    if (this.#closed) return;
    if (this.#queuedBytes + length > maxBacklogBytes) {
      this.close();
      this.#onOverflow("too_slow");
      return;
    }
    this.#queue.push(...pieces);
    this.#queuedBytes += length;
    if (this.#writingSince === null) this.#drained = this.#drain();
  }

  /** Resolves when the queue is written, or the outbox is closed. */
  async drained(): Promise<void> {
    await this.#drained;
  }

  /** Returns how long the current write has waited for the listener, in ms; 0 if there is none. */
  stalledMs(): number {
    return this.#writingSince === null ? 0 : this.#clock.monotonicMs() - this.#writingSince;
  }

  /** Drops the queue and writes nothing more. */
  close(): void {
    this.#closed = true;
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  async #drain(): Promise<void> {
    for (let bytes = this.#next(); bytes !== null && !this.#closed; bytes = this.#next()) {
      this.#writingSince = this.#clock.monotonicMs();
      await this.#stream.write(bytes);
      this.#queuedBytes -= bytes.byteLength;
    }
    this.#writingSince = null;
  }

  /** Takes the bytes of the next write from the queue: many small ones are joined. */
  #next(): Uint8Array | null {
    const [first] = this.#queue;
    if (first === undefined) return null;
    let count = 1;
    let length = first.byteLength;
    for (let next = this.#queue[count]; next !== undefined; next = this.#queue[count]) {
      if (length + next.byteLength > joinedBytes) break;
      length += next.byteLength;
      count += 1;
    }
    const taken = this.#queue.splice(0, count);
    return count === 1 ? first : Buffer.concat(taken, length);
  }
}
