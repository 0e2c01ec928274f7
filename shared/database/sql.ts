// PostgreSQL connections, transactions and locks.

import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import postgres from "postgres";
import { type Clock, systemClock, withDeadline } from "../clock.ts";
import { type Cause, type ConnectionHealth, describeError } from "../connections/connection-health.ts";
import { codeOf } from "../errors.ts";
import { parseSqlAddress, type SqlAddress, type SqlHost } from "./sql-address.ts";
import { createSqlSockets } from "./sql-sockets.ts";
import { tlsOptions } from "./sql-tls.ts";

/**
 * The SQL client of one service: a small pool that connects on first use and reconnects by itself.
 * Columns are camelCase in TypeScript (`waveHeightM`) and snake_case in SQL (`wave_height_m`); a bigint is a string, a
 * timestamptz a `Date`.
 */
export type Sql = postgres.Sql & {
  /** Time limit of a statement in {@link inTransaction}, in ms. */
  readonly statementMs: number;
};

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

/** Max PostgreSQL connections of a worker. A server has two pools, see `services/server/http/limits.ts`. */
export const sqlConnections = 8;

/**
 * Creates the pool. It connects at the first query.
 *
 * Every query in {@link inTransaction} ends, even if its connection dies. PostgreSQL cancels a statement after the time in
 * {@link limitsOf}. If a connection stays silent for 5 seconds more, it is destroyed, and its query rejects with
 * `CONNECTION_CLOSED`. A caller that needs a shorter limit uses {@link withDeadline}. That stops only the wait and keeps the
 * connection, because a busy connection is not a dead one.
 *
 * Nothing is kept in the session, neither settings nor prepared statements, so a pooler such as PgBouncer may give each
 * transaction another one.
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
  return openPool(parseSqlAddress(url), service, { silenceMs, idleSeconds, max, name }, clock);
}

/**
 * Opens a single connection without a silence limit, for long work such as migrations. Only TCP keep-alive detects a dead
 * host, after about ten minutes.
 */
export function connectPatientSql(url: string, service: string): Sql {
  const pool = { silenceMs: null, idleSeconds: 0, max: 1, name: applicationName(service) };
  return openPool(parseSqlAddress(url), service, pool, systemClock);
}

/** Size, time limits and `application_name` of a pool. */
type PoolOptions = { silenceMs: number | null; idleSeconds: number; max: number; name: string };

function openPool(
  address: SqlAddress,
  service: string,
  { silenceMs, idleSeconds, max, name }: PoolOptions,
  clock: Clock,
): Sql {
  const { hosts, needsPrimary, username, password, database, tls } = address;
  const [first] = hosts;
  const whyUnusable = needsPrimary ? (host: SqlHost) => whyNoPrimary({ ...address, hosts: [host] }, service) : null;
  const options = {
    // Only for messages: `socket` decides. Otherwise `postgres` would take them from the environment.
    ...(first === undefined || "path" in first ? { host: "localhost", port: 5432, ...first } : first),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
    ssl: tlsOptions(tls),
    max,
    connect_timeout: connectSeconds,
    idle_timeout: idleSeconds,
    socket: createSqlSockets({ hosts, whyUnusable, silenceMs }, clock),
    // Callers have their own growing pauses. By default, `postgres` adds up the failures of the whole pool, and pauses
    // for 20 seconds after a short outage.
    backoff: (failures: number) => Math.min(2 ** failures / 20, 1) * (0.75 + Math.random() / 4),
    prepare: false,
    transform: postgres.camel,
    onnotice: () => {},
    // PgBouncer passes these to PostgreSQL, and refuses most others.
    connection: {
      application_name: name,
      // Read and write times as ISO 8601, independent of the settings of the database and its role.
      DateStyle: "ISO",
      TimeZone: "UTC",
      ...(address.options === undefined ? {} : { options: address.options }),
    },
  };
  return Object.assign(postgres(options), { statementMs: limitsOf(service).statementMs });
}

/** Max time to open a connection, in seconds. */
const connectSeconds = 5;

