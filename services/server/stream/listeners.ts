// The registry of open streams.

import { clientNetwork } from "../http/clients/client-address.ts";
import type { Filter } from "../store/filter.ts";
import type { Outbox } from "./outbox.ts";

/** Why a stream ended: a metric label and a log field. */
export type StreamEnd =
  | "client_left"
  | "too_slow"
  | "begin_failed"
  | "queue_full"
  | "positions_unavailable"
  | "database_set_back"
  | "server_stopping";

/** One open stream. */
export type Listener = {
  outbox: Outbox;
  filter: Filter;
  /** Client address, as limits count it. */
  address: string;
  /**
   * The stream skips events up to this id, because the client already has them, from this server or from one that is
   * ahead.
   */
  after: bigint;
  /** Ends the stream; the client resumes by its last event id. */
  end(code: StreamEnd): void;
};

/** All open streams. Live ones are grouped by filter, so that streams without a filter cost no filter checks. */
export type Listeners = {
  readonly all: ReadonlySet<Listener>;
  /** Live streams that get every event. */
  readonly whole: ReadonlySet<Listener>;
  /** Live streams with a `stations` filter, or with a start id that is still in the future. */
  readonly filtered: ReadonlySet<Listener>;
  /** Live streams with a `bbox`. */
  readonly placed: ReadonlySet<Listener>;
  /** Returns the number of open streams of an address, or of the /56 network of IPv6 addresses. */
  sizeOf(address: string): number;
  /** Registers an open stream. */
  add(listener: Listener): void;
  /** Makes an open stream live. @param sent the newest event id that was sent */
  goLive(listener: Listener, sent: bigint): void;
  isLive(listener: Listener): boolean;
  /** Makes no stream live any more; all stay open. */
  halt(): void;
  /** Removes a stream. @returns false if it was already removed */
  remove(listener: Listener): boolean;
};

/** Creates an empty registry. */
export function createListeners(): Listeners {
  const all = new Set<Listener>();
  const live = { whole: new Set<Listener>(), filtered: new Set<Listener>(), placed: new Set<Listener>() };
  const sets = Object.values(live);
  const sizes = new Map<string, number>();

  function count({ address }: Listener, change: 1 | -1): void {
    for (const name of new Set([address, clientNetwork(address)])) {
      const size = (sizes.get(name) ?? 0) + change;
      if (size === 0) sizes.delete(name);
      else sizes.set(name, size);
    }
  }

  return {
    all,
    ...live,
    sizeOf: (address) => sizes.get(address) ?? 0,
    add(listener) {
      all.add(listener);
      count(listener, 1);
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
      count(listener, -1);
      for (const set of sets) set.delete(listener);
      return true;
    },
  };
}

function kindOf({ filter, after }: Listener, sent: bigint): "whole" | "filtered" | "placed" {
  if (filter.bbox !== null) return "placed";
  return filter.stations !== null || after > sent ? "filtered" : "whole";
}
