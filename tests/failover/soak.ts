// `bun run soak --failover`: kills the primary of PostgreSQL, of Redis and of a cluster many times, each time under load.

import { startRedis } from "../../services/dev/daemons/redis.ts";
import { endOwnCluster, startDatabase } from "../rig/database.ts";
import { type FailoverReport, failOver } from "./fail-over.ts";
import { followServices } from "./followed-services.ts";
import { type RedisGroup, startCluster, startSentinels } from "./redis-processes.ts";
import { startReplicatedPostgres } from "./replicated-postgres.ts";

/** Max time from a kill until polls begin again. */
const pollsBackMs = 30_000;

/** Starts what fails over, and the database and Redis beside it. */
const ways = {
  "PostgreSQL, synchronous replica": async () => {
    const [group, redis] = [await startReplicatedPostgres(true), await startRedis()];
    const stop = () => Promise.all([group.stop(), redis.stop()]);
    return { group, sql: group.sql, databaseUrl: group.url, redisUrl: redis.url, stop };
  },
  "Redis, three Sentinels": () => besideDatabase(startSentinels),
  "Redis, a cluster of six": () => besideDatabase(() => startCluster()),
};

async function besideDatabase(startGroup: () => Promise<RedisGroup>) {
  const [{ sql, databaseUrl, stop: stopDatabase }, group] = [await startDatabase(), await startGroup()];
  const stop = () => Promise.all([group.stop(), stopDatabase()]);
  return { group, sql, databaseUrl, redisUrl: group.url, stop };
}

/** Runs all ways, `rounds` times each, and prints the results. @returns the exit code: 0 if no listener noticed anything */
export async function soakFailovers(rounds: number): Promise<number> {
  const rows: { [way: string]: object } = {};
  const complaints: string[] = [];
  for (const [way, start] of Object.entries(ways)) {
    const reports: FailoverReport[] = [];
    for (let round = 1; round <= rounds; round++) {
      const report = await runRound(start);
      reports.push(report);
      const seconds = (report.pollsBackAfterMs / 1_000).toFixed(1);
      console.log(`${way}, round ${round}: ${report.stored.length} events, polls back after ${seconds} s`);
      complaints.push(...complaintsOf(report).map((complaint) => `${way}, round ${round}: ${complaint}`));
    }
    rows[way] = {
      rounds,
      events: reports.reduce((sum, { stored }) => sum + stored.length, 0),
      "longest pause of polls, s": (Math.max(...reports.map((of) => of.pollsBackAfterMs)) / 1_000).toFixed(1),
    };
  }
  await endOwnCluster();
  console.table(rows);
  for (const complaint of complaints) console.log(complaint);
  console.log(complaints.length === 0 ? "no listener noticed a failover" : "FAILED: see the lines above");
  return complaints.length === 0 ? 0 : 1;
}

async function runRound(start: (typeof ways)[keyof typeof ways]): Promise<FailoverReport> {
  const { group, sql, databaseUrl, redisUrl, stop } = await start();
  try {
    const services = await followServices({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl });
    try {
      return await failOver(services, group, sql);
    } finally {
      await services.stop();
    }
  } finally {
    await stop();
  }
}

function complaintsOf({ stored, heard, resets, pollsBackAfterMs }: FailoverReport): string[] {
  const [received, known] = [new Set(heard), new Set(stored)];
  const lost = stored.filter((id) => !received.has(id)).length;
  const unknown = [...received].filter((id) => !known.has(id)).length;
  const disordered = heard.filter((id, index) => index > 0 && BigInt(id) <= BigInt(heard[index - 1] ?? 0)).length;
  const counts = { lost, unknown, "disordered or repeated": disordered, resets };
  return [
    ...Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`])),
    ...(pollsBackAfterMs > pollsBackMs ? [`polls were back only after ${Math.round(pollsBackAfterMs / 1_000)} s`] : []),
  ];
}
