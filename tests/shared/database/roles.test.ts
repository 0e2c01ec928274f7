// The role of the server: it reads everything, also tables of later migrations, and writes nothing.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { migrate } from "../../../shared/database/migrate.ts";
import { connectSql } from "../../../shared/database/sql.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { createDatabase } from "../../rig/database.ts";
import { listen } from "../../rig/listen.ts";
import { observed } from "../../rig/observed.ts";
import { startStack } from "../../rig/stack.ts";
import { createTestClock } from "../../rig/test-clock.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const suffix = crypto.randomUUID().slice(0, 8);
const [workerRole, serverRole] = [`worker_${suffix}`, `server_${suffix}`];
const admin = await createDatabase();
const name = `roles_${suffix}`;
const script = await Bun.file(join(import.meta.dir, "../../../services/postgres/roles.sql")).text();
const addressOf = (role: string) =>
  Object.assign(new URL(admin), { pathname: `/${name}`, username: role, password: "secret" }).href;

/** Runs the script as psql does, with names that no other test uses. */
async function createRoles(): Promise<void> {
  const plain = script
    .replace(/^\\(getenv|if[\s\S]*?\\endif).*$/gm, "")
    .replaceAll(/:'\w+_password'/g, "'secret'")
    .replaceAll("bellbuoy_server", serverRole)
    .replaceAll("role bellbuoy", `role ${workerRole}`)
    .replaceAll("owner bellbuoy", `owner ${workerRole}`)
    .replaceAll("to bellbuoy;", `to ${workerRole};`)
    .replaceAll("database bellbuoy", `database ${name}`);
  const [before = "", after = ""] = plain.split("\\connect bellbuoy");
  for (const [address, part] of [
    [admin, before],
    [Object.assign(new URL(admin), { pathname: `/${name}` }).href, after],
  ] as const) {
    const sql = connectSql(address, "test");
    for (const statement of part.replace(/^--.*$/gm, "").split(";")) {
      if (statement.trim() !== "") await sql.unsafe(statement);
    }
    await sql.end();
  }
}

await createRoles();
const worker = connectSql(addressOf(workerRole), "test", createTestClock());
const server = connectSql(addressOf(serverRole), "test", createTestClock());

afterAll(async () => {
  await Promise.all([worker.end({ timeout: 1 }), server.end({ timeout: 1 })]);
  await stack.stop();
});

test("a server waits for the worker's migrations, and serves everything with rights to read only", async () => {
  await stack.redis.acl(
    "SETUSER",
    "reader",
    "on",
    ">secret",
    "&observations:new",
    "+subscribe",
    "+unsubscribe",
    "+ping",
  );
  const running = await stack.start("server", {
    DATABASE_URL: addressOf(serverRole),
    REDIS_URL: `${stack.redisUrl}?username=reader&password=secret`,
  });
  const young = await fetch(`${running.url}/ready`);
  expect(young.status).toBe(503);
  expect(await young.text()).toContain("schema_not_ready");
  await migrate(worker);
  while (!(await fetch(`${running.url}/ready`)).ok) await Bun.sleep(20);
  const file = { etag: null, lastModified: null, hash: null };
  await storePoll(worker, latestObsPath, file, [observed("44009", "2026-05-06T12:00Z")], unguardedIds);
  for (const path of [
    "stations",
    "stations/44009",
    "observations",
    "observations/latest",
    "status",
    "conditions",
    "medians",
  ]) {
    expect((await fetch(`${running.url}/v1/${path}`)).status).toBe(200);
  }
  const listener = await listen(
    `${running.url}/v1/observations/stream?since=2026-05-06T00:00:00Z&bbox=-180,-90,180,90`,
  );
  listener.leave();
  expect((await fetch(`${running.url}/metrics`)).status).toBe(200);
  expect(running.logged.filter(({ level }) => level === "error")).toEqual([]);
});

test("its role cannot write, and can read the tables of later migrations", async () => {
  for (const statement of [
    "insert into stations (station_id) values ('44010')",
    "delete from observations",
    "truncate stream_marks",
    "create table more (id int)",
    "create temporary table more (id int)",
    "select nextval('event_ids')",
  ]) {
    await expect(Promise.resolve(server.unsafe(statement))).rejects.toThrow(/permission denied/);
  }
  await worker`create table of_a_later_migration (id int)`;
  expect([...(await server`select * from of_a_later_migration`)]).toEqual([]);
});

test("neither role is a superuser", async () => {
  const roles =
    await worker`select rolname from pg_roles where rolsuper and rolname in ${worker([workerRole, serverRole])}`;
  expect([...roles]).toEqual([]);
});
