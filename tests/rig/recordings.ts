// Files recorded from NDBC: its own stations, and the whole network if a folder next to this repository holds it.
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Describes a folder with NDBC's layout: `latest_obs_series/20260506T061509Z.txt`, `realtime2/41002.20180801.txt`. */
export type Recordings = {
  name: string;
  /** Returns the sorted paths that match a glob, without `.gz`. */
  list(pattern: string): string[];
  /** Returns a file as the HTTP client does: one character per byte. Rejects when the file does not exist. */
  read(path: string): Promise<string>;
};

/** Reads the files in this repository; `tests/fixtures/SOURCES.md` lists their sources. */
export const ndbcStations = recordingsIn("NDBC's own stations", join(import.meta.dir, "../fixtures/ndbc"));

const wholeNetworkFolder = join(import.meta.dir, "../../../shared/ndbc");

/** Reads the same files with the rows of all owners, plus more files; some are not public domain. `null` if missing. */
export const wholeNetwork = existsSync(wholeNetworkFolder)
  ? recordingsIn("the whole network", wholeNetworkFolder)
  : null;

/** Lists the available recordings, for tests that must hold for all of them. */
export const allRecordings = wholeNetwork === null ? [ndbcStations] : [ndbcStations, wholeNetwork];

function recordingsIn(name: string, folder: string): Recordings {
  return {
    name,
    list(pattern) {
      const found = [...new Bun.Glob(`${pattern}{,.gz}`).scanSync(folder)];
      return found.map((path) => path.replace(/\.gz$/, "")).sort();
    },
    async read(path) {
      const plain = Bun.file(join(folder, path));
      const bytes = (await plain.exists())
        ? await plain.bytes()
        : Bun.gunzipSync(await Bun.file(join(folder, `${path}.gz`)).bytes());
      return Buffer.from(bytes).toString("latin1");
    },
  };
}
