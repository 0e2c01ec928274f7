// Detects job schedules that have stopped, and creates them again.

import type { Clock } from "../../../shared/clock.ts";
import type { Cause } from "../../../shared/connections/connection-health.ts";
import type { Log } from "../../../shared/process/log.ts";
import { namesOf } from "../../../shared/record-of.ts";

/** A job's schedule in Redis. */
export type Schedule = {
  /** When the job is due next, in ms since 1970, by the clock of the worker that started it last. */
  dueAtMs: number;
  /** Number of starts of the job. After a removal it begins at 1 again. */
  iterations: number;
};

/** Dependencies of a watchdog. */
type WatchdogParts<Name extends string> = {
  /** Period of each job, in ms. */
  periodsMs: Record<Name, number>;
  /** Max pause before the retry of a failed run, in ms. */
  longestRetryMs: number;
  /** Reads a job's schedule; `null` if there is none. */
  read(name: Name): Promise<Schedule | null>;
  /** Removes a job's schedule and creates it; the job runs at once then. */
  recreate(name: Name): Promise<void>;
  /** Restarts the worker of a job that has a schedule but does not start. */
  restart(name: Name): Promise<void>;
  /** Whether this process runs the job now. */
  isRunning(name: Name): boolean;
  log: Log;
  clock: Clock;
};

/** Watches the schedules of jobs. */
export type Watchdog<Name extends string> = {
  /** Why a job's runs have stopped; `null` while they continue. It stays set until the next run begins. */
  problemOf(name: Name): Cause | null;
  /** Forgets how long it has been since the last run, as after an outage in which no job could begin. */
  forgive(): void;
  /** Checks every schedule and creates stopped ones again, with one log line for all. */
  check(): Promise<void>;
};

/**
 * Tolerated difference between the clocks of two workers, in ms. A schedule that is late by less than this is fine: its run
 * begins soon.
 */
const clockSkewMs = 30_000;

/** The iteration count of a new schedule before its first run. */
const firstIteration = 1;

type State = { iterations: number | null; begunAtMs: number; recreatedAtMs: number; problem: Cause | null };

/**
 * Creates a watchdog. A schedule has stopped in three cases: it is missing; its next run is due more than one period from
 * now, for example after a fast clock was corrected; or no worker has begun a run for two periods plus the longest retry.
 * Several workers can watch the same schedules independently: one schedule remains.
 */
export function createWatchdog<Name extends string>(parts: WatchdogParts<Name>): Watchdog<Name> {
  const { periodsMs, longestRetryMs, read, recreate, restart, isRunning, log, clock } = parts;
  const names = namesOf(periodsMs);
  const states = new Map<Name, State>();

  function stateOf(name: Name): State {
    const known = states.get(name);
    if (known !== undefined) return known;
    const recreatedAtMs = Number.NEGATIVE_INFINITY;
    const state: State = { iterations: null, begunAtMs: clock.monotonicMs(), recreatedAtMs, problem: null };
    states.set(name, state);
    return state;
  }

  /** Returns why a schedule has stopped, in words; `null` while it has not. */
  function whyStopped(name: Name, schedule: Schedule | null, state: State): string | null {
    const nowMs = clock.monotonicMs();
    const periodMs = periodsMs[name];
    if (schedule === null) return "its schedule is gone";
    const dueInMs = schedule.dueAtMs - clock.now();
    // If the clocks of workers always differ, this must not start a run at each check.
    if (dueInMs > periodMs + clockSkewMs && nowMs - state.recreatedAtMs >= periodMs) {
      return `its next run was due in ${seconds(dueInMs)} s, with a period of ${seconds(periodMs)} s`;
    }
    const silentMs = nowMs - Math.max(state.begunAtMs, state.recreatedAtMs);
    if (silentMs > 2 * periodMs + longestRetryMs) {
      return `no run has begun for ${seconds(silentMs)} s, with a period of ${seconds(periodMs)} s`;
    }
    return null;
  }

  async function checkOne(name: Name): Promise<string | null> {
    const state = stateOf(name);
    const schedule = await read(name);
    const hasBegun = schedule !== null && state.iterations !== null && schedule.iterations > state.iterations;
    state.iterations = schedule?.iterations ?? null;
    if (hasBegun || isRunning(name)) {
      state.begunAtMs = clock.monotonicMs();
      state.problem = null;
    }
    const reason = whyStopped(name, schedule, state);
    if (reason === null) return null;
    // The last new schedule did not help, so the worker of this queue hangs.
    const hangs = state.problem !== null && schedule !== null;
    state.problem = { code: `${name}_stopped`, reason };
    state.recreatedAtMs = clock.monotonicMs();
    if (hangs) await restart(name);
    await recreate(name);
    state.iterations = firstIteration;
    return reason;
  }

  return {
    problemOf: (name) => states.get(name)?.problem ?? null,
    forgive() {
      for (const state of states.values()) state.begunAtMs = clock.monotonicMs();
    },
    async check() {
      const reasons: Partial<Record<Name, string>> = {};
      for (const name of names) {
        const reason = await checkOne(name);
        if (reason !== null) reasons[name] = reason;
      }
      if (Object.keys(reasons).length > 0) log.warn("created schedules again", reasons);
    },
  };
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 1_000);
}
