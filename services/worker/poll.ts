import type { Log } from "../../shared/log.ts";
import type { Sql } from "../../shared/sql.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { logLeftOut } from "./left-out.ts";
import type { NdbcClient } from "./ndbc/client.ts";
import { parseLatestObs } from "./ndbc/latest-obs.ts";
import { readFile, rememberFile, type StoreCounts, storePoll } from "./store.ts";

/** What one poll did: rows that were read, new ones, changed ones, events that were published after it. */
export type PollCounts = StoreCounts & { rows: number; published: number };

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
): Promise<PollCounts> {
  await publish();
  const known = await readFile(sql, latestObsPath);
  const answer = await ndbc.get(latestObsPath, known);
  if (answer.kind === "missing") throw new Error(`NDBC has no ${latestObsPath}`);
  if (answer.kind === "unchanged") {
    await rememberFile(sql, latestObsPath, answer);
    return { rows: 0, added: 0, changed: 0, published: 0 };
  }
  const parsed = parseLatestObs(answer.body, new Date());
  logLeftOut(log, latestObsPath, parsed);
  const observations = parsed.observations.filter(({ stationId }) => stations === null || stations.has(stationId));
  const counts = await storePoll(sql, latestObsPath, answer, observations);
  return { rows: observations.length, ...counts, published: await publish() };
}

/** No more often than this is a poll worth a line. */
const pollLineMs = 60_000;

/** Logs what polls did, several in one line where they follow each other closely. */
export function createPollLog(log: Log): (counts: PollCounts) => void {
  let sum = { polls: 0, rows: 0, added: 0, changed: 0, published: 0 };
  let loggedAt = Number.NEGATIVE_INFINITY;
  return ({ rows, added, changed, published }) => {
    sum = {
      polls: sum.polls + 1,
      rows: sum.rows + rows,
      added: sum.added + added,
      changed: sum.changed + changed,
      published: sum.published + published,
    };
    if (performance.now() - loggedAt < pollLineMs) return;
    log.info("polled", sum);
    loggedAt = performance.now();
    sum = { polls: 0, rows: 0, added: 0, changed: 0, published: 0 };
  };
}
