// Titles of programmes.

import type { Network } from "../state/network.ts";
import type { Programme } from "../state/page-state.ts";
import { stationOf } from "../state/programme.ts";
import type { View } from "../state/view-url.ts";
import { titles as words } from "../words/english/sound.ts";
import { fill } from "../words/message.ts";

/** Returns the title of a view, for screen readers; it needs no loaded past day. */
export function titleOfView({ mode, stationId }: View, { stations }: Network): string {
  if (mode === "network") return words.network;
  if (stationId === null) return words.pastOfRegion;
  const station = stations.get(stationId)?.name ?? stationId;
  return mode === "tune" ? station : fill(words.pastOfStation, { station });
}

/** Returns a programme's title, for the page and the lock screen. */
export function titleOf(programme: Programme, { stations }: Network): string {
  const nameOf = (stationId: string) => stations.get(stationId)?.name ?? stationId;
  switch (programme.mode) {
    case "network":
      return words.network;
    case "tune":
      return nameOf(programme.stationId);
    case "24h": {
      const { day } = programme;
      const stationId = stationOf(day);
      if (stationId !== null) return fill(words.pastOfStation, { station: nameOf(stationId) });
      return "bbox" in day.of && day.of.bbox !== null ? words.pastOfRegion : words.pastOfNetwork;
    }
  }
}
