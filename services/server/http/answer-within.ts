// The time limit for an answer to begin.

import type { MiddlewareHandler } from "hono";
import type { Clock } from "../../../shared/clock.ts";
import type { ProblemError } from "./problem.ts";
import type { RequestEnv } from "./request-env.ts";

/** Times out answers that take longer. @throws {ProblemError} what `problem` makes, after so many ms */
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
