// Sends large answers in pieces, as fast as the client reads, and ends those that are read too slowly.

import type { Clock } from "../../../shared/clock.ts";
import { messageOf } from "../../../shared/errors.ts";
import type { Log } from "../../../shared/process/log.ts";
import {
  maxReadDelayMs,
  maxRowStreams,
  maxRowStreamsPerNetwork,
  maxUnreadBytes,
  maxUnreadBytesPerNetwork,
  minReadBytesPerSecond,
  pieceBytes,
  rowStreamRetrySeconds,
  streamEndingSeconds,
} from "./limits.ts";
import { type ProblemError, tryAgain } from "./problem.ts";
import type { RequestContext } from "./request-env.ts";

const encoder = new TextEncoder();

/** Sends large answers. */
export type SendPieces = {
  /**
   * Turns a row stream into a body. It reads the next piece when the client has taken the last one. The first piece is
   * read at once, so that a failing query still gets an error status.
   * @throws {ProblemError} 429 or 503 when too many row streams are open
   */
  rows(c: RequestContext, pieces: AsyncGenerator<string>): Promise<ReadableStream<Uint8Array>>;
  /** Turns a complete answer into a body. @throws {ProblemError} 503 when clients leave too much unread */
  bytes(c: RequestContext, bytes: Uint8Array): Promise<ReadableStream<Uint8Array>>;
};

type Pieces = AsyncGenerator<string | Uint8Array>;

/** Creates the sender, which enforces the limits. @param networkOf returns the client network */
export function createSendPieces(networkOf: (c: RequestContext) => string, log: Log, clock: Clock): SendPieces {
  const streams = createQuota(
    maxRowStreams,
    maxRowStreamsPerNetwork,
    (network) => tryLater("too_many_row_streams", `${network} already receives ${maxRowStreamsPerNetwork} row streams`),
    tryLater("no_row_streams_left", `this server already sends ${maxRowStreams} answers without a limit`),
  );
  const unread = createQuota(
    maxUnreadBytes,
    maxUnreadBytesPerNetwork,
    (network) => tryLater("too_much_unread", `${network} leaves too many answers unread`),
    tryLater("too_much_unread", "clients of this server leave too many answers unread"),
  );

  /** @param leave called once, when the answer has been sent, has failed or was abandoned */
  async function open(c: RequestContext, pieces: Pieces, leave: () => void): Promise<ReadableStream<Uint8Array>> {
    const next = async () => {
      try {
        const piece = await pieces.next();
        if (piece.done) leave();
        return piece;
      } catch (error) {
        leave();
        throw error;
      }
    };
    let piece = await next();
    if (c.finalized) {
      // The time limit has already sent another answer, so no client reads this one.
      leave();
      await pieces.return(undefined);
    }
    const { server } = c.env;
    const pace = createPace(clock);
    server.timeout(c.req.raw, (2 * maxReadDelayMs) / 1000);
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        pace.taken();
        if (piece.done) return controller.close();
        const bytes = typeof piece.value === "string" ? encoder.encode(piece.value) : piece.value;
        controller.enqueue(bytes);
        try {
          piece = await next();
        } catch (error) {
          // The status is already sent, so closing the connection is the only way to report the error.
          log.warn("a streamed answer failed", { code: "answer_failed", path: c.req.path, reason: messageOf(error) });
          controller.error(error);
          return;
        }
        pace.expect(bytes.byteLength, () => {
          leave();
          void pieces.return(undefined);
          log.debug("an answer was read too slowly", { path: c.req.path });
          controller.error(new Error("the client reads too slowly"));
          // A connection whose client does not read would stay open and keep its buffered bytes.
          server.timeout(c.req.raw, streamEndingSeconds);
        });
      },
      async cancel() {
        pace.taken();
        leave();
        await pieces.return(undefined);
      },
    });
  }

  return {
    rows: (c, pieces) => open(c, pieces, streams.enter(networkOf(c), 1)),
    bytes: (c, bytes) => open(c, slices(bytes), unread.enter(networkOf(c), bytes.byteLength)),
  };
}

async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.byteLength; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
}

function tryLater(code: Parameters<typeof tryAgain>[0], detail: string): ProblemError {
  return tryAgain(code, `${detail}, more are not allowed`, rowStreamRetrySeconds);
}

/** Creates a limit of amounts in use, in all and per network. */
function createQuota(
  max: number,
  maxPerNetwork: number,
  ownError: (network: string) => ProblemError,
  error: ProblemError,
) {
  const used = new Map<string, number>();
  let all = 0;

  function add(network: string, amount: number): void {
    const own = (used.get(network) ?? 0) + amount;
    if (own === 0) used.delete(network);
    else used.set(network, own);
    all += amount;
  }

  return {
    /** Takes an amount. @returns a function that gives it back; further calls do nothing */
    enter(network: string, amount: number): () => void {
      if ((used.get(network) ?? 0) + amount > maxPerNetwork) throw ownError(network);
      if (all + amount > max) throw error;
      add(network, amount);
      let isOver = false;
      return () => {
        if (!isOver) add(network, -amount);
        isOver = true;
      };
    },
  };
}

/** Measures how far a client is behind the min speed. Time that the server needs for a piece does not count. */
function createPace(clock: Clock) {
  let creditMs = maxReadDelayMs;
  let sinceMs: number | null = null;
  let cancel = () => {};
  return {
    /** Notes that the client has taken the last piece. */
    taken(): void {
      cancel();
      if (sinceMs !== null) creditMs -= clock.monotonicMs() - sinceMs;
      sinceMs = null;
    },
    /** Calls `tooSlow` if the client does not take a piece in time. */
    expect(bytes: number, tooSlow: () => void): void {
      creditMs = Math.min(creditMs + (bytes / minReadBytesPerSecond) * 1000, maxReadDelayMs);
      sinceMs = clock.monotonicMs();
      cancel = clock.after(creditMs, tooSlow);
    },
  };
}
