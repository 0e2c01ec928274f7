// Measures a poll of the whole network.

import { Redis } from "ioredis";
import { startRedis } from "../../services/dev/daemons/redis.ts";
import { createNdbcClient } from "../../services/worker/ndbc/client.ts";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { poll } from "../../services/worker/tasks/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import type { Sql } from "../../shared/database/sql.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { generatedSeries } from "../faults/network-series.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { redisOptions } from "../rig/redis-options.ts";
import { silentLog } from "../rig/silent-log.ts";
import { startUpstream } from "../rig/upstream.ts";
import { withDatabase } from "./rig/database.ts";
import type { Findings, RunOptions } from "./rig/findings.ts";
import { type Measured, medians, quantile } from "./rig/rounds.ts";

export const description = "a poll of the whole network, from the request to the last row committed and published";

const stations = 890;
const pollsARound = 20;

/** Content of the file at each poll. */
const kinds: Record<string, (step: number) => string> = {
  "all 890 rows new": (step) => latestObsFile(stations, new Date(Date.UTC(2026, 0, 1) + step * 600_000)),
  "a third new, a third changed": generatedSeries(stations, 1),
};

export async function run({ rounds }: RunOptions): Promise<Findings> {
  const redisServer = await startRedis();
  const redis = new Redis(redisOptions(redisServer.url));
  try {
    const rows = await withDatabase(async (sql) => {
      const rows: Record<string, string | number>[] = [];
      for (const [kind, fileAt] of Object.entries(kinds)) {
        rows.push({ poll: kind, ...(await measurePolls(sql, redis, fileAt, rounds * pollsARound)) });
      }
      return rows;
    });
    return { tables: [{ title: `one poll of ${rounds * pollsARound} consecutive polls`, rows }], skipped: [] };
  } finally {
    redis.disconnect();
    await redisServer.stop();
  }
}

async function measurePolls(sql: Sql, redis: Redis, fileAt: (step: number) => string, count: number) {
  await sql`truncate observations, stations, upstream_files`;
  const upstream = startUpstream();
  const ndbc = createNdbcClient({ baseUrl: upstream.url });
  const polls: Measured[] = [];
  for (let step = 0; step < count; step++) {
    upstream.files.set(latestObsPath, fileAt(step));
    const start = performance.now();
    const { rows, added, changed } = await poll({
      sql,
      ndbc,
      publish: () => publishPending(sql, redis),
      stations: null,
      retentionDays: 45,
      log: silentLog,
      inIdTransaction: unguardedIds,
    });
    polls.push({ ms: performance.now() - start, rows, "new or changed": added + changed });
  }
  await upstream.stop();
  const sorted = polls.map(({ ms }) => ms ?? Number.NaN).toSorted((a, b) => a - b);
  const [first, ...later] = polls;
  const { rows, "new or changed": written } = medians(later);
  return {
    rows: rows ?? 0,
    "new or changed": written ?? 0,
    "median ms": quantile(sorted, 0.5),
    "p99 ms": quantile(sorted, 0.99),
    "first ms": first?.ms ?? Number.NaN,
  };
}
