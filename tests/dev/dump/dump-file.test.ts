// Dumps of a database, and event ids after a restore.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { loadDump, writeDump } from "../../../services/dev/dump/dump-file.ts";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storeHistory } from "../../../services/worker/store/history.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { connectPatientSql, type Sql } from "../../../shared/database/sql.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { createDatabase, startDatabase } from "../../rig/database.ts";
import { observed } from "../../rig/observed.ts";

setDefaultTimeout(120_000);

const database = await startDatabase();
const { sql } = database;
const opened: Sql[] = [];
let dump = "";

beforeAll(async () => {
  const file = { etag: '"1"', lastModified: "Wed, 06 May 2026 12:00:00 GMT", hash: "a" };
  const rows = ["44009", "46026"].map((station) => observed(station, "2026-05-06T11:50Z", { waveHeightM: 2.4 }));
  await storePoll(sql, latestObsPath, file, rows, unguardedIds);
  await storeHistory(sql, [observed("44009", "2026-05-06T10:50Z", { airTempC: -1.5 })], unguardedIds);
  // Text that a dump must escape.
  await sql`update stations set name = ${"a\\b\ttab\nline\\."}, owner = 'NDBC' where station_id = '44009'`;
  dump = await dumpOf(sql);
});
afterAll(async () => {
  await Promise.all(opened.map((pool) => pool.end({ timeout: 1 })));
  await database.stop();
});

async function dumpOf(source: Sql): Promise<string> {
  const to = new PassThrough();
  const whole = text(to);
  await writeDump(source, to);
  to.end();
  return whole;
}

async function emptyDatabase(): Promise<Sql> {
  const pool = connectPatientSql(await createDatabase(), "test");
  opened.push(pool);
  return pool;
}

const load = (target: Sql, content: string) => loadDump(target, new Blob([content]).stream());

describe("a dump", () => {
  test("loads every row into another database, and its next event id", async () => {
    const copy = await emptyDatabase();
    await load(copy, dump);
    for (const table of ["observations", "stations", "upstream_files", "stream_marks", "migrations"]) {
      const rows = (of: Sql) => of`select * from ${of(table)} order by 1, 2`;
      expect([...(await rows(copy))]).toEqual([...(await rows(sql))]);
    }
    expect(await copy`select nextval('event_ids') as id`).toMatchObject([{ id: "3" }]);
    expect(await dumpOf(copy)).toContain("select setval('event_ids', 3, true);");
  });

  test("is refused by a database with tables", async () => {
    await expect(load(sql, dump)).rejects.toThrow("the database has tables already");
  });

  test.each([
    ["after some rows", () => dump.slice(0, dump.indexOf("44009") + 20)],
    ["before its last line", () => dump.slice(0, dump.lastIndexOf("commit"))],
    ["at its start", () => ""],
  ])("that is cut off %s loads nothing", async (_, cut) => {
    const url = await createDatabase();
    const copy = connectPatientSql(url, "test");
    await expect(load(copy, cut())).rejects.toThrow("the dump is not whole, so nothing was loaded");
    await copy.end({ timeout: 0 });
    const again = connectPatientSql(url, "test");
    opened.push(again);
    expect(await again`select to_regclass('observations') as found`).toMatchObject([{ found: null }]);
  });
});
