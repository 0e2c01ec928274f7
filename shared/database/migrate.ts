// Runs the database migrations, and checks that a database fits this version.

import { pause, systemClock } from "../clock.ts";
import { type ConnectionHealth, describeError, untilUp } from "../connections/connection-health.ts";
import { type ServiceParts, StartError } from "../process/service-parts.ts";
import observations from "./migrations/0001-observations.sql" with { type: "text" };
import vacuum from "./migrations/0002-vacuum.sql" with { type: "text" };
import coverage from "./migrations/0003-backfill-coverage.sql" with { type: "text" };
import timeline from "./migrations/0004-timeline.sql" with { type: "text" };
import polling from "./migrations/0005-polling.sql" with { type: "text" };
import batches from "./migrations/0006-batches.sql" with { type: "text" };
import operations from "./migrations/0007-operations.sql" with { type: "text" };
import { connectPatientSql, inTransaction, lockSpace, locks, mayPass, type Sql, type Transaction } from "./sql.ts";

/** In the order they run. Never change a released migration; add another one. */
const migrations = [
  { name: "0001-observations", text: observations },
  { name: "0002-vacuum", text: vacuum },
  { name: "0003-backfill-coverage", text: coverage },
  { name: "0004-timeline", text: timeline },
  { name: "0005-polling", text: polling },
  { name: "0006-batches", text: batches },
  { name: "0007-operations", text: operations },
].map((migration) => ({ ...migration, checksum: checksumOf(migration.text) }));

/** A migration that has run in a database. Its checksum is `null` if bellbuoy 0.1.0 ran it. */
type Applied = { name: string; checksum: string | null };

/** The schema of a database: without tables, older than this version, or of this version. */
type SchemaState = "empty" | "older" | "current";

/**
 * Compares the schema of a database with this version's migrations. Changes nothing.
 * @throws {StartError} with the remedy, if this version must not use the database: `schema_newer` or `schema_changed`
 */
export async function checkSchema(sql: Sql | Transaction): Promise<SchemaState> {
  const applied = await readApplied(sql);
  refuseForeign(applied);
  if (applied.length === 0) return "empty";
  return applied.length < migrations.length ? "older" : "current";
}

/**
 * Brings the schema up to date, in one transaction. If several workers do so at once, the first one migrates, and the
 * others wait until it is done.
 * @throws {StartError} with the remedy, if the database does not fit this version, or if a migration fails
 */
export async function migrate(sql: Sql): Promise<void> {
  await inTransaction(sql, async (tx) => {
    // A migration of a large table can take long, and so can the wait for another service.
    await tx`select set_config('statement_timeout', '0', true)`;
    await tx`select pg_advisory_xact_lock(${lockSpace}, ${locks.migrate})`;
    const applied = await orRefuse("the table migrations cannot be read", () => readApplied(tx));
    refuseForeign(applied);
    const missing = migrations.slice(applied.length);
    for (const { name, text } of missing) await orRefuse(`migration ${name} failed`, () => tx.unsafe(text));
    const hasChecksums = applied.every(({ checksum }) => checksum !== null);
    if (missing.length > 0 || !hasChecksums) {
      await orRefuse("the table migrations cannot be written", () => recordApplied(tx));
    }
  });
}

/**
 * Brings the schema up to date as soon as PostgreSQL answers, over a separate connection without a silence limit.
 * @throws {StartError} as {@link migrate} does
 * @throws {unknown} the reason of the service's signal, if the service stops first
 */
export async function migrateOnceUp(
  service: string,
  { config, onClose, signal }: Pick<ServiceParts<{ databaseUrl: string }>, "config" | "onClose" | "signal">,
  database: ConnectionHealth,
): Promise<void> {
  const sql = connectPatientSql(config.databaseUrl, service);
  onClose(() => sql.end({ timeout: 1 }));
  await untilUp(database, signal, () => migrate(sql), isNoRefusal);
  await sql.end();
}

/** Interval between checks of a schema that is not ready, in ms. */
const schemaCheckMs = 1_000;

