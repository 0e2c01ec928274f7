// Brings the schema up to date.

import { type ConnectionHealth, untilUp } from "../service/connection-health.ts";
import type { ServiceParts } from "../service/service.ts";
import observations from "./migrations/0001-observations.sql" with { type: "text" };
import vacuum from "./migrations/0002-vacuum.sql" with { type: "text" };
import coverage from "./migrations/0003-backfill-coverage.sql" with { type: "text" };
import timeline from "./migrations/0004-timeline.sql" with { type: "text" };
import polling from "./migrations/0005-polling.sql" with { type: "text" };
import { connectPatientSql, inTransaction, lockSpace, locks, type Sql } from "./sql.ts";

/** In order; a migration is never changed once it has run anywhere, only followed by another. */
const migrations = [
  { name: "0001-observations", text: observations },
  { name: "0002-vacuum", text: vacuum },
  { name: "0003-backfill-coverage", text: coverage },
  { name: "0004-timeline", text: timeline },
  { name: "0005-polling", text: polling },
];

/**
 * Brings the schema up to date. Any service may call it at its start, several at once too: the first one in works, the
 * others wait and find it done. All or nothing.
 */
export async function migrate(sql: Sql): Promise<void> {
  await inTransaction(sql, async (tx) => {
    // A large table may take its time, and so may the service that was first.
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
 * Brings the schema up to date as soon as PostgreSQL answers, over a connection of its own that may be silent for long.
 * @throws {unknown} what the service's signal was aborted with, when it stops before
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
