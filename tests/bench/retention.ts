// What the database takes on disk while days go by, and whether it stays that large.

import { replayDays } from "../rig/replayed-days.ts";
import type { Check, Findings } from "./rig/findings.ts";

export const description = "what the database takes while ten days of the whole network go by, of which three are kept";

/** As many rows a day as NDBC's files hold: about 110,000. */
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

/** Compares the database's size at the end of days of which each drops the oldest. */
export async function check(): Promise<Check[]> {
  // A day of six is less than what PostgreSQL by itself would leave.
  const kept = 6;
  const ends = await replayDays(10, kept, { stations: 450, reports: 8 });
  // While the first is dropped the table holds a day more; gaps in the indexes are filled a day after those in the table.
  const [settled, ...later] = ends.slice(kept + 1).map(({ databaseBytes }) => databaseBytes);
  const growth = (Math.max(...later) / (settled ?? Number.NaN) - 1) * 100;
  return [{ name: "database grown once the oldest day is dropped", value: growth, unit: "%", max: 2 }];
}
