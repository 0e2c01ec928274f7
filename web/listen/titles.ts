// Titles of programmes.

import type { Network } from "../state/network.ts";
import type { Programme } from "../state/page-state.ts";
import { stationOf } from "../state/programme.ts";

/** Returns a programme's title, for the page and the lock screen. */
export function titleOf(programme: Programme, { stations }: Network): string {
  const nameOf = (stationId: string) => stations.get(stationId)?.name ?? stationId;
  switch (programme.mode) {
    case "network":
      return "The sea, now";
    case "tune":
      return nameOf(programme.stationId);
    case "24h": {
      const { day } = programme;
      const stationId = stationOf(day);
      if (stationId !== null) return `24 hours: ${nameOf(stationId)}`;
      return `24 hours: ${"bbox" in day.of && day.of.bbox !== null ? "the region in view" : "the whole network"}`;
    }
  }
}
