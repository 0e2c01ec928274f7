// Backups with the programs of the distribution's PostgreSQL: into a new cluster, and from the embedded PostgreSQL.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createWriteStream, mkdtempSync } from "node:fs";
import { chmod, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { daemonAccount, giveTo } from "../../../services/dev/daemons/account.ts";
import { startDaemon } from "../../../services/dev/daemons/daemon.ts";
import { freePort } from "../../../services/dev/daemons/ports.ts";
import { writeDump } from "../../../services/dev/dump/dump-file.ts";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { migrate } from "../../../shared/database/migrate.ts";
import { connectPatientSql, type Sql } from "../../../shared/database/sql.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { startDatabase } from "../../rig/database.ts";
import { observed } from "../../rig/observed.ts";
import { isMissing, pathOf } from "../programs.ts";

setDefaultTimeout(300_000);

const workDir = mkdtempSync(join(tmpdir(), "bellbuoy-backup-"));
const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await rm(workDir, { recursive: true, force: true });
});

/** Starts an empty cluster of the distribution's PostgreSQL with an empty database. @returns the database's address */
async function startCluster(name: string): Promise<string> {
  const account = await daemonAccount();
  const dir = join(workDir, name);
  await Bun.$`mkdir ${dir}`;
  await chmod(workDir, 0o711);
  giveTo(account, dir);
  const data = join(dir, "data");
  const initdb = [pathOf("initdb"), "-D", data, "--username=postgres", "--auth=trust", "--no-sync", "--locale=C"];
  const made = Bun.spawn([...initdb, "--encoding=UTF8"], {
    ...account,
    cwd: dir,
    stdio: ["ignore", "ignore", "inherit"],
  });
  expect(await made.exited).toBe(0);
  const port = freePort();
  const settings = ["-c", "fsync=off", "-c", `port=${port}`, "-c", `unix_socket_directories=${dir}`];
  const daemon = await startDaemon({
    command: [join(pathOf("initdb"), "../postgres"), "-D", data, ...settings],
    cwd: dir,
    account,
    logsTo: "stderr",
    ready: "ready to accept connections",
    ask: "SIGINT",
    insist: "SIGQUIT",
  });
  closers.push(daemon.stop);
  const server = `postgres://postgres@127.0.0.1:${port}`;
  const admin = connectPatientSql(`${server}/postgres`, "test");
  await admin`create database bellbuoy`;
  await admin.end();
  return `${server}/bellbuoy`;
}

function connect(url: string): Sql {
  const sql = connectPatientSql(url, "test");
  closers.push(() => sql.end({ timeout: 1 }));
  return sql;
}

const storeRows = (sql: Sql) =>
  storePoll(
    sql,
    latestObsPath,
    { etag: null, lastModified: "Wed, 06 May 2026 12:00:00 GMT", hash: "a" },
    ["44009", "46026"].map((station) => observed(station, "2026-05-06T11:50Z", { waveHeightM: 2.4 })),
    unguardedIds,
  );

const rowsOf = async (sql: Sql) => [...(await sql`select * from observations order by station_id`)];

describe.skipIf(isMissing("pg_dump", "pg_restore", "psql", "initdb"))("the distribution's PostgreSQL", () => {
  test("restores a dump into a new cluster, and `bellbuoy restored` moves its event ids ahead", async () => {
    const [first, second] = [await startCluster("first"), await startCluster("second")];
    const source = connect(first);
    await migrate(source);
    await storeRows(source);
    const dump = join(workDir, "bellbuoy.dump");
    await Bun.$`${pathOf("pg_dump")} --format=custom --file=${dump} ${first}`;
    await Bun.$`${pathOf("pg_restore")} --dbname=${second} --exit-on-error ${dump}`;
    const restored = join(import.meta.dir, "../../../services/worker/restored.ts");
    const env = { PATH: process.env.PATH, DATABASE_URL: second };
    expect(await Bun.$`bun ${restored}`.env(env).text()).toStartWith("Event ids continue after 1000000002.");

    const target = connect(second);
    expect(await rowsOf(target)).toEqual(await rowsOf(source));
    expect([...(await target`select pruned_event_id, timeline_event_id from stream_marks`)]).toEqual([
      { prunedEventId: "1000000002", timelineEventId: "1000000002" },
    ]);
    expect([...(await target`select nextval('event_ids') as id`)]).toEqual([{ id: "1000000003" }]);
  });

  test("loads with psql what `bun run dump` wrote of the embedded PostgreSQL", async () => {
    const embedded = await startDatabase();
    closers.push(embedded.stop);
    await storeRows(embedded.sql);
    const dump = createWriteStream(join(workDir, "bellbuoy.sql"));
    await writeDump(embedded.sql, dump);
    dump.end();
    await finished(dump);
    const own = await startCluster("own");
    await Bun.$`${pathOf("psql")} --quiet --set=ON_ERROR_STOP=1 --file=${dump.path} ${own}`.quiet();
    const target = connect(own);
    await migrate(target);
    expect(await rowsOf(target)).toEqual(await rowsOf(embedded.sql));
    expect([...(await target`select nextval('event_ids') as id`)]).toEqual([{ id: "3" }]);
  });
});
