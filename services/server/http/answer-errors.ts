// Answers to requests that fail.

import type { Hono } from "hono";
import type { ConnectionHealth } from "../../../shared/connections/connection-health.ts";
import { noSchema } from "../../../shared/database/migrate.ts";
import { isDatabaseAway } from "../../../shared/database/sql.ts";
import type { Log } from "../../../shared/process/log.ts";
import { databaseAwayRetrySeconds } from "./limits.ts";
import { ProblemError, problemResponse, tryAgain } from "./problem.ts";
import type { RequestEnv } from "./request-env.ts";

type ErrorParts = {
  database: ConnectionHealth;
  /** Returns whether the database schema is up to date; a worker migrates it after an upgrade. */
  hasSchema: () => boolean;
  log: Log;
};

/** Makes an app answer errors and unknown paths with problem documents. */
export function answerErrors(app: Hono<RequestEnv>, { database, hasSchema, log }: ErrorParts): void {
  app.notFound((c) => problemResponse(c, new ProblemError("not_found", `there is nothing at ${c.req.path}`)));
  app.onError((error, c) => {
    if (error instanceof ProblemError) return problemResponse(c, error);
    if (c.req.raw.signal.aborted) return problemResponse(c, new ProblemError("client_left", "the client has left"));
    if (isDatabaseAway(error)) {
      database.down(error);
      return problemResponse(c, databaseAway());
    }
    if (!hasSchema()) {
      return problemResponse(c, tryAgain("schema_not_ready", noSchema.reason, databaseAwayRetrySeconds));
    }
    log.error("a request failed", { code: "internal_error", path: c.req.path, reason: error.message });
    return problemResponse(c, new ProblemError("internal_error", "this is a fault of the server and was logged"));
  });
}

/** Creates the error of a request that the database does not answer. */
export function databaseAway(): ProblemError {
  return tryAgain("postgresql_away", "the database does not answer", databaseAwayRetrySeconds);
}
