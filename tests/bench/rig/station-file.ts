import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileAt } from "../../../services/dev/sea/files.ts";
import { createSea } from "../../../services/dev/sea/weather.ts";
import { realtimePath } from "../../../services/worker/ndbc/paths.ts";

/** 45 days of one station, as `realtime2` has them. */
export type StationFile = {
  name: string;
  /** A character a byte. */
  body: string;
  /** What the clock said when it was fetched. */
  now: Date;
};

/** One of NDBC's largest, recorded; too large for this repository. */
const recording = join(import.meta.dir, "../../../../shared/ndbc/realtime2/41002.20180801.txt");

/** The recorded file of 41002 where it is, else one of the same kind that the simulated sea makes. */
export async function stationFile(): Promise<StationFile> {
  if (existsSync(recording)) {
    const body = Buffer.from(await Bun.file(recording).bytes()).toString("latin1");
    return { name: "41002, recorded", body, now: new Date("2018-08-01T15:28Z") };
  }
  const now = new Date("2026-05-06T12:00Z");
  const file = fileAt(createSea(1), realtimePath("41002", "txt"), now);
  if (file === null) throw new Error("the simulated sea has no 41002");
  return { name: "41002 of the simulated sea", body: file.content(), now };
}
