// Middleware: time limit until an answer starts.

import type { MiddlewareHandler } from "hono";
import type { Clock } from "../../../shared/clock.ts";
import type { ProblemError } from "./problem.ts";
import type { RequestEnv } from "./request-env.ts";

/** Limits the time until an answer starts, in ms. @throws {ProblemError} the error from `problem` on timeout */
export function answerWithin(
  milliseconds: number,
  problem: () => ProblemError,
  clock: Clock,
): MiddlewareHandler<RequestEnv> {
  return async (_c, next) => {
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const cancel = clock.after(milliseconds, () => reject(problem()));
    try {
      await Promise.race([next(), tooLate]);
    } finally {
      cancel();
    }
  };
}
