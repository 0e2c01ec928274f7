/** The part of Hono's stream that an outbox needs. */
type Writable = { write(bytes: Uint8Array): Promise<unknown> };

/** What waits to be written to one listener. */
export type Outbox = {
  /** Queues bytes and returns at once. Past the limit the listener counts as too slow, and `onOverflow` is called once. */
  send(bytes: Uint8Array): void;
  /** Resolves when all that was sent is written, or the outbox is closed. */
  drained(): Promise<void>;
  /** Milliseconds for which the write under way has been waiting for the listener; 0 when there is none. */
  stalledMs(): number;
  /** Forgets what waits and writes nothing more. */
  close(): void;
};

/**
 * Writes to one listener, one write at a time, without ever making the sender wait. The queue holds references to bytes
 * that all listeners share, so a slow one costs little until the limit ends it; it resumes by its last event id.
 * @param maxBytes how much may wait
 */
export function createOutbox(stream: Writable, maxBytes: number, onOverflow: () => void): Outbox {
  let queue: Uint8Array[] = [];
  let queuedBytes = 0;
  let writingSince: number | null = null;
  let closed = false;
  let whenDrained = Promise.resolve();

  async function drain(): Promise<void> {
    for (let bytes = queue.shift(); bytes !== undefined && !closed; bytes = queue.shift()) {
      writingSince = performance.now();
      await stream.write(bytes);
      queuedBytes -= bytes.byteLength;
    }
    writingSince = null;
  }

  function close(): void {
    closed = true;
    queue = [];
    queuedBytes = 0;
  }

  return {
    send(bytes) {
      if (closed) return;
      if (queuedBytes + bytes.byteLength > maxBytes) {
        close();
        onOverflow();
        return;
      }
      queue.push(bytes);
      queuedBytes += bytes.byteLength;
      if (writingSince === null) whenDrained = drain();
    },
    drained: () => whenDrained,
    stalledMs: () => (writingSince === null ? 0 : performance.now() - writingSince),
    close,
  };
}
