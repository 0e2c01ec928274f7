// Fetches missing rows of the last hours: hourly files first, then stations' own files.

import { countFailures } from "./failures.ts";
import { backfillHours } from "./hours.ts";
import type { BackfillParts } from "./parts.ts";
import { backfillStations } from "./stations.ts";

/** NDBC keeps the last 24 hours, one file per hour. */
const hourlyFiles = 24;

/**
 * Fetches missing rows of the last hours. A poll sees only the newest row of each station, and nothing while no worker
 * runs. An hourly file has one hour of the whole network; each station's own file has the rest.
 *
 * Read hours are recorded per station, so that new settings fetch only the missing ones. The rows are history and are not
 * sent to clients, except when they change an event.
 * @throws {Error} when some files could not be read; the others are stored
 */
export async function backfill(parts: BackfillParts): Promise<void> {
  if (parts.hours === 0) return;
  // 24 hours stop at NDBC's oldest hourly file. The remaining part of an hour would need a file of every station.
  const hours = parts.hours === hourlyFiles ? hourlyFiles - 1 : parts.hours;
  const failures = countFailures();
  await backfillHours(parts, Math.min(hours, hourlyFiles - 1), failures);
  await backfillStations(parts, hours, failures);
  failures.throwIfAny();
}
