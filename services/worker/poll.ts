import type { Log } from "../../shared/log.ts";
import type { Sql } from "../../shared/sql.ts";
import { logLeftOut } from "./left-out.ts";
import type { NdbcClient } from "./ndbc/client.ts";
import { parseLatestObs } from "./ndbc/latest-obs.ts";
import { latestObsPath } from "./ndbc/paths.ts";
import { readFile, rememberFile, storePoll } from "./store.ts";

/**
 * Reads the newest row of every station, stores what is new or changed, and publishes it. What an earlier worker had
 * stored and could not publish goes out first, even when NDBC does not answer.
 * @param publish publishes every event that was not published yet
 * @param stations those to keep, or `null` for all
 * @throws {UpstreamError} when NDBC does not answer as it should
 * @throws {NotDataError} when it answers with something else than data; nothing is stored then
 */
export async function poll(
  sql: Sql,
  ndbc: NdbcClient,
  publish: () => Promise<number>,
  stations: Set<string> | null,
  log: Log,
): Promise<void> {
  await publish();
  const known = await readFile(sql, latestObsPath);
  const answer = await ndbc.get(latestObsPath, known);
  if (answer.kind === "missing") throw new Error(`NDBC has no ${latestObsPath}`);
  if (answer.kind === "unchanged") {
    await rememberFile(sql, latestObsPath, answer);
    log.debug("polled, nothing new");
    return;
  }
  const parsed = parseLatestObs(answer.body, new Date());
  logLeftOut(log, latestObsPath, parsed);
  const observations = parsed.observations.filter(({ stationId }) => stations === null || stations.has(stationId));
  const counts = await storePoll(sql, latestObsPath, answer, observations);
  const published = await publish();
  log.info("polled", { rows: observations.length, ...counts, published });
}
