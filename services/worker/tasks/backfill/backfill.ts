// Fetches what the database lacks of the last hours: whole hours first, then stations' own files.

import { countFailures } from "./failures.ts";
import { backfillHours } from "./hours.ts";
import type { BackfillParts } from "./parts.ts";
import { backfillStations } from "./stations.ts";

/** NDBC keeps the last 24 hours as one file an hour. */
const hourlyFiles = 24;

/**
 * Fetches what the database lacks of the last hours: the poll sees the newest row of a station only, and nothing while no
 * worker runs. One file holds an hour of the whole network; what those do not give, each station's own file does.
 *
 * What was read is remembered by station and hour, so that more is fetched as soon as more is wanted. What it stores is
 * history and is sent to no listener, except where it changes an event.
 * @throws {Error} when a file could not be read; the others were
 */
export async function backfill(parts: BackfillParts): Promise<void> {
  if (parts.hours === 0) return;
  // A day goes back to the oldest of NDBC's hourly files only: the rest of it would take a file of each station.
  const hours = parts.hours === hourlyFiles ? hourlyFiles - 1 : parts.hours;
  const failures = countFailures();
  await backfillHours(parts, Math.min(hours, hourlyFiles - 1), failures);
  await backfillStations(parts, hours, failures);
  failures.throwIfAny();
}
