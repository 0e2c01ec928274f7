// Answers that clients share by key, also while they are being computed; kept for a while.

import { LRUCache } from "lru-cache";
import { type Clock, unlessAborted } from "../../../shared/clock.ts";

/** Computes answers by key, once for all callers that ask at about the same time. */
export type SharedAnswers<Answer> = {
  /**
   * Returns the kept answer, joins the work on this key, or starts `work`. Failures are not kept.
   * @param work gets a signal that is aborted when all its callers have left
   * @param signal aborted when this caller no longer needs the answer
   * @throws {unknown} the error of `work`, or the abort reason of `signal`
   */
  ask(key: string, work: (signal: AbortSignal) => Promise<Answer>, signal: AbortSignal): Promise<Answer>;
};

/** How long answers are kept, and how many. */
type SharedAnswersLimits = {
  /** Max age of a kept answer, in ms since the first caller asked; 0: answers are only shared while they are computed. */
  keepMs: number;
  /** Max kept answers; the least recently used is dropped first. */
  maxKept: number;
};

type Job<Answer> = { callers: number; answer: Promise<Answer>; abandoned: AbortController };

/** Creates {@link SharedAnswers}. */
export function createSharedAnswers<Answer extends object>(
  { keepMs, maxKept }: SharedAnswersLimits,
  clock: Clock,
): SharedAnswers<Answer> {
  // With a resolution, lru-cache would read the time with a system timer.
  const kept = new LRUCache<string, Answer>({ max: maxKept, ttl: keepMs, ttlResolution: 0, perf: { now: nowMs } });
  const jobs = new Map<string, Job<Answer>>();

  /** Returns the time in ms, never 0: lru-cache treats a start of 0 as missing. */
  function nowMs(): number {
    return clock.monotonicMs() + 1;
  }

  function start(key: string, work: (signal: AbortSignal) => Promise<Answer>): Job<Answer> {
    const abandoned = new AbortController();
    const askedAtMs = nowMs();
    const job: Job<Answer> = { callers: 0, answer: work(abandoned.signal), abandoned };
    jobs.set(key, job);
    job.answer.then(
      (answer) => {
        if (remove(key, job) && keepMs > 0) kept.set(key, answer, { start: askedAtMs });
      },
      // Each caller handles the rejection itself, and all callers may be gone.
      () => remove(key, job),
    );
    return job;
  }

  /** Removes a job that has ended or that no caller waits for. @returns false if it was removed before */
  function remove(key: string, job: Job<Answer>): boolean {
    return jobs.get(key) === job && jobs.delete(key);
  }

  return {
    async ask(key, work, signal) {
      signal.throwIfAborted();
      const known = kept.get(key);
      if (known !== undefined) return known;
      const job = jobs.get(key) ?? start(key, work);
      job.callers += 1;
      return unlessAborted(job.answer, signal, () => {
        job.callers -= 1;
        if (job.callers === 0 && remove(key, job)) job.abandoned.abort(signal.reason);
      });
    },
  };
}