/** Returns why a host cannot be used as the primary, over a connection of its own; `null` if it can. */
async function whyNoPrimary(address: SqlAddress, service: string): Promise<string | null> {
  const pool = { silenceMs: connectSeconds * 1_000, idleSeconds: 0, max: 1, name: applicationName(service) };
  const sql = openPool({ ...address, needsPrimary: false }, service, pool, systemClock);
  try {
    const [server] = await sql<[{ isStandby: boolean }]>`select pg_is_in_recovery() as is_standby`;
    return server.isStandby ? "it is a replica" : null;
  } catch (error) {
    return describeError(error);
  } finally {
    await sql.end({ timeout: 1 });
  }
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

/** Explains errors of PostgreSQL that an operator has to remove, by their code. */
const refusals: Record<string, Cause> = {
  "53100": {
    code: "postgresql_disk_full",
    reason: "PostgreSQL has no space left on its disk: free some, or enlarge it",
  },
  "25006": {
    code: "postgresql_readonly",
    reason: "this PostgreSQL is a replica or read-only: point DATABASE_URL at the primary, or name all hosts in it",
  },
  "42501": { code: "postgresql_no_permission", reason: "the role may not do what bellbuoy needs: see the log" },
  "28P01": {
    code: "postgresql_wrong_password",
    reason: "PostgreSQL does not accept this password: check DATABASE_URL",
  },
  "28000": { code: "postgresql_no_login", reason: "PostgreSQL refuses this role or address: see its pg_hba.conf" },
  "3D000": { code: "postgresql_no_database", reason: "PostgreSQL has no such database: create it" },
};

/** Returns code and reason of an error that an operator has to remove; `null` for any other. */
export function explainDatabase(error: unknown): Cause | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  // PostgreSQL reports a full disk without its own code where it writes its log of changes.
  if (/no space left on device/i.test(error.message)) return refusals["53100"] ?? null;
  return refusals[String(error.code)] ?? null;
}

/**
 * Error codes of the client, of the system, and of PostgreSQL when it refuses or ends a connection: class 08, too many
 * connections (53300), shutting down or starting up (57P01 to 57P03).
 */
const awayCodes =
  /^(no_primary|CONNECTION_\w+|CONNECT_TIMEOUT|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|08\w{3}|53300|57P0[123])$/;

/** Returns whether a statement failed because the database was unreachable. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  return awayCodes.test(codeOf(error));
}

/** Codes of a transaction that may succeed when repeated: deadlock, lock timeout, cancelled, on a replica. */
const passingCodes = /^(40\w{3}|55P03|57014|25006)$/;

/** Returns whether a failed statement may succeed when it is repeated, without any change to the database. */
export function mayPass(error: unknown): boolean {
  if (isDatabaseAway(error) || isConnectionLost(error)) return true;
  return error instanceof postgres.PostgresError && passingCodes.test(error.code);
}

/** Max pause between two statements of a transaction, in ms. Without it, the backend of a dead client keeps its locks. */
const idleInTransactionMs = 15_000;

/**
 * Runs `work` in a transaction like `sql.begin`, but survives a lost connection. `postgres` (3.4.9) would send the rollback
 * and later statements to the closed socket, and that ends the process.
 * @param work must check `lost` each time it has awaited anything other than a statement of this transaction
 *
 * It also limits the time of a statement and of a pause, and sets what the database or the role may have changed and
 * results depend on. These settings end with the transaction.
 * @param options of `begin`, such as `read only`
 * @throws {unknown} the error of `work`, or the error of the lost connection
 */
export async function inTransaction<T>(
  sql: Sql,
  work: (tx: Transaction, lost: AbortSignal) => Promise<T>,
  options = "isolation level read committed",
): Promise<T> {
  const lost = new AbortController();
  const settings = `
    set local statement_timeout = ${sql.statementMs};
    set local idle_in_transaction_session_timeout = ${idleInTransactionMs};
    set local extra_float_digits = 1;
    set local array_nulls = on
  `;
  // Without a connection there is nothing to roll back. `begin` has already rejected, so it must not get the error again.
  const silence = new Promise<never>(() => {});
  const settle = (error: unknown) => (lost.signal.aborted || isConnectionLost(error) ? silence : Promise.reject(error));
  try {
    const { result } = await sql.begin(options, async (tx) => {
      // Sent together with the first statement of `work`. If it fails, so does that statement.
      void tx.unsafe(settings).execute();
      // In an object, since `begin` awaits each element of an array.
      return { result: await work(tx, lost.signal).catch(settle) };
    });
    return result;
  } catch (error) {
    lost.abort(error);
    throw error;
  }
}

function isConnectionLost(error: unknown): boolean {
  if (error instanceof postgres.PostgresError) return error.severity === "FATAL" || error.severity === "PANIC";
  const code = codeOf(error);
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
