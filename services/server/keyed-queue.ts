// A work queue that shares results between clients by key and caches them for a while.

import { LRUCache } from "lru-cache";
import type { Clock } from "../../shared/clock.ts";
import { queueRetrySeconds } from "./http/limits.ts";
import { tryAgain } from "./http/problem.ts";

/** Computes answers by key, once for all callers that ask at about the same time. */
export type KeyedQueue<Answer> = {
  /**
   * Returns the cached answer, joins the pending job of this key, or queues `work`. Failures are not cached.
   * @param signal aborted when the caller no longer needs the answer; a waiting job without callers is dropped
   * @throws {ProblemError} 503 when the queue is full, or when the deadline has passed
   * @throws {unknown} the error of `work`, or the abort reason of `signal`
   */
  ask(key: string, work: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer>;
};

/** Limits of a queue and its cache. */
export type KeyedQueueLimits = {
  /** Max age of a cached answer, in ms since the first caller asked. */
  keepMs: number;
  /** Max cached answers; the least recently used is dropped first. */
  maxKept: number;
  /** Max jobs that run at once. */
  maxRunning: number;
  /** Max jobs that wait or run; more are refused. */
  maxPending: number;
  /** Max wait of a job in ms, then max run time before the next job may start. `null`: no deadline. */
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

/** Creates a {@link KeyedQueue}. */
export function createKeyedQueue<Answer extends object>(limits: KeyedQueueLimits, clock: Clock): KeyedQueue<Answer> {
  const { keepMs, maxKept, maxRunning, maxPending, deadlineMs } = limits;
  // With a resolution, lru-cache would read the time with a system timer.
  const kept = new LRUCache<string, Answer>({ max: maxKept, ttl: keepMs, ttlResolution: 0, perf: { now: nowMs } });
  /** In the order of the first request. */
  const jobs = new Map<string, Job<Answer>>();
  let running = 0;

  /** Returns the time in ms, never 0: lru-cache treats a start of 0 as missing. */
  function nowMs(): number {
    return clock.monotonicMs() + 1;
  }

  function add(key: string, work: () => Promise<Answer>): Job<Answer> {
    if (jobs.size >= maxPending) {
      throw tryAgain("queue_full", "too many other requests are waiting", queueRetrySeconds);
    }
    const result = Promise.withResolvers<Answer>();
    // Each caller handles the rejection itself, and all callers may be gone.
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

  /** Removes a job that has finished, timed out or lost its callers, and starts the next. */
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
      // After the deadline another job may have cached a newer answer, so a late one is not cached.
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

/** Settles like `promise`, or calls `left` and rejects when `signal` aborts first. */
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
