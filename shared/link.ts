import { type Clock, pause, systemClock } from "./clock.ts";
import type { Log } from "./log.ts";

/** What is known of a connection to something outside: whether it holds, and if not, why. */
export type Link = {
  /** `null` while it holds, else why it does not, in one line. */
  readonly problem: string | null;
  up(): void;
  down(reason: unknown): void;
};

/**
 * Follows one connection and logs each change of its state once, however often it is tried in between.
 * It counts as down until it was up for the first time, without a word about it.
 * @param signal aborted when the connection is closed on purpose: nothing is logged any more
 */
export function watchLink(name: string, log: Log, signal: AbortSignal): Link {
  let problem: string | null = "not connected yet";
  let announcedDown = false;
  return {
    get problem() {
      return problem;
    },
    up() {
      if (announcedDown) log.info(`${name} answers`);
      problem = null;
      announcedDown = false;
    },
    down(reason) {
      problem = describeError(reason);
      if (announcedDown || signal.aborted) return;
      announcedDown = true;
      log.warn(`waiting for ${name}`, { reason: problem });
    },
  };
}

/**
 * Why something failed, in one line; never a stack trace. A refused connection to a name with two addresses fails with an
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
  link: Link,
  signal: AbortSignal,
  call: () => Promise<T>,
  isAway: (error: unknown) => boolean = () => true,
  clock: Clock = systemClock,
): Promise<T> {
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 5_000)) {
    signal.throwIfAborted();
    try {
      const result = await call();
      link.up();
      return result;
    } catch (error) {
      if (!isAway(error)) throw error;
      link.down(error);
      await pause(pauseMs * (0.75 + Math.random() / 2), signal, clock);
    }
  }
}
