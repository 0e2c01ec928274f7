// Asks PostgreSQL the questions of clients, each with a bounded cost.

import type { Clock } from "../../../shared/clock.ts";
import { inTransaction, type Sql, type Transaction } from "../../../shared/database/sql.ts";
import { codeOf } from "../../../shared/errors.ts";
import {
  historyGateLimits,
  mediansGateLimits,
  queueRetrySeconds,
  quickGateLimits,
  statementTimeoutMs,
} from "../http/limits.ts";
import { tryAgain } from "../http/problem.ts";
import { type Asker, createGate, type Gate } from "./gate.ts";

/**
 * Runs `work` in a read-only snapshot. It ends when a statement takes longer than {@link statementTimeoutMs}, or when the
 * asker leaves.
 * @throws {ProblemError} 503 when too many questions wait, or when a statement takes too long
 */
type Ask = <T>(asker: Asker, work: Work<T>) => Promise<T>;

/** Statements of one question. `lost` is that of {@link inTransaction}. */
type Work<T> = (tx: Transaction, lost: AbortSignal) => Promise<T>;

/** Asks questions of clients. Each kind has its own {@link Gate}. */
export type Questions = {
  /** Asks what costs a few ms however much is stored. */
  quick: Ask;
  /** Asks what reads many rows. */
  history: Ask;
  /** Asks what reads so many rows that only one such question may run at a time. */
  largest: Ask;
  /** Returns whether a question of this network about history would be refused now. */
  isHistoryFull: Gate["isFull"];
};

/** PostgreSQL ended a statement: too slow, or cancelled. */
const statementEnded = "57014";

/**
 * Creates {@link Questions}.
 * @param sql connections for questions of clients
 * @param live connections that questions never fill, to cancel them
 */
export function createQuestions(sql: Sql, live: Sql, clock: Clock): Questions {
  const quick = createGate(quickGateLimits, clock);
  const history = createGate(historyGateLimits, clock);
  const largest = createGate(mediansGateLimits, clock);
  const ask =
    (gate: Gate): Ask =>
    (asker, work) =>
      gate.run(asker, () => askOnce(sql, live, asker.signal, work));
  const askHistory = ask(history);
  return {
    quick: ask(quick),
    history: askHistory,
    largest: (asker, work) => largest.run(asker, () => askHistory({ ...asker, isServed: true }, work)),
    isHistoryFull: history.isFull,
  };
}

async function askOnce<T>(sql: Sql, live: Sql, signal: AbortSignal, work: Work<T>): Promise<T> {
  signal.throwIfAborted();
  try {
    return await inTransaction(
      sql,
      async (tx, lost) => {
        // Statements are never prepared (`openPool`), so PostgreSQL plans each for its own parameters.
        const [backend] = await tx<{ pid: number }[]>`
          select
            pg_backend_pid() as pid,
            set_config('statement_timeout', ${String(statementTimeoutMs)}, true)
        `;
        return cancelOnceAborted(live, backend?.pid ?? 0, signal, () => work(tx, lost));
      },
      "isolation level repeatable read read only",
    );
  } catch (error) {
    signal.throwIfAborted();
    if (codeOf(error) === statementEnded) {
      throw tryAgain("queue_timeout", `the database took more than ${statementTimeoutMs / 1000} s`, queueRetrySeconds);
    }
    throw error;
  }
}

/** Runs the statements of a transaction, and cancels the current one when `signal` aborts. @param pid its backend */
async function cancelOnceAborted<T>(live: Sql, pid: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let cancelling: Promise<unknown> | null = null;
  const cancel = () => {
    // If it fails, the time limit of the statement ends it.
    cancelling = Promise.allSettled([live`select pg_cancel_backend(${pid}::int)`]);
  };
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener("abort", cancel);
    // The backend belongs to this transaction until then, so no other statement is cancelled.
    await cancelling;
  }
}
