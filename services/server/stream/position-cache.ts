// Cache of station positions, for streams with a `bbox`.
import type { Position } from "../store/filter.ts";

/** Station positions as of the last refresh. */
export type PositionCache = {
  of(stationId: string): Position;
  /** Reads all positions again, since stations drift and are moved. @throws when the read fails */
  refresh(): Promise<void>;
};

/** Creates an empty cache. @param read returns the position of every station that has one */
export function createPositionCache(read: () => Promise<Map<string, Position>>): PositionCache {
  let positions = new Map<string, Position>();
  return {
    of: (stationId) => positions.get(stationId) ?? null,
    async refresh() {
      positions = await read();
    },
  };
}
