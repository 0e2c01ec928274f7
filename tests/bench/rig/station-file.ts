// Recorded and repeated files of one station.

import { ndbcStations } from "../../rig/recordings.ts";

/** 45 days of one station, in the format of `realtime2`. */
export type StationFile = {
  name: string;
  /** One character per byte. */
  body: string;
  /** Time of the download. */
  now: Date;
};

/** Reads the recorded file of 41002, one of NDBC's largest: 6,560 rows. */
export async function stationFile(): Promise<StationFile> {
  const body = await ndbcStations.read("realtime2/41002.20180801.txt");
  return { name: "41002, recorded", body, now: new Date("2018-08-01T15:28Z") };
}
