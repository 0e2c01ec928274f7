// What is known of the connections to PostgreSQL and Redis, and of what does not work.

import { type Clock, pause, systemClock } from "../clock.ts";
import { CodedError } from "../errors.ts";
import type { Log } from "./log.ts";

/** What is wrong, for a program and for a person. */
export type Cause = {
  /** A word that stays the same: `redis_readonly`, `postgresql_away`, `poll_stopped` … */
  code: string;
  /** In plain words, with what to do where something can be done. */
  reason: string;
};

/** A {@link Cause} as `/ready` shows it. */
export type Problem = Cause & {
  /** Which part reports it, and in whose words: `Redis: READONLY You can't write against a read only replica.` */
  message: string;
};

/** What is known of a connection to something outside: whether it holds, and if not, why. */
export type ConnectionHealth = {
  readonly name: string;
  /** `null` while it holds, else why it does not, in one line, in the words of the other side. */
  readonly problem: string | null;
  /** What that means. */
  readonly cause: Cause | null;
  up(): void;
  down(error: unknown): void;
};

/** How far apart the looks at each link are, at most, in ms. */
export const watchMs = 5_000;

/**
 * Follows one connection and logs each change of its state once, however often it is tried in between.
 * It counts as down until it was up for the first time, without a word about it.
 * @param signal aborted when the connection is closed on purpose: nothing is logged any more
 * @param explain what an error means; `null`: that the other side does not answer
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
 * Follows several connections to the same thing as {@link watchConnection} follows one. Their log is a common one, because one
 * fault mostly ends all of them: a line for each cause when it begins, and a line when all of them hold again.
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
  const connections = parts.map((part): [Part, ConnectionHealth] => {
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
        if (announced.size === 0 || connections.some(([, { problem }]) => problem !== null)) return;
        announced.clear();
        log.info(`${name} answers`);
      },
      down(error) {
        problem = describeError(error);
        const explained = explain(error);
        cause = explained ?? away;
        // Connections fail in many words for one reason; a refusal names what is refused.
        const announcement = explained === null ? away.code : problem;
        if (announced.has(announcement) || signal.aborted) return;
        announced.add(announcement);
        log.warn(`waiting for ${name}`, { code: cause.code, reason: problem });
      },
    };
    return [part, health];
  });
  return Object.fromEntries(connections) as Record<Part, ConnectionHealth>;
}

/** Lists what is wrong with some connections, each cause once. */
export function problemsOf(connections: ConnectionHealth[]): Problem[] {
  const problems = new Map<string, Problem>();
  for (const { name, problem, cause } of connections) {
    if (problem === null || cause === null || problems.has(cause.code)) continue;
    problems.set(cause.code, { ...cause, message: `${name}: ${problem}` });
  }
  return [...problems.values()];
}

/** Returns why something failed, as fields of a log line: the code of an error of ours, and the reason in words. */
export function describeFailure(error: unknown): { code?: string; reason: string } {
  return { ...(error instanceof CodedError ? { code: error.code } : {}), reason: describeError(error) };
}

/**
 * Returns why something failed, in one line; never a stack trace. A refused connection to a name with two addresses fails with an
 * AggregateError whose own message is empty.
 */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describeError(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return (error.message || code).split("\n", 1)[0] ?? code;
}

/**
 * Calls until it succeeds, with growing pauses of up to 5 seconds, telling the link how it went.
 * @param isAway whether an error means that it is worth to try again; any does where not told
 * @throws what `signal` was aborted with, and any other error
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
