import type { Log } from "../../shared/log.ts";
import type { Sql } from "../../shared/sql.ts";
import { parseActiveStations } from "./ndbc/active-stations.ts";
import type { NdbcClient } from "./ndbc/client.ts";
import { activeStationsPath } from "./ndbc/paths.ts";
import { readFile, rememberFile, storeStations } from "./store.ts";

/**
 * Reads NDBC's list of stations and stores their names, owners and places. A station that is no longer listed stays: its
 * observations do.
 * @param wanted those to keep, or `null` for all
 * @throws {UpstreamError} or {NotDataError}, as {@link poll} does
 */
export async function updateStations(sql: Sql, ndbc: NdbcClient, wanted: Set<string> | null, log: Log): Promise<void> {
  const answer = await ndbc.get(activeStationsPath, await readFile(sql, activeStationsPath));
  if (answer.kind === "missing") throw new Error(`NDBC has no ${activeStationsPath}`);
  if (answer.kind === "unchanged") return;
  const { stations, rejected } = parseActiveStations(answer.body);
  if (rejected.length > 0)
    log.warn("left out broken stations", { count: rejected.length, stations: rejected.slice(0, 10) });
  await storeStations(
    sql,
    stations.filter(({ stationId }) => wanted === null || wanted.has(stationId)),
  );
  await rememberFile(sql, activeStationsPath, answer);
  log.info("read the station list", { stations: stations.length });
}
