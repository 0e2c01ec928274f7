// Where NDBC's files are, as paths of its web server.

import { stationIdPattern } from "../../../shared/measurements.ts";

/** Who and where the stations are; about 1,350. */
export const activeStationsPath = "/activestations.xml";

/** Returns the path of every row of every station in the UTC hour of this time; the file of an hour is overwritten a day later. */
export function hourlyPath(hour: Date): string {
  return `/data/hourly2/hour_${String(hour.getUTCHours()).padStart(2, "0")}.txt`;
}

/**
 * Returns the path of one station's last 45 days: all measurements (`txt`) or its wave summary (`spec`).
 * @throws {Error} when the id does not look like one, since it may not lead to another file
 */
export function realtimePath(stationId: string, kind: "txt" | "spec"): string {
  if (!stationIdPattern.test(stationId)) throw new Error(`${JSON.stringify(stationId)} is no station id`);
  return `/data/realtime2/${stationId}.${kind}`;
}
