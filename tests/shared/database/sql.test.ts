// Names and settings of PostgreSQL connections.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { applicationName, connectSql, explainDatabase, inTransaction, type Sql } from "../../../shared/database/sql.ts";
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

test("numbers and isolation are the same, whatever the database sets", async () => {
  const url = await createDatabase();
  const owner = connectSql(url, "test");
  open.push(owner);
  for (const setting of ["extra_float_digits = -10", "default_transaction_isolation = 'serializable'"]) {
    await owner.unsafe(`alter database ${new URL(url).pathname.slice(1)} set ${setting}`);
  }
  const sql = connectSql(url, "test");
  open.push(sql);
  const read = inTransaction(
    sql,
    (tx) => tx`select 1013.25::float8 as pressure, current_setting('transaction_isolation') as isolation`,
  );
  expect(await read).toMatchObject([{ pressure: 1013.25, isolation: "read committed" }]);
});

test("a statement outlives no time limit, and leaves none in the session", async () => {
  const sql = Object.assign(connectSql(await createDatabase(), "test"), { statementMs: 50 });
  open.push(sql);
  await expect(inTransaction(sql, (tx) => tx`select pg_sleep(60)`)).rejects.toThrow("statement timeout");
  expect(await sql`select current_setting('statement_timeout') as limit`).toMatchObject([{ limit: "0" }]);
});

test("a missing database and a wrong password have a code and a reason", async () => {
  const url = new URL(await createDatabase());
  const codeOf = async (changed: Partial<URL>) => {
    const sql = connectSql(Object.assign(new URL(url), changed).href, "test");
    open.push(sql);
    return explainDatabase(await sql`select 1`.catch((error) => error))?.code;
  };
  expect(await codeOf({ pathname: "/nowhere" })).toBe("postgresql_no_database");
  expect(await codeOf({ password: "wrong" })).toBe("postgresql_wrong_password");
});

test("while no host is a primary, a query fails with the reason of each host", async () => {
  const url = await createDatabase();
  const dead = new URL(url);
  dead.port = "1";
  const sql = connectSql(`${dead.href}?target_session_attrs=primary`, "test");
  open.push(sql);
  await expect(sql`select 1`).rejects.toThrow(/^no host is a primary that answers \(127\.0\.0\.1:1: .*refused/i);
});
