// Row streams: answers of any size, sent as fast as the client reads.

import type { Log } from "../../../../shared/service/log.ts";
import {
  maxRowStreams,
  maxRowStreamsPerAddress,
  rowStreamIdleSeconds,
  rowStreamRetrySeconds,
} from "../../http/limits.ts";
import { tryAgain } from "../../http/problem.ts";
import type { RequestContext } from "../../http/request-env.ts";

const encoder = new TextEncoder();

/** Sends row streams. */
export type RowStreams = {
  /**
   * Turns pieces of text into a body. It reads the next piece when the client has taken the last one. The first piece
   * is read at once, so that a failing query still gets an error status.
   * @throws {ProblemError} 429 or 503 when too many row streams are open
   */
  open(c: RequestContext, pieces: AsyncGenerator<string>): Promise<ReadableStream<Uint8Array>>;
};

/** Creates the sender, which enforces the row stream limits. @param addressOf returns the client address */
export function createRowStreams(addressOf: (c: RequestContext) => string, log: Log): RowStreams {
  const underWay = new Map<string, number>();

  /** Counts a row stream. @returns a function that ends the count; further calls do nothing */
  function enter(address: string): () => void {
    const own = underWay.get(address) ?? 0;
    if (own >= maxRowStreamsPerAddress) {
      throw tryAgain(
        "too_many_row_streams",
        `${address} already receives ${own} row streams, more are not allowed`,
        rowStreamRetrySeconds,
      );
    }
    const all = [...underWay.values()].reduce((sum, count) => sum + count, 0);
    if (all >= maxRowStreams) {
      throw tryAgain(
        "no_row_streams_left",
        `this server already sends ${all} row streams, more are not allowed`,
        rowStreamRetrySeconds,
      );
    }
    underWay.set(address, own + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const left = (underWay.get(address) ?? 1) - 1;
      if (left === 0) underWay.delete(address);
      else underWay.set(address, left);
    };
  }

  return {
    async open(c, pieces) {
      const leave = enter(addressOf(c));
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
      c.env.server.timeout(c.req.raw, rowStreamIdleSeconds);
      return new ReadableStream<Uint8Array>({
        async pull(controller) {
          if (piece.done) return controller.close();
          controller.enqueue(encoder.encode(piece.value));
          try {
            piece = await next();
          } catch (error) {
            // The status is already sent, so closing the connection is the only way to report the error.
            log.warn("a streamed answer failed", { path: c.req.path, reason: (error as Error).message });
            controller.error(error);
          }
        },
        async cancel() {
          leave();
          await pieces.return(undefined);
        },
      });
    },
  };
}
