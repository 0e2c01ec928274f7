// Stores and prunes simulated days, and measures the database after each.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../services/dev/daemons/postgres.ts";
import { pruneBefore } from "../../services/worker/tasks/prune.ts";
import { migrate } from "../../shared/database/migrate.ts";
import { connectSql, type Sql } from "../../shared/database/sql.ts";
import { type SimulatedDay, storeSimulatedDay } from "./simulated-day.ts";

/** Holds the state of the database at the end of a day, after pruning. */
export type DayEnd = {
  rows: number;
  /** Number of rows that pruning has deleted. */
  pruned: number;
  pruneMs: number;
  /** Bytes of `observations` and of all its indexes. */
  tableBytes: number;
  indexBytes: number;
  databaseBytes: number;
};

const dayMs = 86_400_000;

/**
 * Stores one day after another and prunes after each, in a separate PostgreSQL with default settings. Only autovacuum runs
 * every second instead of every minute, so that ten days take half a minute.
 */
export async function replayDays(days: number, retentionDays: number, day: SimulatedDay): Promise<DayEnd[]> {
  const dataDir = await mkdtemp(join(tmpdir(), "bellbuoy-days-"));
  const postgres = await startPostgres({ dataDir, settings: { autovacuum_naptime: "1s", fsync: "off" } });
  const sql = connectSql(postgres.url, "replay");
  try {
    await migrate(sql);
    const ends: DayEnd[] = [];
    for (let index = 0; index < days; index++) {
      const midnight = new Date(Date.UTC(2026, 0, 1) + index * dayMs);
      await storeSimulatedDay(sql, midnight, day);
      const { pruned, pruneMs, cleanUpsBefore } = await prune(
        sql,
        new Date(midnight.getTime() + (1 - retentionDays) * dayMs),
      );
      if (pruned > 0) await untilCleanedUp(sql, cleanUpsBefore);
      ends.push({ pruned, pruneMs, ...(await measure(sql)) });
    }
    return ends;
  } finally {
    await sql.end({ timeout: 1 });
    await postgres.stop();
    await rm(dataDir, { recursive: true });
  }
}

/** Prunes while autovacuum is locked out: a run that started before would not see the deleted rows. */
async function prune(sql: Sql, before: Date): Promise<{ pruned: number; pruneMs: number; cleanUpsBefore: number }> {
  return sql.begin(async (tx) => {
    // Autovacuum gives way to this lock.
    await tx`lock table observations in share update exclusive mode`;
    const cleanUpsBefore = await countCleanUps(sql);
    const startedAt = performance.now();
    const pruned = await pruneBefore(sql, before);
    return { pruned, pruneMs: performance.now() - startedAt, cleanUpsBefore };
  });
}

async function countCleanUps(sql: Sql): Promise<number> {
  const [table] = await sql<{ count: number }[]>`
    select autovacuum_count::int as count from pg_stat_user_tables where relname = 'observations'
  `;
  return table?.count ?? 0;
}

/** Polls until autovacuum has run: PostgreSQL sends no event for it. */
async function untilCleanedUp(sql: Sql, before: number): Promise<void> {
  // Connections report their statistics with a delay; this makes several of them report now.
  await Promise.all(Array.from({ length: 8 }, () => sql`select pg_stat_force_next_flush()`));
  while ((await countCleanUps(sql)) === before) await Bun.sleep(20);
}

async function measure(sql: Sql): Promise<Omit<DayEnd, "pruned" | "pruneMs">> {
  const [row] = await sql<Omit<DayEnd, "pruned" | "pruneMs">[]>`
    select
      (select count(*)::int from observations) as rows,
      pg_table_size('observations')::float8 as table_bytes,
      pg_indexes_size('observations')::float8 as index_bytes,
      pg_database_size(current_database())::float8 as database_bytes
  `;
  if (row === undefined) throw new Error("PostgreSQL returned no sizes");
  return row;
}
