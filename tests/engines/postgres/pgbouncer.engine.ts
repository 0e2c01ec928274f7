// Migrations, worker and server through a PgBouncer in transaction mode, for a role with settings of its own.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { daemonAccount } from "../../../services/dev/daemons/account.ts";
import { startDaemon } from "../../../services/dev/daemons/daemon.ts";
import { freePort } from "../../../services/dev/daemons/ports.ts";
import { startRedis } from "../../../services/dev/daemons/redis.ts";
import { connectSql, inTransaction } from "../../../shared/database/sql.ts";
import { followServices } from "../../failover/followed-services.ts";
import { createDatabase } from "../../rig/database.ts";
import { isMissing, pathOf } from "../programs.ts";

setDefaultTimeout(180_000);

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

/** Starts a PgBouncer with its own defaults, and few connections, so that clients often change theirs. @returns its address */
async function startPgBouncer(server: string): Promise<string> {
  const { hostname, port: serverPort, username, password, pathname } = new URL(server);
  const port = freePort();
  const folder = mkdtempSync(join(tmpdir(), "bellbuoy-pgbouncer-"));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const file = join(folder, "pgbouncer.ini");
  await Bun.write(
    file,
    `[databases]
bellbuoy = host=${hostname} port=${serverPort} dbname=${pathname.slice(1)} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
`,
  );
  // It refuses to run as root.
  const pgbouncer = await startDaemon({
    command: [pathOf("pgbouncer"), file],
    cwd: "/",
    account: await daemonAccount(),
    logsTo: "stderr",
    ready: "process up",
    ask: "SIGINT",
    insist: "SIGKILL",
  });
  closers.push(pgbouncer.stop);
  return `postgres://bellbuoy@127.0.0.1:${port}/bellbuoy?pgbouncer=true`;
}

test.skipIf(isMissing("pgbouncer"))("everything works, and times and numbers are as stored", async () => {
  const server = await createDatabase();
  const database = new URL(server).pathname.slice(1);
  const admin = connectSql(server, "test");
  closers.push(() => admin.end({ timeout: 1 }));
  for (const setting of [
    "datestyle = 'SQL, DMY'",
    "timezone = 'Asia/Kathmandu'",
    "intervalstyle = 'sql_standard'",
    "extra_float_digits = -10",
    "default_transaction_isolation = 'serializable'",
  ]) {
    await admin.unsafe(`alter database ${database} set ${setting}`);
  }
  const url = await startPgBouncer(server);
  const redis = await startRedis();
  closers.push(redis.stop);
  const services = await followServices({ DATABASE_URL: url, REDIS_URL: redis.url });
  closers.push(services.stop);
  await services.polledAgain(3);

  const paths = [
    "status",
    "stations",
    "stations/10000",
    "batches",
    "conditions",
    "medians",
    "observations",
    "observations/latest",
  ];
  const answers = await Promise.all(paths.map((path) => fetch(`${services.server.url}/v1/${path}`)));
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
  const [first] = services.listener.observations;
  expect(JSON.parse(first?.data ?? "")).toMatchObject({
    stationId: "10000",
    timestamp: expect.stringMatching(/^2026-05-06T00:\d\d:00\.000Z$/),
    pressureHpa: 1010.1,
  });

  const sql = connectSql(url, "test");
  closers.push(() => sql.end({ timeout: 1 }));
  const limit = await inTransaction(sql, (tx) => tx`select current_setting('statement_timeout') as limit`);
  expect(limit).toMatchObject([{ limit: "20s" }]);
  const { stored, heard } = await services.settle(sql);
  expect(heard).toEqual(stored);
  const logged = [...services.worker.logged, ...services.server.logged];
  expect(logged.filter(({ message, job }) => message === "waiting for PostgreSQL" || job === "poll")).toEqual([]);
  expect(logged.filter(({ level }) => level === "error")).toEqual([]);
});
