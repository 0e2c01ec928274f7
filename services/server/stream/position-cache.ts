// Cache of station positions, for streams with a `bbox`.

import { type Clock, withDeadline } from "../../../shared/clock.ts";
import { describeError } from "../../../shared/connections/connection-health.ts";
import type { Log } from "../../../shared/process/log.ts";
import { positionsTimeoutMs } from "../http/limits.ts";
import type { Position } from "../store/filter.ts";

/** Station positions as of the last refresh. */
export type PositionCache = {
  of(stationId: string): Position;
  /**
   * Reads all positions again, since stations drift and are moved.
   * @returns false, with a warning in the log, if the read fails or takes longer than 5 s
   */
  refresh(): Promise<boolean>;
};

/** Creates an empty cache. @param read returns the position of every station that has one */
export function createPositionCache(read: () => Promise<Map<string, Position>>, log: Log, clock: Clock): PositionCache {
  let positions = new Map<string, Position>();
  return {
    of: (stationId) => positions.get(stationId) ?? null,
    async refresh() {
      try {
        positions = await withDeadline(read(), positionsTimeoutMs, clock);
        return true;
      } catch (error) {
        log.warn("station positions could not be read, so streams with a bbox end", {
          code: "positions_unavailable",
          reason: describeError(error),
        });
        return false;
      }
    },
  };
}
