import type { Position } from "./filter.ts";

/** Where the stations lie, as far as this server has asked. */
export type Places = {
  of(stationId: string): Position;
  /** Reads all positions again, unless that was done a moment ago and knows these stations. @throws when it cannot */
  refresh(stationIds: Iterable<string>): Promise<void>;
};

/** Stations drift and are moved; their rows bring the new position along, so one look for each burst is enough. */
const freshMs = 1_000;

/** @param read every station that has a position */
export function createPlaces(read: () => Promise<Map<string, Position>>): Places {
  let positions = new Map<string, Position>();
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    of: (stationId) => positions.get(stationId) ?? null,
    async refresh(stationIds) {
      const isFresh = performance.now() - readAt < freshMs;
      if (isFresh && [...stationIds].every((stationId) => positions.has(stationId))) return;
      readAt = performance.now();
      positions = await read();
    },
  };
}
