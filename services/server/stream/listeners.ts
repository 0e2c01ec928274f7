// The registry of open streams.

import type { Filter } from "../store/filter.ts";
import type { Outbox } from "./outbox.ts";

/** Why a stream has ended: the label of a metric, and a field of the log. */
export type StreamEnd =
  | "client_left"
  | "too_slow"
  | "begin_failed"
  | "positions_unavailable"
  | "database_set_back"
  | "server_stopping";

/** One open stream. */
export type Listener = {
  outbox: Outbox;
  filter: Filter;
  /** Who listens, as limits count it. */
  address: string;
  /** Events up to this id are kept from it: it was sent them already, by this server or by one that is ahead of it. */
  after: bigint;
  /** Ends the stream; it resumes by its last event id. */
  end(code: StreamEnd): void;
};

/** Every open stream. Those that are live are kept by what they want, so that one without a filter pays nothing for others. */
export type Listeners = {
  readonly all: ReadonlySet<Listener>;
  /** Live, and get every event. */
  readonly whole: ReadonlySet<Listener>;
  /** Live, and get the events of some stations, or none up to an id that is yet to come. */
  readonly filtered: ReadonlySet<Listener>;
  /** Live, and get the events of a `bbox`. */
  readonly placed: ReadonlySet<Listener>;
  /** Returns how many streams an address has opened. */
  sizeOf(address: string): number;
  /** Counts a stream as open. */
  add(listener: Listener): void;
  /** Makes an open stream live. @param sent the newest event id that was sent */
  goLive(listener: Listener, sent: bigint): void;
  isLive(listener: Listener): boolean;
  /** Makes all streams not live; they stay open. */
  halt(): void;
  /** Forgets a stream. @returns false where it was forgotten before */
  remove(listener: Listener): boolean;
};

/** Makes an empty registry. */
export function createListeners(): Listeners {
  const all = new Set<Listener>();
  const live = { whole: new Set<Listener>(), filtered: new Set<Listener>(), placed: new Set<Listener>() };
  const sets = Object.values(live);
  const sizes = new Map<string, number>();

  function count(address: string, change: 1 | -1): void {
    const size = (sizes.get(address) ?? 0) + change;
    if (size === 0) sizes.delete(address);
    else sizes.set(address, size);
  }

  return {
    all,
    ...live,
    sizeOf: (address) => sizes.get(address) ?? 0,
    add(listener) {
      all.add(listener);
      count(listener.address, 1);
    },
    goLive(listener, sent) {
      live[kindOf(listener, sent)].add(listener);
    },
    isLive: (listener) => sets.some((set) => set.has(listener)),
    halt() {
      for (const set of sets) set.clear();
    },
    remove(listener) {
      if (!all.delete(listener)) return false;
      count(listener.address, -1);
      for (const set of sets) set.delete(listener);
      return true;
    },
  };
}

function kindOf({ filter, after }: Listener, sent: bigint): "whole" | "filtered" | "placed" {
  if (filter.bbox !== null) return "placed";
  return filter.stations !== null || after > sent ? "filtered" : "whole";
}
