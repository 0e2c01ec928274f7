import { replayDays } from "../rig/replayed-days.ts";
import type { Findings } from "./rig/findings.ts";

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
