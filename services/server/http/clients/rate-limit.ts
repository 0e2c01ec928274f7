// Request limit per client address, in units: a request that costs much counts as several.

import type { Clock } from "../../../../shared/clock.ts";
import { addressesPerNetwork, rateWindowMs } from "../limits.ts";
import { tryAgain } from "../problem.ts";
import { clientNetwork } from "./client-address.ts";

/** Number of counters that all addresses share, so that memory use stays bounded. */
const rateCounters = 2n ** 16n;

/** Limits an address in each window of {@link rateWindowMs}; an IPv6 address also its /56 network. */
export type RateLimit = {
  /** Counts a request. @throws {ProblemError} 429 when a limit is reached */
  enter(address: string): void;
  /** Counts what a request has cost, in units of requests. Only later requests are refused for it. */
  charge(address: string, units: number): void;
};

/** Creates a limit of so many units per address. */
export function createRateLimit(limit: number, clock: Clock): RateLimit {
  // A random seed, so that no client can pick an address that shares a counter with a chosen victim.
  const seed = crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
  // On our monotonic clock: with the system time, a clock set back by an hour would refuse an address for an hour.
  const counters = new Map<bigint, { spent: number; endsAtMs: number }>();
  let sweepAtMs = clock.monotonicMs() + rateWindowMs;

  function sweep(nowMs: number): void {
    for (const [key, { endsAtMs }] of counters) if (endsAtMs <= nowMs) counters.delete(key);
    sweepAtMs = nowMs + rateWindowMs;
  }

  function counterOf(name: string, nowMs: number) {
    const key = Bun.hash(name, seed) % rateCounters;
    const known = counters.get(key);
    if (known !== undefined && known.endsAtMs > nowMs) return known;
    const counter = { spent: 0, endsAtMs: nowMs + rateWindowMs };
    counters.set(key, counter);
    return counter;
  }

  /** Returns the counters of an address, each with its limit. */
  function countersOf(address: string) {
    const nowMs = clock.monotonicMs();
    if (nowMs >= sweepAtMs) sweep(nowMs);
    const own = { counter: counterOf(address, nowMs), max: limit };
    const network = clientNetwork(address);
    return network === address
      ? [own]
      : [own, { counter: counterOf(network, nowMs), max: limit * addressesPerNetwork }];
  }

  function charge(address: string, units: number): void {
    for (const { counter } of countersOf(address)) counter.spent += units;
  }

  return {
    enter(address) {
      if (countersOf(address).some(({ counter, max }) => counter.spent >= max)) {
        const seconds = rateWindowMs / 1000;
        throw tryAgain(
          "too_many_requests",
          `more than ${limit} requests within ${seconds} seconds; one that reads many rows counts as several`,
          seconds,
        );
      }
      charge(address, 1);
    },
    charge,
  };
}
