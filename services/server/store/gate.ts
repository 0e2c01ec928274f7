// The gate to questions that cost much: few run at once, and clients take turns.

import type { Clock } from "../../../shared/clock.ts";
import { queueRetrySeconds } from "../http/limits.ts";
import { tryAgain } from "../http/problem.ts";

/** The client that asks a question. */
export type Asker = {
  /** Client network, as limits count it. */
  network: string;
  /** Aborted when the client no longer needs the answer. */
  signal: AbortSignal;
  /** Whether the client already receives an answer: it then waits for each further turn, however long the line is. */
  isServed?: boolean;
  /** Takes units of the client's request limit for what a question has cost. */
  charge(units: number): void;
};

/** Limits the questions that run at once. */
export type Gate = {
  /** Returns whether a question of this network would be refused now. */
  isFull(network: string): boolean;
  /**
   * Runs `work` when its turn comes. Networks take turns, so one that asks much delays mostly itself.
   * @throws {ProblemError} 503, at once when too many questions wait, or after the max wait
   * @throws {unknown} the error of `work`, or the abort reason of the asker
   */
  run<T>(asker: Asker, work: () => Promise<T>): Promise<T>;
};

/** Limits of a {@link Gate}. */
export type GateLimits = {
  maxRunning: number;
  maxRunningPerNetwork: number;
  maxWaiting: number;
  maxWaitingPerNetwork: number;
  maxWaitMs: number;
};

/** Questions of one network: the number that runs, and those that wait, oldest first. */
type Line = { running: number; waiting: Set<() => void> };

/** Creates a {@link Gate}. */
export function createGate(limits: GateLimits, clock: Clock): Gate {
  const { maxRunning, maxRunningPerNetwork, maxWaiting, maxWaitingPerNetwork, maxWaitMs } = limits;
  /** Networks in the order of their turns: each turn moves its network to the end. */
  const lines = new Map<string, Line>();
  let running = 0;
  let waiting = 0;

  function isFull(network: string): boolean {
    const line = lines.get(network);
    return waiting >= maxWaiting || (line !== undefined && line.waiting.size >= maxWaitingPerNetwork);
  }

  function admitNext(): void {
    // This loop meets a network that it has moved to the end again, after all others.
    for (const [network, line] of lines) {
      if (running >= maxRunning) return;
      const [admit] = line.waiting;
      if (admit === undefined || line.running >= maxRunningPerNetwork) continue;
      line.waiting.delete(admit);
      waiting -= 1;
      line.running += 1;
      running += 1;
      lines.delete(network);
      lines.set(network, line);
      admit();
    }
  }

  /** Resolves when the turn has come. */
  async function takeTurn({ network, signal, isServed = false }: Asker, line: Line): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (reason: unknown) => {
      if (line.waiting.delete(resolve)) waiting -= 1;
      forget(network, line);
      reject(reason);
    };
    const left = () => leave(signal.reason);
    const seconds = maxWaitMs / 1000;
    const timeOut = () =>
      leave(tryAgain("queue_timeout", `the question waited ${seconds} seconds for its turn`, queueRetrySeconds));
    const cancelDeadline = isServed ? () => {} : clock.after(maxWaitMs, timeOut);
    signal.addEventListener("abort", left, { once: true });
    line.waiting.add(resolve);
    waiting += 1;
    admitNext();
    try {
      await promise;
    } finally {
      cancelDeadline();
      signal.removeEventListener("abort", left);
    }
  }

  function forget(network: string, { running, waiting }: Line): void {
    if (running === 0 && waiting.size === 0) lines.delete(network);
  }

  return {
    isFull,
    async run(asker, work) {
      asker.signal.throwIfAborted();
      if (!asker.isServed && isFull(asker.network)) {
        throw tryAgain("queue_full", "too many other requests are waiting", queueRetrySeconds);
      }
      const line = lines.get(asker.network) ?? { running: 0, waiting: new Set() };
      lines.set(asker.network, line);
      await takeTurn(asker, line);
      try {
        return await work();
      } finally {
        line.running -= 1;
        running -= 1;
        forget(asker.network, line);
        admitNext();
      }
    },
  };
}
