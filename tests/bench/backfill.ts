// Measures how fast history is parsed and stored.

import { once } from "node:events";
import { parseRealtime } from "../../services/worker/ndbc/realtime.ts";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storeHistory } from "../../services/worker/store/history.ts";
import type { Sql } from "../../shared/database/sql.ts";
import { measurements, type Observation } from "../../shared/measurements.ts";
import { withDatabase } from "./rig/database.ts";
import type { Findings, RunOptions } from "./rig/findings.ts";
import { interleave } from "./rig/rounds.ts";
import { stationFile } from "./rig/station-file.ts";

export const description =
  "45 days of 100 stations, parsed and stored, compared with PostgreSQL's own COPY of the same rows";

const stationIds = Array.from({ length: 100 }, (_, index) => `B${1_000 + index}`);

export async function run({ rounds }: RunOptions): Promise<Findings> {
  const { name, body, now } = await stationFile();
  const parse = (stationId: string) => parseRealtime(stationId, body, now).observations;
  return withDatabase(async (sql) => {
    const measured = await interleave(
      {
        bellbuoy: () =>
          fill(sql, async (stationId) => {
            const observations = parse(stationId);
            await storeHistory(sql, observations, unguardedIds);
            return observations.length;
          }),
        COPY: () => fill(sql, (stationId) => copy(sql, parse(stationId))),
      },
      rounds,
    );
    const rows = Object.entries(measured).map(([way, figures]) => ({ way, ...figures }));
    return { tables: [{ title: `the rows of ${name}, as 100 stations, into an empty table`, rows }], skipped: [] };
  });
}

/** Measures one way to store history. @param store stores one station and resolves with the number of rows */
async function fill(sql: Sql, store: (stationId: string) => Promise<number>) {
  await sql`truncate observations, stations`;
  await sql`checkpoint`;
  const memoryBefore = process.memoryUsage.rss();
  const start = performance.now();
  let rows = 0;
  for (const stationId of stationIds) rows += await store(stationId);
  const seconds = (performance.now() - start) / 1000;
  return { rows, "rows/s": rows / seconds, "memory grown MB": (process.memoryUsage.rss() - memoryBefore) / 2 ** 20 };
}

/** Stores rows with COPY, the fastest way: it compares nothing, and every row must be new. */
async function copy(sql: Sql, observations: Observation[]): Promise<number> {
  const lines = observations.map((row) => {
    const values = measurements.map((name) => row[name] ?? "\\N");
    return `${row.stationId}\t${row.observedAt.toISOString()}\t${values.join("\t")}\n`;
  });
  const writable = await sql`copy observations (station_id, observed_at, ${sql(measurements)}) from stdin`.writable();
  writable.end(lines.join(""));
  await once(writable, "finish");
  return observations.length;
}
