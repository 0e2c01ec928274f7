// A PostgreSQL primary with a replica that a test can promote.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../services/dev/daemons/ports.ts";
import { type Postgres, startPostgres } from "../../services/dev/daemons/postgres.ts";
import { connectPatientSql, connectSql, type Sql } from "../../shared/database/sql.ts";
import { copyDataDir } from "../rig/data-dir.ts";
import { createTestClock } from "../rig/test-clock.ts";
import { startWire, type Wire } from "../rig/wire.ts";

/** Describes a primary and a replica. */
export type ReplicatedPostgres = {
  /** Names both hosts. */
  url: string;
  /** A pool that follows the primary. */
  sql: Sql;
  /** What the replica receives passes through it. */
  replication: Wire;
  /** Kills the primary as a crash would, and promotes the replica. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
};

const memory = { fsync: "off", shared_buffers: "32MB", max_connections: "100" };

/** Starts both. @param isSynchronous whether a commit waits until the replica has it too */
export async function startReplicatedPostgres(isSynchronous: boolean): Promise<ReplicatedPostgres> {
  const dataDirs = [await copyDataDir()];
  const [dataDir = ""] = dataDirs;
  const [port, replicaPort] = [freePort(), freePort()];
  // A copy of a stopped server is consistent.
  const copy = await copyDataDir(dataDir);
  dataDirs.push(copy);
  const primary = await startPostgres({
    dataDir,
    port,
    settings: { ...memory, synchronous_standby_names: isSynchronous ? "*" : "" },
  });
  const replication = await startWire(primary.url);
  const replica = await startReplica(copy, replicaPort, replication.url);
  const { username, password, pathname } = new URL(primary.url);
  const url = `postgres://${username}:${password}@127.0.0.1:${port},127.0.0.1:${replicaPort}${pathname}`;
  const sql = connectSql(url, "test", createTestClock());
  const isReplicating = () => sql`select from pg_stat_replication where state = 'streaming'`;
  while ((await isReplicating()).length === 0) await Bun.sleep(50);
  return {
    url,
    sql,
    replication,
    async failOver() {
      process.kill(primary.pid, "SIGKILL");
      await primary.stop();
      await promote(replica.url);
    },
    async stop() {
      await sql.end({ timeout: 1 });
      await replica.stop();
      await primary.stop();
      await replication.stop();
      for (const folder of dataDirs) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startReplica(dataDir: string, port: number, primaryUrl: string): Promise<Postgres> {
  const signal = join(dataDir, "cluster/standby.signal");
  await Bun.$`touch ${signal}`;
  const { username, password, port: primaryPort } = new URL(primaryUrl);
  const from = `host=127.0.0.1 port=${primaryPort} user=${username} password=${password}`;
  const settings = { ...memory, primary_conninfo: from, wal_retrieve_retry_interval: "100ms" };
  return startPostgres({ dataDir, port, settings });
}

async function promote(url: string): Promise<void> {
  const admin = connectPatientSql(url, "test");
  await admin`select pg_promote()`;
  await admin.end();
}
