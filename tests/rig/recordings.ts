// Files recorded from NDBC: the stations that NDBC owns, and the whole network where a folder beside this repository holds it.
import { existsSync } from "node:fs";
import { join } from "node:path";

/** A folder of recorded files, laid out as NDBC's: `latest_obs_series/20260506T061509Z.txt`, `realtime2/41002.20180801.txt`. */
export type Recordings = {
  name: string;
  /** The paths that match a glob, sorted, without `.gz`. */
  list(pattern: string): string[];
  /** A file as the client hands it over: a character a byte. Rejects where there is no such file. */
  read(path: string): Promise<string>;
};

/** What this repository holds; `tests/fixtures/SOURCES.md` says where each file comes from. */
export const ndbcStations = recordingsIn("NDBC's own stations", join(import.meta.dir, "../fixtures/ndbc"));

const wholeNetworkFolder = join(import.meta.dir, "../../../shared/ndbc");

/** The same files with the rows of all owners, and more files; not all of it is public domain. `null` where it is not. */
export const wholeNetwork = existsSync(wholeNetworkFolder)
  ? recordingsIn("the whole network", wholeNetworkFolder)
  : null;

/** Both, for what must hold of every recording. */
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
