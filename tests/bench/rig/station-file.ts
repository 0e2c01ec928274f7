import { ndbcStations } from "../../rig/recordings.ts";

/** 45 days of one station, as `realtime2` has them. */
export type StationFile = {
  name: string;
  /** A character a byte. */
  body: string;
  /** What the clock said when it was fetched. */
  now: Date;
};

/** Reads the recorded file of 41002, one of NDBC's largest: 6560 rows. */
export async function stationFile(): Promise<StationFile> {
  const body = await ndbcStations.read("realtime2/41002.20180801.txt");
  return { name: "41002, recorded", body, now: new Date("2018-08-01T15:28Z") };
}
