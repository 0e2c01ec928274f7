// Runs the database migrations.

import { pause, systemClock } from "../clock.ts";
import { type ConnectionHealth, untilUp } from "../service/connection-health.ts";
import type { ServiceParts } from "../service/service.ts";
import observations from "./migrations/0001-observations.sql" with { type: "text" };
import vacuum from "./migrations/0002-vacuum.sql" with { type: "text" };
import coverage from "./migrations/0003-backfill-coverage.sql" with { type: "text" };
import timeline from "./migrations/0004-timeline.sql" with { type: "text" };
import polling from "./migrations/0005-polling.sql" with { type: "text" };
import { connectPatientSql, inTransaction, lockSpace, locks, type Sql } from "./sql.ts";

/** In the order they run. Never change a released migration; add another one. */
const migrations = [
  { name: "0001-observations", text: observations },
  { name: "0002-vacuum", text: vacuum },
  { name: "0003-backfill-coverage", text: coverage },
  { name: "0004-timeline", text: timeline },
  { name: "0005-polling", text: polling },
];

/**
 * Brings the schema up to date, in one transaction. Every worker calls it at its start. If several do so at once, the first
 * one migrates, and the others wait until it is done.
 */
export async function migrate(sql: Sql): Promise<void> {
  await inTransaction(sql, async (tx) => {
    // A migration of a large table can take long, and so can the wait for another service.
    await tx`select set_config('statement_timeout', '0', true)`;
    await tx`select pg_advisory_xact_lock(${lockSpace}, ${locks.migrate})`;
    await tx`create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())`;
    const applied = new Set((await tx<{ name: string }[]>`select name from migrations`).map((row) => row.name));
    for (const { name, text } of migrations) {
      if (applied.has(name)) continue;
      await tx.unsafe(text);
      await tx`insert into migrations (name) values (${name})`;
    }
  });
}

/**
 * Brings the schema up to date as soon as PostgreSQL answers, over a separate connection without a silence limit.
 * @throws {unknown} the reason of the service's signal, if the service stops first
 */
export async function migrateOnceUp(
  service: string,
  { config, onClose, signal }: Pick<ServiceParts<{ databaseUrl: string }>, "config" | "onClose" | "signal">,
  database: ConnectionHealth,
): Promise<void> {
  const sql = connectPatientSql(config.databaseUrl, service);
  onClose(() => sql.end({ timeout: 1 }));
  await untilUp(database, signal, () => migrate(sql));
  await sql.end();
}

/** Pause between two looks at the schema, in ms. */
const schemaPauseMs = 1_000;

/**
 * Resolves when a worker has brought the schema up to date. Only reads, so a role without other rights can call it.
 * @throws {unknown} the reason of the signal, if the service stops first
 */
export async function waitForSchema(sql: Sql, database: ConnectionHealth, signal: AbortSignal): Promise<void> {
  while (!(await untilUp(database, signal, () => isUpToDate(sql)))) await pause(schemaPauseMs, signal, systemClock);
}

async function isUpToDate(sql: Sql): Promise<boolean> {
  const [found] = await sql<{ exists: boolean }[]>`select to_regclass('migrations') is not null as exists`;
  if (!found?.exists) return false;
  const applied = new Set((await sql<{ name: string }[]>`select name from migrations`).map(({ name }) => name));
  return migrations.every(({ name }) => applied.has(name));
}
