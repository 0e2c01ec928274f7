// Reads the time of PostgreSQL. All servers share it, and a server's own clock may be wrong.

import type { Transaction } from "../../../shared/database/sql.ts";

/** Returns PostgreSQL's current time. */
export async function readDatabaseTime(tx: Transaction): Promise<Date> {
  const [{ time }] = await tx<[{ time: Date }]>`select clock_timestamp() as time`;
  return time;
}
