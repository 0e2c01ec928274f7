// Work that several clients may ask for at once: shared by key, done in turn, and kept for a while.

import { LRUCache } from "lru-cache";
import type { Clock } from "../../shared/clock.ts";
import { queueRetrySeconds } from "./http/limits.ts";
import { tryAgain } from "./http/problem.ts";

/** Answers by key, each found once for all who ask for it at about the same time. */
export type KeyedQueue<Answer> = {
  /**
   * Returns the kept answer, or the one that is being found, or what `work` finds when it is its turn. Failures are not kept.
   * @param signal aborted when the caller needs no answer any more: work that no caller needs is not begun
   * @throws {ProblemError} 503 where too much waits, or when the deadline has passed
   * @throws {unknown} what `work` rejects with, or what `signal` was aborted with
   */
  ask(key: string, work: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer>;
};

/** How much a queue does and keeps. */
export type KeyedQueueLimits = {
  /** How old an answer may be, in ms since it was asked for. */
  keepMs: number;
  /** How many answers are kept; the one that was used least recently is dropped first. */
  maxKept: number;
  /** How much work may be under way at once. */
  maxRunning: number;
  /** How much work may wait or be under way; more is refused. */
  maxPending: number;
  /**
   * Work that still waits after so many ms is not begun, and the next does not wait longer than this for work that is under
   * way. `null`: no deadline.
   */
  deadlineMs: number | null;
};

type Job<Answer> = {
  key: string;
  work: () => Promise<Answer>;
  askedAtMs: number;
  askers: number;
  isRunning: boolean;
  result: PromiseWithResolvers<Answer>;
  cancelDeadline: () => void;
};

/** Makes a {@link KeyedQueue}. */
export function createKeyedQueue<Answer extends object>(limits: KeyedQueueLimits, clock: Clock): KeyedQueue<Answer> {
  const { keepMs, maxKept, maxRunning, maxPending, deadlineMs } = limits;
  // Without a resolution, since it would read the time by a timer of the machine's.
  const kept = new LRUCache<string, Answer>({ max: maxKept, ttl: keepMs, ttlResolution: 0, perf: { now: nowMs } });
  /** In the order in which they were asked for. */
  const jobs = new Map<string, Job<Answer>>();
  let running = 0;

  /** lru-cache takes a start of 0 for none. */
  function nowMs(): number {
    return clock.monotonicMs() + 1;
  }

  function add(key: string, work: () => Promise<Answer>): Job<Answer> {
    if (jobs.size >= maxPending) {
      throw tryAgain("queue_full", "too many other questions wait for an answer", queueRetrySeconds);
    }
    const result = Promise.withResolvers<Answer>();
    // Each caller waits for it by itself; there may be none left.
    result.promise.catch(() => {});
    const job = { key, work, askedAtMs: nowMs(), askers: 0, isRunning: false, result, cancelDeadline: () => {} };
    jobs.set(key, job);
    startDeadline(job);
    return job;
  }

  function startDeadline(job: Job<Answer>): void {
    job.cancelDeadline();
    if (deadlineMs === null) return;
    job.cancelDeadline = clock.after(deadlineMs, () => {
      job.result.reject(tryAgain("queue_timeout", `no answer within ${deadlineMs / 1000} seconds`, queueRetrySeconds));
      remove(job);
    });
  }

  /** Removes a job that is done or no longer waited for, and begins the next. */
  function remove(job: Job<Answer>): void {
    if (jobs.get(job.key) !== job) return;
    jobs.delete(job.key);
    job.cancelDeadline();
    if (job.isRunning) running -= 1;
    beginNext();
  }

  function beginNext(): void {
    for (const job of jobs.values()) {
      if (running >= maxRunning) return;
      if (!job.isRunning) void run(job);
    }
  }

  async function run(job: Job<Answer>): Promise<void> {
    job.isRunning = true;
    running += 1;
    startDeadline(job);
    try {
      const answer = await job.work();
      // One that came too late is not kept: another may have been found since.
      if (jobs.get(job.key) === job) kept.set(job.key, answer, { start: job.askedAtMs });
      job.result.resolve(answer);
    } catch (error) {
      job.result.reject(error);
    }
    remove(job);
  }

  return {
    async ask(key, work, signal) {
      signal?.throwIfAborted();
      const known = kept.get(key);
      if (known !== undefined) return known;
      const job = jobs.get(key) ?? add(key, work);
      job.askers += 1;
      beginNext();
      return unlessAborted(job.result.promise, signal, () => {
        job.askers -= 1;
        if (job.askers === 0 && !job.isRunning) remove(job);
      });
    },
  };
}

/** Resolves as `promise` does, or calls `left` and rejects when `signal` is aborted before. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined, left: () => void): Promise<T> {
  if (signal === undefined) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => {
    left();
    reject(signal.reason);
  };
  signal.addEventListener("abort", abort, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", abort));
}
