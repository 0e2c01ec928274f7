// PostgreSQL connections, transactions and locks.

import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import postgres from "postgres";
import { type Clock, systemClock, withDeadline } from "../clock.ts";
import type { ConnectionHealth } from "../service/connection-health.ts";
import { createSqlSockets } from "./sql-sockets.ts";

/**
 * The SQL client of one service: a small pool that connects on first use and reconnects by itself.
 * Columns are camelCase in TypeScript (`waveHeightM`) and snake_case in SQL (`wave_height_m`); a bigint is a string, a
 * timestamptz a `Date`.
 */
export type Sql = postgres.Sql;

/** A transaction of {@link Sql}. */
export type Transaction = postgres.TransactionSql;

/** The pool closes an idle connection after this time, in seconds. */
const idleSeconds = 10;

/**
 * Returns the statement timeout, and how long a connection may be silent before it counts as dead, both in ms. Clients
 * wait for the server's queries, which all take less than a tenth of its limit. Pruning and history can take longer.
 */
function limitsOf(service: string): { statementMs: number; silenceMs: number } {
  const statementMs = service === "server" ? 10_000 : 20_000;
  return { statementMs, silenceMs: statementMs + 5_000 };
}

/** Max PostgreSQL connections per service. */
export const sqlConnections = 8;

/**
 * Creates the pool. It connects at the first query.
 *
 * Every query ends, even if its connection dies. PostgreSQL cancels a statement after the time in {@link limitsOf}. If a
 * connection stays silent for 5 seconds more, it is destroyed, and its query rejects with `CONNECTION_CLOSED`. A caller
 * that needs a shorter limit uses {@link withDeadline}. That stops only the wait and keeps the connection, because a busy
 * connection is not a dead one.
 * @param service sets the time limits
 * @param pool max connections, and the name that PostgreSQL shows as `application_name`
 */
export function connectSql(
  url: string,
  service: string,
  clock: Clock = systemClock,
  { max, name } = { max: sqlConnections, name: applicationName(service) },
): Sql {
  const { silenceMs } = limitsOf(service);
  return openPool(url, service, { silenceMs, idleSeconds, max, name }, clock);
}

/**
 * Opens a single connection without a silence limit, for long work such as migrations. Only TCP keep-alive detects a dead
 * host, after about ten minutes.
 */
export function connectPatientSql(url: string, service: string): Sql {
  const pool = { silenceMs: null, idleSeconds: 0, max: 1, name: applicationName(service) };
  return openPool(url, service, pool, systemClock);
}

function openPool(
  url: string,
  service: string,
  pool: { silenceMs: number | null; idleSeconds: number; max: number; name: string },
  clock: Clock,
): Sql {
  const options = {
    max: pool.max,
    connect_timeout: 5,
    idle_timeout: pool.idleSeconds,
    socket: createSqlSockets(pool.silenceMs, clock),
    // Callers have their own growing pauses. By default, `postgres` adds up the failures of the whole pool, and pauses
    // for 20 seconds after a short outage.
    backoff: (failures: number) => Math.min(2 ** failures / 20, 1) * (0.75 + Math.random() / 4),
    transform: postgres.camel,
    onnotice: () => {},
    connection: {
      application_name: pool.name,
      // Read and write times as ISO 8601, independent of the settings of the database and its role.
      DateStyle: "ISO",
      statement_timeout: limitsOf(service).statementMs,
      // Without it, the backend of a dead connection keeps its locks.
      idle_in_transaction_session_timeout: 15_000,
    },
  };
  return postgres(url, { ...options, ...socketFolder(url) });
}

/**
 * Returns the `host` option for an address that names a socket folder in libpq's form, such as
 * `postgres://user@%2Frun%2Fpostgresql/bellbuoy`. `postgres` accepts such a folder as an option, but not in an address.
 */
export function socketFolder(url: string): { host?: string } {
  const [, folder] = /^[a-z]+:\/\/(?:[^/?#]*@)?(%2f[^/?#:,]*)/i.exec(url) ?? [];
  return folder === undefined ? {} : { host: decodeURIComponent(folder) };
}

/** PostgreSQL truncates a longer `application_name`. */
const maxNameBytes = 63;

/**
 * Returns a unique name such as `bellbuoy-server 17@host 5f0c93ab`. The last part is random: containers may share host
 * names and process ids, and long host names often differ only at their end.
 */
export function applicationName(service: string, host = hostname()): string {
  const unique = ` ${randomBytes(4).toString("hex")}`;
  return `bellbuoy-${service} ${process.pid}@${host}`.slice(0, maxNameBytes - unique.length) + unique;
}

/**
 * Error codes of the client, of the system, and of PostgreSQL when it refuses or ends a connection: class 08, too many
 * connections (53300), shutting down or starting up (57P01 to 57P03).
 */
const awayCodes =
  /^(CONNECTION_\w+|CONNECT_TIMEOUT|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|08\w{3}|53300|57P0[123])$/;

/** Returns whether a statement failed because the database was unreachable. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  return error instanceof Error && "code" in error && awayCodes.test(String(error.code));
}

/** Codes of a transaction that may succeed when repeated: deadlock, lock timeout, cancelled, on a replica. */
const passingCodes = /^(40\w{3}|55P03|57014|25006)$/;

/** Returns whether a failed statement may succeed when it is repeated, without any change to the database. */
export function mayPass(error: unknown): boolean {
  if (isDatabaseAway(error) || isConnectionLost(error)) return true;
  return error instanceof postgres.PostgresError && passingCodes.test(error.code);
}

/**
 * Runs `work` in a transaction like `sql.begin`, but survives a lost connection. `postgres` (3.4.9) would send the rollback
 * and later statements to the closed socket, and that ends the process.
 * @param work must check `lost` each time it has awaited anything other than a statement of this transaction
 * @param options of `begin`, such as `read only`
 * @throws {unknown} the error of `work`, or the error of the lost connection
 */
export async function inTransaction<T>(
  sql: Sql,
  work: (tx: Transaction, lost: AbortSignal) => Promise<T>,
  options = "",
): Promise<T> {
  const lost = new AbortController();
  // Without a connection there is nothing to roll back. `begin` has already rejected, so it must not get the error again.
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
 * Only transactions take them, so that a dead connection never keeps one.
 */
export const locks = {
  /** Held while migrations run. */
  migrate: 1,
  /** Held from before the merge of observations until the commit, so that event ids become visible in order. */
  eventIds: 2,
  /** Held while events above the published mark are published. */
  publish: 3,
} as const;

/** The first half of each advisory lock: "bell" in ASCII. */
export const lockSpace = 0x62656c6c;

/** How long a transaction waits for a lock, and how long its holder may pause, in ms. */
export const lockWaitMs = 5_000;

/**
 * Waits for a lock, in a separate statement, so that the next statement sees the changes of the last holder. The
 * transaction keeps the lock until it ends. If the process is idle for {@link lockWaitMs}, PostgreSQL ends the transaction.
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

/** Time limit for a small query, in ms. */
export const smallAnswerMs = 2_000;

/** Sends a ping to the database and reports the result to `database`. */
export async function pingDatabase(sql: Sql, database: ConnectionHealth): Promise<void> {
  try {
    await withDeadline(sql`select 1`, smallAnswerMs);
    database.up();
  } catch (error) {
    database.down(error);
  }
}
