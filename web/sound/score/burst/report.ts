// A report, with the fields that its bell needs.

import type { BellFields } from "../../mapping.ts";

/** A report of a station, with the fields that its bell needs. */
export type Report = BellFields & {
  stationId: string;
  /** Degrees east; `null`: unknown. */
  longitude: number | null;
  /** Degrees north; `null`: unknown. */
  latitude: number | null;
  /** Whether the station is in view of the map; its worth then counts twice. */
  inView: boolean;
};
