// What the parts of backfill share.

import { type Clock, systemClock } from "../../../../shared/clock.ts";
import type { Sql } from "../../../../shared/database/sql.ts";
import type { Log } from "../../../../shared/service/log.ts";
import type { NdbcClient } from "../../ndbc/client.ts";
import type { RejectedRows } from "../../ndbc/table/rejected-rows.ts";
import type { StoreCounts } from "../../store/assign-event-ids.ts";
import type { IdTransaction } from "../../store/event-id-guard.ts";
import type { RejectedRowsLog } from "../rejected-rows-log.ts";

/** What backfill works with. */
export type BackfillParts = {
  sql: Sql;
  ndbc: NdbcClient;
  /** How many hours back from the present one; 0: nothing at all. */
  hours: number;
  /** Those to keep, or `null` for all. */
  stations: Set<string> | null;
  /** Between any two requests: backfill is never urgent, and NDBC asks for restraint. */
  pauseMs: number;
  /** Called for each file that was stored. */
  stored: (rows: number, rejectedRows: RejectedRows, counts: StoreCounts) => void;
  logRejectedRows: RejectedRowsLog;
  log: Log;
  signal: AbortSignal;
  /** Gives ids above all that were published. */
  inIdTransaction: IdTransaction;
  clock?: Clock;
};

/** Returns NDBC's own time, since this machine's clock may be wrong. Before NDBC's first answer only the latter is known. */
export function presentOf({ ndbc, clock = systemClock }: BackfillParts): Date {
  return new Date(ndbc.nowMs() ?? clock.now());
}
