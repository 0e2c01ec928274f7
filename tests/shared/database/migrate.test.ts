// Migrations: several services at once, repeated runs, and failures.

import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { migrate } from "../../../shared/database/migrate.ts";
import { connectSql, type Sql } from "../../../shared/database/sql.ts";
import { createDatabase } from "../../rig/database.ts";

setDefaultTimeout(120_000);

const open: Sql[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((sql) => sql.end({ timeout: 1 })));
});

/** Number of services, each with its own pool, on one empty database. */
async function connect(services: number): Promise<Sql[]> {
  const url = await createDatabase();
  const pools = Array.from({ length: services }, () => connectSql(url, "test"));
  open.push(...pools);
  return pools;
}

async function tables(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'public' order by table_name
  `;
  return rows.map(({ name }) => name);
}

const all = [
  "backfilled_hours",
  "batches",
  "migrations",
  "observations",
  "polling",
  "stations",
  "stream_marks",
  "upstream_files",
];

test("services that start at the same time on an empty database all find one schema", async () => {
  const services = await connect(6);
  await Promise.all(services.map(migrate));
  for (const sql of services) expect(await tables(sql)).toEqual(all);
  const [sql] = services as [Sql];
  const names = (await sql<{ name: string }[]>`select name from migrations order by name`).map(({ name }) => name);
  const files = [...new Bun.Glob("*.sql").scanSync(`${import.meta.dir}/../../../shared/database/migrations`)].sort();
  expect(names.map((name) => `${name}.sql`)).toEqual(files);
  expect([...(await sql`select * from stream_marks`)]).toEqual([
    { onlyRow: true, publishedEventId: "0", prunedEventId: "0", timelineEventId: "0" },
  ]);
});

test("a schema that is up to date stays unchanged, with its rows", async () => {
  const [sql] = (await connect(1)) as [Sql];
  await migrate(sql);
  await sql`insert into stations (station_id, name) values ('44009', 'DELAWARE BAY')`;
  const applied = await sql`select * from migrations`;
  await migrate(sql);
  expect([...(await sql`select * from migrations`)]).toEqual([...applied]);
  expect(await sql`select name from stations`).toMatchObject([{ name: "DELAWARE BAY" }]);
});

test("a failed migration leaves no changes, and succeeds after its obstacle is removed", async () => {
  const [sql] = (await connect(1)) as [Sql];
  await sql`create table backfilled_hours (in_the_way int)`;
  await expect(migrate(sql)).rejects.toThrow('relation "backfilled_hours" already exists');
  expect(await tables(sql)).toEqual(["backfilled_hours"]);
  await sql`drop table backfilled_hours`;
  await migrate(sql);
  expect(await tables(sql)).toEqual(all);
});
