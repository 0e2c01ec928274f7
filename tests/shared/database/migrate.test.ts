// Migrations: several services at once, repeated runs, upgrades of released databases, and refusals.

import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { basename, join } from "node:path";
import postgres from "postgres";
import { checkSchema, migrate } from "../../../shared/database/migrate.ts";
import { connectSql, type Sql } from "../../../shared/database/sql.ts";
import { measurements, type StoredObservation } from "../../../shared/measurements.ts";
import { encodeObservation } from "../../../shared/observation.ts";
import { startApp } from "../../rig/app.ts";
import { createDatabase } from "../../rig/database.ts";
import { type ServiceName, spawnService, startStack } from "../../rig/stack.ts";

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
  "job_results",
  "migrations",
  "observations",
  "polling",
  "rejected_rows",
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

test("a failed migration is named with its remedy, leaves no changes, and succeeds without its obstacle", async () => {
  const [sql] = (await connect(1)) as [Sql];
  await sql`create table backfilled_hours (in_the_way int)`;
  await expect(migrate(sql)).rejects.toMatchObject({
    code: "migration_failed",
    message:
      'migration 0001-observations failed: relation "backfilled_hours" already exists. Nothing was changed. Correct this in the database and start again, or start the version before',
  });
  expect(await tables(sql)).toEqual(["backfilled_hours"]);
  await sql`drop table backfilled_hours`;
  await migrate(sql);
  expect(await tables(sql)).toEqual(all);
});

const releases = join(import.meta.dir, "../../fixtures/databases");
const readRows = (sql: Sql) => sql<StoredObservation[]>`
  select station_id, observed_at, ${sql(measurements)}, event_id from observations order by observed_at, station_id
`;

describe("a database of a release", () => {
  const versions = [...new Bun.Glob("*.sql").scanSync(releases)].map((file) => basename(file, ".sql"));
  const lastRelease = versions.toSorted(Bun.semver.order).at(-1);

  test.each(versions.map((version) => [version]))("%s is migrated, and serves the same rows", async (release) => {
    const databaseUrl = await createDatabase();
    const loader = postgres(databaseUrl, { max: 1, onnotice: () => {} });
    await loader.unsafe(await Bun.file(join(releases, `${release}.sql`)).text());
    await loader.end();
    const sql = connectSql(databaseUrl, "test");
    open.push(sql);
    // Since the last release there may be no new migration.
    expect(await checkSchema(sql)).toMatch(release === lastRelease ? /^(older|current)$/ : /^older$/);
    const rows = await readRows(sql);
    expect(rows).toHaveLength(48);

    await migrate(sql);
    expect(await checkSchema(sql)).toBe("current");
    expect([...(await readRows(sql))]).toEqual([...rows]);
    const stack = await startStack();
    const app = await startApp(stack, { sql });
    const answer = await fetch(`${app.url}/v1/observations?limit=1000`, {
      headers: { Accept: "application/x-ndjson" },
    });
    const served = (await answer.text()).trim().split("\n");
    const inWords = rows.map(({ eventId, ...row }) => ({
      ...JSON.parse(encodeObservation(row)),
      ...(eventId === null ? {} : { eventId }),
    }));
    expect(served.map((line) => JSON.parse(line))).toEqual(expect.arrayContaining(inWords));
    expect(served).toHaveLength(rows.length);
    const status = await (await fetch(`${app.url}/v1/status`)).json();
    expect(status).toMatchObject({ lastEventId: "42" });
    await app.stop();
    await stack.stop();
  });

  test("has no checksums yet: they are stored once and compared from then on", async () => {
    const [sql] = (await connect(1)) as [Sql];
    await migrate(sql);
    await sql`alter table migrations drop column checksum`;
    await migrate(sql);
    const checksums = await sql<{ checksum: string }[]>`select checksum from migrations order by name`;
    // The migrations of 0.1.0: a released one must never change.
    expect(checksums.slice(0, 2).map(({ checksum }) => checksum.slice(0, 8))).toEqual(["70023529", "4d1a5fd2"]);
  });
});

/** What can be wrong with a database, with the code of the refusal and its words. */
const foreign: [string, (sql: Sql) => Promise<unknown>, string, string][] = [
  [
    "is one migration ahead",
    (sql) => sql`insert into migrations (name, checksum) values ('0099-of-tomorrow', 'c')`,
    "schema_newer",
    "the database is newer than this version: it has the migration 0099-of-tomorrow. Start the version that made it, or restore a backup from before that upgrade",
  ],
  [
    "was made by another text of a migration",
    (sql) => sql`update migrations set checksum = 'another' where name = '0003-backfill-coverage'`,
    "schema_changed",
    "the migration 0003-backfill-coverage is not the one that made the database. Start an unchanged release of bellbuoy; if you have changed the migrations, undo it and add another one",
  ],
  [
    "lacks a migration between others",
    (sql) => sql`delete from migrations where name = '0002-vacuum'`,
    "schema_changed",
    "the migration 0002-vacuum is missing in the database. Start an unchanged release of bellbuoy; if you have changed the migrations, undo it and add another one",
  ],
];

describe("a database that", () => {
  test.each(foreign)("%s is refused, and stays as it is", async (_, spoil, code, message) => {
    const [sql] = (await connect(1)) as [Sql];
    await migrate(sql);
    await spoil(sql);
    const before = await sql`select * from migrations order by name`;
    await expect(migrate(sql)).rejects.toMatchObject({ code, message });
    await expect(checkSchema(sql)).rejects.toMatchObject({ code, message });
    expect([...(await sql`select * from migrations order by name`)]).toEqual([...before]);
  });

  test("has a table migrations of another program is refused", async () => {
    const [sql] = (await connect(1)) as [Sql];
    await sql`create table migrations (id int)`;
    await expect(migrate(sql)).rejects.toMatchObject({ code: "migration_failed" });
  });
});

test.concurrent.each([["worker"], ["server"]] as const)(
  "a %s ends with one line at a newer database",
  async (service) => {
    const ended = await endAt(service, (sql) => sql`insert into migrations (name, checksum) values ('0099-x', 'c')`);
    expect(ended).toEqual({
      code: 1,
      stderr: `bellbuoy ${service}: the database is newer than this version: it has the migration 0099-x. Start the version that made it, or restore a backup from before that upgrade\n`,
    });
  },
);

/** Starts a service on a migrated database that `spoil` has changed. Resolves with its end. */
async function endAt(service: ServiceName, spoil: (sql: Sql) => Promise<unknown>) {
  const databaseUrl = await createDatabase("migrated");
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  await spoil(sql as Sql);
  await sql.end();
  return spawnService(service, { DATABASE_URL: databaseUrl, REDIS_URL: "unix:/nonexistent/redis.sock" }).ended;
}
