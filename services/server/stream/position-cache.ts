import type { Position } from "../store/filter.ts";

/** Where the stations lie, as far as this server has asked. */
export type PositionCache = {
  of(stationId: string): Position;
  /** Reads all positions again: stations drift and are moved, and their rows bring the new one along. @throws when it cannot */
  refresh(): Promise<void>;
};

/** @param read every station that has a position */
export function createPositionCache(read: () => Promise<Map<string, Position>>): PositionCache {
  let positions = new Map<string, Position>();
  return {
    of: (stationId) => positions.get(stationId) ?? null,
    async refresh() {
      positions = await read();
    },
  };
}
