// The dependencies of all backfill modules.

import { type Clock, systemClock } from "../../../../shared/clock.ts";
import type { Sql } from "../../../../shared/database/sql.ts";
import type { Log } from "../../../../shared/process/log.ts";
import type { NdbcClient } from "../../ndbc/client.ts";
import type { RejectedRows } from "../../ndbc/table/rejected-rows.ts";
import type { StoreCounts } from "../../store/assign-event-ids.ts";
import type { IdTransaction } from "../../store/event-id-guard.ts";
import type { RejectedRowsLog } from "../rejected-rows-log.ts";

/** Settings and dependencies of backfill. */
export type BackfillParts = {
  sql: Sql;
  ndbc: NdbcClient;
  /** Number of hours before the current one; 0: no backfill. */
  hours: number;
  /** The stations to keep, or `null` for all. */
  stations: Set<string> | null;
  /** Pause between two requests, in ms: backfill is never urgent, and NDBC asks for a low request rate. */
  pauseMs: number;
  /** Called after each stored file. */
  stored: (rows: number, rejectedRows: RejectedRows, counts: StoreCounts) => void;
  logRejectedRows: RejectedRowsLog;
  log: Log;
  signal: AbortSignal;
  /** Assigns ids above all published ones. */
  inIdTransaction: IdTransaction;
  clock?: Clock;
};

/** Returns NDBC's time, because this machine's clock may be wrong. Before NDBC's first response, returns the latter. */
export function presentOf({ ndbc, clock = systemClock }: BackfillParts): Date {
  return new Date(ndbc.nowMs() ?? clock.now());
}
