// Answers of any size, sent row by row as their reader takes them.

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

/** Sends answers of any size. */
export type RowStreams = {
  /**
   * Turns pieces of text into a body that takes the next piece when the last is on its way. The first piece is read at
   * once, so that what cannot be answered at all fails here.
   * @throws {ProblemError} 429 or 503 where too many are under way
   */
  open(c: RequestContext, pieces: AsyncGenerator<string>): Promise<ReadableStream<Uint8Array>>;
};

/** @param addressOf who asks, as limits count it */
export function createRowStreams(addressOf: (c: RequestContext) => string, log: Log): RowStreams {
  const underWay = new Map<string, number>();

  /** @returns what to call, once, when it is over */
  function enter(address: string): () => void {
    const own = underWay.get(address) ?? 0;
    if (own >= maxRowStreamsPerAddress) {
      throw tryAgain(
        "too_many_row_streams",
        `${own} answers without a limit are on their way to ${address}, no more at once`,
        rowStreamRetrySeconds,
      );
    }
    const all = [...underWay.values()].reduce((sum, count) => sum + count, 0);
    if (all >= maxRowStreams) {
      throw tryAgain(
        "no_row_streams_left",
        `this server sends ${all} answers without a limit now, no more at once`,
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
        // It took too long, and was answered otherwise: nobody will read this one.
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
            // The status is sent: that the connection breaks is all that can still be said.
            log.warn("an answer broke off", { path: c.req.path, reason: (error as Error).message });
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
