// The paths of NDBC's files on its web server.

import { stationIdPattern } from "../../../shared/measurements.ts";

/** The list of stations, about 1,350. */
export const activeStationsPath = "/activestations.xml";

/** Returns the path of the hourly file for the UTC hour of a time. NDBC overwrites the file a day later. */
export function hourlyPath(hour: Date): string {
  return `/data/hourly2/hour_${String(hour.getUTCHours()).padStart(2, "0")}.txt`;
}

/**
 * Returns the path of one station's last 45 days: all measurements (`txt`) or its wave summary (`spec`).
 * @throws {Error} when the id is invalid, because it could lead to another file
 */
export function realtimePath(stationId: string, kind: "txt" | "spec"): string {
  if (!stationIdPattern.test(stationId)) throw new Error(`${JSON.stringify(stationId)} is no station id`);
  return `/data/realtime2/${stationId}.${kind}`;
}
