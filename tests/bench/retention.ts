// Measures the size of the database over ten days, and whether it stops growing.

import { replayDays } from "../rig/replayed-days.ts";
import type { Check, Findings } from "./rig/findings.ts";

export const description = "size of the database over ten days of the whole network, with a retention of three days";

/** Reports that make as many rows per day as NDBC's files: about 110,000. */
const network = { stations: 880, reports: 125 };

/** Stores ten days of the network and prunes at the end of each. */
export async function run(): Promise<Findings> {
  const ends = await replayDays(10, 3, network);
  const rows = ends.map(({ rows, pruned, pruneMs, tableBytes, indexBytes, databaseBytes }, index) => ({
    day: index + 1,
    rows,
    pruned,
    "pruning s": pruneMs / 1_000,
    "table MB": tableBytes / 1e6,
    "indexes MB": indexBytes / 1e6,
    "database MB": databaseBytes / 1e6,
  }));
  return { tables: [{ title: "At the end of each day", rows }], skipped: [] };
}

/** Compares the sizes of the database at the end of days that each delete the oldest day. */
export async function check(): Promise<Check[]> {
  // One day of six is below the share at which PostgreSQL itself would start a vacuum.
  const kept = 6;
  const ends = await replayDays(10, kept, { stations: 450, reports: 8 });
  // While the first day is deleted, the table holds one more; gaps in indexes are filled a day after those in the table.
  const [settled, ...later] = ends.slice(kept + 1).map(({ databaseBytes }) => databaseBytes);
  const growth = (Math.max(...later) / (settled ?? Number.NaN) - 1) * 100;
  return [{ name: "growth of the database after the oldest day is deleted", value: growth, unit: "%", max: 2 }];
}
