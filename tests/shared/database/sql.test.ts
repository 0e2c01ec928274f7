// Names and settings of PostgreSQL connections.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { applicationName, connectSql, type Sql } from "../../../shared/database/sql.ts";
import { createDatabase } from "../../rig/database.ts";

setDefaultTimeout(120_000);

const open: Sql[] = [];
afterAll(() => Promise.all(open.map((sql) => sql.end({ timeout: 1 }))));

test("PostgreSQL shows each pool under a unique name with service, process and host", async () => {
  const url = await createDatabase();
  const names = await Promise.all(
    [1, 2].map(async () => {
      const sql = connectSql(url, "test");
      open.push(sql);
      const [row] = await sql<{ name: string }[]>`select current_setting('application_name') as name`;
      return row?.name ?? "";
    }),
  );
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(name).toStartWith(`bellbuoy-test ${process.pid}@`);
});

test("a long host name is shortened, so that the unique part of the name remains", () => {
  const host = "bellbuoy-server-7d9f8b6c5-abcde.a-very-long-namespace.svc.cluster.example.org";
  const names = Array.from({ length: 3 }, () => applicationName("server", host));
  expect(new Set(names).size).toBe(3);
  for (const name of names) {
    expect(Buffer.byteLength(name)).toBe(63);
    expect(name).toStartWith(`bellbuoy-server ${process.pid}@bellbuoy-server-7d9f`);
  }
});

test("a time is read as stored, independent of the DateStyle of the database", async () => {
  const url = await createDatabase();
  const owner = connectSql(url, "test");
  open.push(owner);
  await owner.unsafe(`alter database ${new URL(url).pathname.slice(1)} set datestyle = 'SQL, DMY'`);
  const sql = connectSql(url, "test");
  open.push(sql);
  for (const time of ["2026-11-07T03:20:00.000Z", "2026-11-28T03:20:00.000Z"]) {
    const [row] = await sql<{ at: Date }[]>`select ${time}::timestamptz as at`;
    expect(row?.at.toISOString()).toBe(time);
  }
});
