// A year of polls and prunes at speed: a worker's tasks, a PostgreSQL whose clock is set, a Redis, and a stand-in for NDBC.
import { mkdtempSync } from "node:fs";
import { chmod, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { startPostgres } from "../../services/dev/daemons/postgres.ts";
import { startRedis } from "../../services/dev/daemons/redis.ts";
import { createNdbcClient } from "../../services/worker/ndbc/client.ts";
import { createIdTransaction } from "../../services/worker/store/event-id-guard.ts";
import { poll } from "../../services/worker/tasks/poll.ts";
import { createPrune } from "../../services/worker/tasks/prune.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { redisNames } from "../../shared/channels.ts";
import type { Clock } from "../../shared/clock.ts";
import { systemClock } from "../../shared/clock.ts";
import { migrate } from "../../shared/database/migrate.ts";
import { connectSql, type Sql } from "../../shared/database/sql.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { recordingLog } from "../rig/recording-log.ts";
import { redisOptions } from "../rig/redis-options.ts";
import { startUpstream } from "../rig/upstream.ts";

const dayMs = 86_400_000;
/** The library of the Debian package `faketime`. */
const [faketime] = new Bun.Glob("usr/lib/*/faketime/libfaketime.so.1").scanSync({ cwd: "/", absolute: true });

/** Holds the figures at the end of a day. */
export type DayFigures = {
  day: number;
  rows: number;
  pruned: number;
  tableMb: number;
  indexesMb: number;
  walMb: number;
  redisMb: number;
  memoryMb: number;
};

type YearOptions = { days: number; stations: number; pollsPerDay: number; retentionDays: number };

/**
 * Runs the days one after the other. PostgreSQL, NDBC's `Date` and this worker's clock show the same simulated time, and the
 * check of the clocks stays on.
 * @returns the figures of each day, and a line for each thing that went wrong
 */
export async function runYear(options: YearOptions, onDay: (figures: DayFigures) => void) {
  if (faketime === undefined) throw new Error("faketime is missing. To install it: apt-get install -y faketime");
  let nowMs = Date.UTC(2026, 0, 1);
  const dir = mkdtempSync(join(tmpdir(), "bellbuoy-year-"));
  await chmod(dir, 0o711);
  const clockFile = join(dir, "clock");
  const setClock = (ms: number) => {
    nowMs = ms;
    return writeFile(clockFile, `@${new Date(ms).toISOString().slice(0, 19).replace("T", " ")}\n`);
  };
  await setClock(nowMs);
  const env = { LD_PRELOAD: faketime, FAKETIME_TIMESTAMP_FILE: clockFile, FAKETIME_NO_CACHE: "1", TZ: "UTC" };
  const settings = { fsync: "off", autovacuum_naptime: "1s", checkpoint_timeout: "1h", max_wal_size: "256MB" };
  const postgres = await startPostgres({ dataDir: join(dir, "data"), settings, env });
  const redisServer = await startRedis();
  const redis = new Redis(redisOptions(redisServer.url));
  const upstream = startUpstream(() => nowMs);
  const sql = connectSql(postgres.url, "worker");
  try {
    await migrate(sql);
    return await runDays(options, { sql, redis, upstream, setClock, now: () => nowMs }, onDay);
  } finally {
    await sql.end({ timeout: 1 });
    redis.disconnect();
    await Promise.all([upstream.stop(), redisServer.stop(), postgres.stop()]);
    await rm(dir, { recursive: true, force: true });
  }
}

type YearParts = {
  sql: Sql;
  redis: Redis;
  upstream: ReturnType<typeof startUpstream>;
  setClock: (ms: number) => Promise<void>;
  now: () => number;
};

async function runDays(options: YearOptions, parts: YearParts, onDay: (figures: DayFigures) => void) {
  const { days, stations, pollsPerDay, retentionDays } = options;
  const { sql, redis, upstream, setClock, now } = parts;
  const { log, lines } = recordingLog();
  const clock: Clock = { ...systemClock, now };
  const ndbc = createNdbcClient({ baseUrl: upstream.url, clock });
  const prune = createPrune({ sql, ndbc, retentionDays, log, clock });
  const inIdTransaction = createIdTransaction(redis, redisNames("").highestEventId, log);
  const publish = () => publishPending(sql, redis);
  const figures: DayFigures[] = [];
  const complaints: string[] = [];
  const firstMs = now();
  for (let day = 0; day < days; day++) {
    let added = 0;
    for (let step = 0; step < pollsPerDay; step++) {
      await setClock(firstMs + day * dayMs + (step * dayMs) / pollsPerDay);
      upstream.files.set(latestObsPath, latestObsFile(stations, new Date(now() - 600_000)));
      upstream.modified.set(latestObsPath, new Date(now() - 60_000));
      const counts = await poll({ sql, ndbc, publish, stations: null, retentionDays, log, inIdTransaction });
      added += counts.added;
    }
    if (added !== stations * pollsPerDay) complaints.push(`day ${day}: ${added} rows stored`);
    const result = await prune();
    if (result.outcome === "refused") complaints.push(`day ${day}: pruning was refused`);
    // The timer of checkpoints sleeps in real time, so PostgreSQL would make none between the simulated days.
    await sql`checkpoint`;
    const ended = await measure(sql, redis, day, result.outcome === "pruned" ? result.rows : 0);
    figures.push(ended);
    onDay(ended);
    for (const { level, message } of lines.splice(0)) {
      if (level === "warn" || level === "error") complaints.push(`day ${day}: ${message}`);
    }
  }
  return { figures, complaints: [...complaints, ...growthOf(figures, retentionDays)] };
}

/** Growth that is allowed after the retention, as a factor. */
const maxGrowth = 1.25;

/** Compares the last quarter of the days with the first ones after the retention. @returns a line for each figure that grew */
function growthOf(figures: DayFigures[], retentionDays: number): string[] {
  const settled = figures.slice(retentionDays + 5);
  const last = settled.slice(-Math.ceil(settled.length / 4));
  const before = settled.slice(0, last.length);
  const mean = (of: DayFigures[], name: keyof DayFigures) =>
    of.reduce((sum, each) => sum + each[name], 0) / Math.max(of.length, 1);
  const names = ["rows", "tableMb", "indexesMb", "walMb", "redisMb", "memoryMb"] as const;
  return names
    .filter((name) => settled.length > 1 && mean(last, name) > mean(before, name) * maxGrowth + 1)
    .map((name) => `${name} grew from ${mean(before, name).toFixed(1)} to ${mean(last, name).toFixed(1)}`);
}

async function measure(sql: Sql, redis: Redis, day: number, pruned: number): Promise<DayFigures> {
  const [sizes] = await sql<[Pick<DayFigures, "rows" | "tableMb" | "indexesMb" | "walMb">]>`
    select
      (select count(*)::int from observations) as rows,
      pg_table_size('observations') / 1e6::float8 as table_mb,
      pg_indexes_size('observations') / 1e6::float8 as indexes_mb,
      (select sum(size) / 1e6::float8 from pg_ls_waldir()) as wal_mb
  `;
  const used = /used_memory:(\d+)/.exec(await redis.info("memory"))?.[1];
  Bun.gc(true);
  const memoryMb = process.memoryUsage.rss() / 1e6;
  return { day: day + 1, ...sizes, pruned, redisMb: Number(used) / 1e6, memoryMb };
}
