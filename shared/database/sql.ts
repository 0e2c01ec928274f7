// The connections to PostgreSQL, and transactions that outlive the end of one.

import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import postgres from "postgres";
import { type Clock, systemClock, withDeadline } from "../clock.ts";
import type { ConnectionHealth } from "../service/connection-health.ts";
import { createSqlSockets } from "./sql-sockets.ts";

/**
 * The SQL client of one service: a small pool that connects when first used and again whenever the server is back.
 * Columns are camelCase in TypeScript (`waveHeightM`) and snake_case in SQL (`wave_height_m`); a bigint is a string, a
 * timestamptz a `Date`.
 */
export type Sql = postgres.Sql;

/** A transaction of {@link Sql}. */
export type Transaction = postgres.TransactionSql;

/** An idle connection is closed in order after this time. */
const idleSeconds = 10;

/**
 * Returns how long PostgreSQL may take for a statement, and how long a connection may be silent before it counts as dead.
 * A listener waits for the server's answers, and none takes a tenth of it; pruning and history may take longer.
 */
function limitsOf(service: string): { statementMs: number; silenceMs: number } {
  const statementMs = service === "server" ? 10_000 : 20_000;
  return { statementMs, silenceMs: statementMs + 5_000 };
}

/** How many connections a service opens at most. */
export const sqlConnections = 8;

/**
 * Opens the pool. Nothing is sent before the first query.
 *
 * Each query ends, whatever happens to its connection: PostgreSQL gives up a statement after {@link limitsOf}'s time, and a
 * connection on which nothing comes for 5 seconds longer is destroyed, which fails its query as one whose connection was
 * closed. A caller that cannot wait as long uses {@link withDeadline}, which gives up the answer alone: the connection is
 * judged by its silence, because one that is busy or waits for its turn is no less sound.
 * @param service shown by PostgreSQL in `application_name`, see {@link applicationName}
 */
export function connectSql(url: string, service: string, clock: Clock = systemClock): Sql {
  const { silenceMs } = limitsOf(service);
  return openPool(url, service, { silenceMs, idleSeconds, max: sqlConnections }, clock);
}

/**
 * Opens a single connection for work that may be silent for as long as it takes, as migrations may. That its host is gone is
 * noticed by the system alone, after some ten minutes.
 */
export function connectPatientSql(url: string, service: string): Sql {
  return openPool(url, service, { silenceMs: null, idleSeconds: 0, max: 1 }, systemClock);
}

function openPool(
  url: string,
  service: string,
  { silenceMs, idleSeconds, max }: { silenceMs: number | null; idleSeconds: number; max: number },
  clock: Clock,
): Sql {
  const options = {
    max,
    connect_timeout: 5,
    idle_timeout: idleSeconds,
    socket: createSqlSockets(silenceMs, clock),
    // Those who ask pause longer and longer by themselves. By default all of the pool's failures are added up, to pauses
    // of 20 seconds after a short outage.
    backoff: (failures: number) => Math.min(2 ** failures / 20, 1) * (0.75 + Math.random() / 4),
    transform: postgres.camel,
    onnotice: () => {},
    connection: {
      application_name: applicationName(service),
      // Times are read and written as ISO 8601, whatever the database or its role is set to.
      DateStyle: "ISO",
      statement_timeout: limitsOf(service).statementMs,
      // The other end of a dead connection would keep its locks.
      idle_in_transaction_session_timeout: 15_000,
    },
  };
  return postgres(url, { ...options, ...socketFolder(url) });
}

/**
 * Returns the option for `postgres` where an address names the folder of a socket as libpq writes it,
 * `postgres://user@%2Frun%2Fpostgresql/bellbuoy`: `postgres` takes such a folder, but not from an address.
 */
