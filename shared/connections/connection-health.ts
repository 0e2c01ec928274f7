// Tracks the state of the connections to PostgreSQL and Redis, and describes errors.

import { type Clock, pause, systemClock } from "../clock.ts";
import { CodedError, codeOf } from "../errors.ts";
import type { Log } from "../process/log.ts";
import { recordOf } from "../record-of.ts";

/** The cause of a problem, for programs and for people. */
export type Cause = {
  /** A stable code: `redis_readonly`, `postgresql_away`, `poll_stopped` … */
  code: string;
  /** The reason in plain words, with a fix where there is one. */
  reason: string;
};

/** A {@link Cause} as `/ready` shows it. */
export type Problem = Cause & {
  /** The component and the reason. Original messages may hold parts of a password, so only the log has them. */
  message: string;
};

/** The state of a connection to PostgreSQL or Redis: whether it works, and if not, why. */
export type ConnectionHealth = {
  readonly name: string;
  /** `null` while it works, otherwise the other side's error message in one line. */
  readonly problem: string | null;
  /** The explanation of `problem`; `null` while the connection works. */
  readonly cause: Cause | null;
  /** Reports that the connection works. */
  up(): void;
  /** Reports a failure of the connection. */
  down(error: unknown): void;
};

/** Max interval between checks of a connection, in ms. */
export const watchMs = 5_000;

/**
 * Tracks one connection and logs each change of its state once, independent of the number of retries.
 * A new connection counts as down, which is not logged.
 * @param signal aborted when the service closes the connection: nothing is logged after that
 * @param explain returns the cause of an error; `null`: the other side does not answer
 */
export function watchConnection(
  name: string,
  log: Log,
  signal: AbortSignal,
  explain?: (error: unknown) => Cause | null,
): ConnectionHealth {
  return watchConnections(name, ["only"], log, signal, explain).only;
}

/**
 * Tracks several connections to the same server, see {@link watchConnection}. They share their log lines, because one fault
 * usually affects all of them: one line per cause when it begins, and one line when all connections work again.
 */
export function watchConnections<Part extends string>(
  name: string,
  parts: Part[],
  log: Log,
  signal: AbortSignal,
  explain: (error: unknown) => Cause | null = () => null,
): Record<Part, ConnectionHealth> {
  const away: Cause = { code: `${name.toLowerCase()}_away`, reason: `${name} does not answer` };
  const announced = new Set<string>();
  const connections = recordOf(parts, () => {
    let problem: string | null = "not connected yet";
    let cause: Cause | null = away;
    const health: ConnectionHealth = {
      name,
      get problem() {
        return problem;
      },
      get cause() {
        return cause;
      },
      up() {
        problem = null;
        cause = null;
        if (announced.size === 0 || everyone().some(({ problem }) => problem !== null)) return;
        announced.clear();
        log.info(`${name} answers`);
      },
      down(error) {
        problem = describeError(error);
        const explained = explain(error);
        cause = explained ?? away;
        // One outage causes many different messages. A refusal names the refused command, so its message counts.
        const announcement = explained === null ? away.code : problem;
        if (announced.has(announcement) || signal.aborted) return;
        announced.add(announcement);
        log.warn(`waiting for ${name}`, { code: cause.code, reason: problem });
      },
    };
    return health;
  });
  const everyone = () => Object.values<ConnectionHealth>(connections);
  return connections;
}

/** Lists the problems of some connections, each cause once. */
export function problemsOf(connections: ConnectionHealth[]): Problem[] {
  const problems = new Map<string, Problem>();
  for (const { name, problem, cause } of connections) {
    if (problem === null || cause === null || problems.has(cause.code)) continue;
    problems.set(cause.code, { ...cause, message: `${name}: ${cause.reason}` });
  }
  return [...problems.values()];
}

/** Returns an error as log fields: the code of a {@link CodedError}, and the reason in words. */
export function describeFailure(error: unknown): { code?: string; reason: string } {
  return { ...(error instanceof CodedError ? { code: error.code } : {}), reason: describeError(error) };
}

/**
 * Returns the message of an error in one line, without a stack trace. A refused connection to a host with two addresses
 * throws an AggregateError with an empty message, so its first error is used.
 */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describeError(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error) || error.name;
  return (error.message || code).split("\n", 1)[0] ?? code;
}

/**
 * Retries `call` until it succeeds, with growing pauses of up to 5 seconds, and reports each result to `health`.
 * @param isAway returns whether to retry after an error; by default, after any error
 * @throws {unknown} the reason of `signal`, or an error without a retry
 */
export async function untilUp<T>(
  health: ConnectionHealth,
  signal: AbortSignal,
  call: () => Promise<T>,
  isAway: (error: unknown) => boolean = () => true,
  clock: Clock = systemClock,
): Promise<T> {
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 5_000)) {
    signal.throwIfAborted();
    try {
      const result = await call();
      health.up();
      return result;
    } catch (error) {
      if (!isAway(error)) throw error;
      health.down(error);
      await pause(pauseMs * (0.75 + Math.random() / 2), signal, clock);
    }
  }
}
