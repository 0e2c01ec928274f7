// A report, as far as its bell needs it.

import type { BellFields } from "../../mapping.ts";

/** What a report's bell tells of it. */
export type Report = BellFields & {
  stationId: string;
  /** Degrees east; `null`: unknown. */
  longitude: number | null;
  /** Whether the station is in view: then it is twice as likely to be chosen from a burst. */
  inView: boolean;
};