export function socketFolder(url: string): { host?: string } {
  const [, folder] = /^[a-z]+:\/\/(?:[^/?#]*@)?(%2f[^/?#:,]*)/i.exec(url) ?? [];
  return folder === undefined ? {} : { host: decodeURIComponent(folder) };
}

/** PostgreSQL cuts a longer `application_name`. */
const maxNameBytes = 63;

/**
 * Returns a name like `bellbuoy-server 17@host 5f0c93ab`. No two pools have the same: containers may share their host name
 * and process ids, and long host names often differ at their end only, so the last part is random.
 */
export function applicationName(service: string, host = hostname()): string {
  const unique = ` ${randomBytes(4).toString("hex")}`;
  return `bellbuoy-${service} ${process.pid}@${host}`.slice(0, maxNameBytes - unique.length) + unique;
}

/**
 * Codes of the client, of the system, and of PostgreSQL where it refuses or ends a connection: class 08, too many
 * connections (53300), going down or starting up (57P01 to 57P03).
 */
const awayCodes =
  /^(CONNECTION_\w+|CONNECT_TIMEOUT|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|08\w{3}|53300|57P0[123])$/;

/** Returns whether a statement failed because the database could not be reached, and not for a reason of its own. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  return error instanceof Error && "code" in error && awayCodes.test(String(error.code));
}

/**
 * Runs `work` in a transaction as `sql.begin` does, and outlives the connection's end. That would make `postgres` send the
 * rollback, and whatever else `work` has to say, to a socket which is gone, and that ends the process (3.4.9).
 * @param work must ask `lost` before it goes on after it has waited for anything but the transaction's own statements
 * @param options as of `begin`, like `read only`
 * @throws what `work` throws, or that the connection was lost
 */
export async function inTransaction<T>(
  sql: Sql,
  work: (tx: Transaction, lost: AbortSignal) => Promise<T>,
  options = "",
): Promise<T> {
  const lost = new AbortController();
  // Without a connection there is nothing to roll back: `begin` has failed by itself, and must not hear of it again.
  const silence = new Promise<never>(() => {});
  const settle = (error: unknown) => (lost.signal.aborted || isConnectionLost(error) ? silence : Promise.reject(error));
  try {
    return (await sql.begin(options, (tx) => work(tx, lost.signal).catch(settle))) as T;
  } catch (error) {
    lost.abort(error);
    throw error;
  }
}

function isConnectionLost(error: unknown): boolean {
  if (error instanceof postgres.PostgresError) return error.severity === "FATAL" || error.severity === "PANIC";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code.startsWith("CONNECTION_") || code === "ECONNRESET" || code === "EPIPE";
}

/**
 * Advisory locks, each the second half of a pair whose first half is {@link lockSpace}.
 * They are taken in transactions only, so that a dead connection never keeps one.
 */
export const locks = {
  /** Held while the schema is brought up to date. */
  migrate: 1,
  /** Held from before observations are merged with what is stored to the commit, so that event ids become visible in order. */
  eventIds: 2,
  /** Held while what lies above the published mark is published. */
  publish: 3,
} as const;

/** The first half of each advisory lock: "bell" in ASCII. */
export const lockSpace = 0x62656c6c;

/** How long a transaction waits for a lock, and how long its holder may pause, in ms. */
export const lockWaitMs = 5_000;

/**
 * Waits for a lock, in a statement of its own so that the next one sees what its last holder did. The transaction keeps it
 * to its end, which PostgreSQL brings about itself when a paused process holds up the others for {@link lockWaitMs}.
 */
export async function takeLock(tx: Transaction, lock: number): Promise<void> {
  const lockText = `${lockWaitMs}ms`;
  await tx`
    select
      set_config('lock_timeout', ${lockText}, true),
      set_config('idle_in_transaction_session_timeout', ${lockText}, true)
  `;
  await tx`select pg_advisory_xact_lock(${lockSpace}, ${lock})`;
}

/** How long a database that is up may take for a small answer, in ms. */
export const smallAnswerMs = 2_000;

/** Asks the database for a sign of life and tells the link how it went. */
export async function pingDatabase(sql: Sql, database: ConnectionHealth): Promise<void> {
  try {
    await withDeadline(sql`select 1`, smallAnswerMs);
    database.up();
  } catch (error) {
    database.down(error);
  }
}