/** The problem of a server whose database schema is not ready yet. */
export const noSchema = {
  code: "schema_not_ready",
  reason: "the database tables do not exist yet, or are older than this server: a worker of its version migrates them",
} as const;

/** The same for the log, when the state of the schema is known. */
const waitReasons = {
  empty: "the database has no tables yet: a worker creates them",
  older: "the database is older than this version: a worker of this version migrates it",
} as const;

/**
 * Waits until PostgreSQL answers and a worker has brought the schema up to date, and logs what it waits for.
 * @throws {StartError} as {@link checkSchema} does
 * @throws {unknown} the reason of the service's signal, if the service stops first
 */
export async function waitForSchema(
  sql: Sql,
  { log, signal }: Pick<ServiceParts<unknown>, "log" | "signal">,
  database: ConnectionHealth,
): Promise<void> {
  let logged: SchemaState | null = null;
  for (;;) {
    const state = await untilUp(database, signal, () => inTransaction(sql, checkSchema), isNoRefusal);
    if (state === "current") {
      if (logged !== null) log.info("the database schema is ready");
      return;
    }
    if (state !== logged) {
      log.warn("waiting for the database schema", { ...noSchema, reason: waitReasons[state] });
    }
    logged = state;
    await pause(schemaCheckMs, signal, systemClock);
  }
}

function isNoRefusal(error: unknown): boolean {
  return !(error instanceof StartError);
}

/** Git may check files out with other line ends. */
function checksumOf(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");
}

/** Returns the migrations that have run, in order; none before the first. */
async function readApplied(sql: Sql | Transaction): Promise<Applied[]> {
  const [found] = await sql<[{ exists: boolean }]>`select to_regclass('migrations') is not null as exists`;
  if (!found.exists) return [];
  // 0.1.0 made the table without the column of checksums.
  return sql<Applied[]>`
    select name, to_jsonb(migrations) ->> 'checksum' as checksum from migrations order by name collate "C"
  `;
}

/** @throws {StartError} if the applied migrations are not the first ones of this version */
function refuseForeign(applied: Applied[]): void {
  const unknown = applied.find(({ name }) => !migrations.some((known) => known.name === name));
  if (unknown !== undefined) {
    throw new StartError(
      `the database is newer than this version: it has the migration ${unknown.name}. Start the version that made it, or restore a backup from before that upgrade`,
      { code: "schema_newer" },
    );
  }
  for (const [index, { name, checksum }] of applied.entries()) {
    const known = migrations[index];
    if (known?.name !== name) refuseChanged(`the migration ${known?.name} is missing in the database`);
    if (checksum !== null && checksum !== known?.checksum) {
      refuseChanged(`the migration ${name} is not the one that made the database`);
    }
  }
}

function refuseChanged(fault: string): never {
  throw new StartError(
    `${fault}. Start an unchanged release of bellbuoy; if you have changed the migrations, undo it and add another one`,
    { code: "schema_changed" },
  );
}

const createMigrations =
  "create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())";

/** Returns the whole schema as SQL text, for dumps. */
export function schemaSql(): string {
  return [
    ...migrations.map(({ text }) => text.trimEnd()),
    `${createMigrations};`,
    "alter table migrations add column checksum text not null;",
  ].join("\n");
}

/** Runs a step of a migration. @throws {StartError} if it fails and a repetition would fail too */
async function orRefuse<T>(fault: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (mayPass(cause)) throw cause;
    const message = `${fault}: ${describeError(cause)}. Nothing was changed. Correct this in the database and start again, or start the version before`;
    throw new StartError(message, { code: "migration_failed", cause });
  }
}

/** Records every migration with its checksum, also those of 0.1.0. Last, because it locks the table that servers read. */
async function recordApplied(tx: Transaction): Promise<void> {
  await tx.unsafe(createMigrations);
  await tx`alter table migrations add column if not exists checksum text`;
  await tx`
    insert into migrations (name, checksum)
    select * from unnest(${migrations.map(({ name }) => name)}::text[], ${migrations.map(({ checksum }) => checksum)}::text[])
    on conflict (name) do update set checksum = excluded.checksum
  `;
  await tx`alter table migrations alter column checksum set not null`;
}
