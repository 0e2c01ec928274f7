// Reads NDBC's list of stations once a day.

import { inTransaction, type Sql } from "../../../shared/database/sql.ts";
import type { Log } from "../../../shared/process/log.ts";
import { parseActiveStations } from "../ndbc/active-stations.ts";
import type { NdbcClient } from "../ndbc/client.ts";
import { MissingFileError } from "../ndbc/errors.ts";
import { activeStationsPath } from "../ndbc/paths.ts";
import { isOlderThanStored, readFile, rememberFile, wholeFile } from "../store/files.ts";
import { forgetStations, storeStations } from "../store/stations.ts";

/**
 * Creates the daily task that stores names, owners and positions of NDBC's list. A station that is no longer listed stays
 * as long as it has observations. One warning names the wanted stations that are not listed, and another follows when they change.
 * @param wanted the stations to keep, or `null` for all
 * @returns the task; it throws `UpstreamError` and `NotDataError` like a poll
 */
export function createStationUpdate(sql: Sql, ndbc: NdbcClient, wanted: Set<string> | null, log: Log) {
  const extent = { ...wholeFile, stations: wanted };
  let warnedOf = "";
  /** Only a list that was read shows which wanted stations are unknown, so the first run reads an unchanged one too. */
  let isCompared = wanted === null;

  function warnOfUnknown(listed: Set<string>): void {
    const unknown = [...(wanted ?? [])].filter((stationId) => !listed.has(stationId));
    const ids = unknown.join();
    if (ids !== warnedOf && unknown.length > 0) {
      const isNoneListed = unknown.length === wanted?.size;
      log.warn(
        isNoneListed
          ? "NDBC lists none of the stations in STATIONS, so nothing is stored"
          : "NDBC does not list some of the stations in STATIONS",
        { unknown: ids, wanted: wanted?.size },
      );
    }
    warnedOf = ids;
  }

  return async (): Promise<void> => {
    const known = isCompared ? await readFile(sql, activeStationsPath, extent) : null;
    const answer = await ndbc.get(activeStationsPath, known);
    if (answer.kind === "missing") throw new MissingFileError(activeStationsPath);
    if (answer.kind === "unchanged" || (await isOlderThanStored(sql, activeStationsPath, answer))) return;
    const { stations, rejected } = parseActiveStations(answer.body);
    if (rejected.length > 0)
      log.warn("skipped broken stations", { count: rejected.length, stations: rejected.slice(0, 10) });
    await storeStations(
      sql,
      stations.filter(({ stationId }) => wanted === null || wanted.has(stationId)),
    );
    const forgotten = await forgetStations(
      sql,
      stations.map(({ stationId }) => stationId),
    );
    await inTransaction(sql, (tx) => rememberFile(tx, activeStationsPath, answer, extent));
    isCompared = true;
    warnOfUnknown(new Set(stations.map(({ stationId }) => stationId)));
    log.info("read the station list", { stations: stations.length, forgotten });
  };
}
