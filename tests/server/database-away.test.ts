// Tests of the server's answers while PostgreSQL is down or hangs.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { migrate } from "../../shared/database/migrate.ts";
import { connectSql } from "../../shared/database/sql.ts";
import { startApp } from "../rig/app.ts";
import { createDatabase } from "../rig/database.ts";
import { listen } from "../rig/listen.ts";
import { startStack } from "../rig/stack.ts";
import { createTestClock } from "../rig/test-clock.ts";
import { startWire } from "../rig/wire.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const wire = await startWire(stack.databaseUrl);
const server = await stack.start("server", { DATABASE_URL: wire.url });
const get = (path: string) => fetch(server.url + path);
const line =
  '{"stationId":"44009","timestamp":"2025-11-15T12:00:00.000Z","waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8}';

afterAll(async () => {
  await stack.stop();
  await wire.stop();
});

const linesAbout = (message: string) => server.logged.filter((entry) => entry.message === message).length;

async function readyWhen(status: number): Promise<void> {
  while ((await get("/ready")).status !== status) await Bun.sleep(10);
}

describe("while PostgreSQL is down", () => {
  test("every request gets 503 with Retry-After, from the first one on, and the log has one line", async () => {
    await readyWhen(200);
    const listener = await listen(`${server.url}/v1/observations/stream`);
    // On a slow machine, the start may already have logged these lines.
    const [waited, answered] = [linesAbout("waiting for PostgreSQL"), linesAbout("PostgreSQL answers")];
    await wire.cut();
    for (const path of ["/v1/stations", "/v1/observations/latest", "/v1/stations/44009", "/v1/stations"]) {
      const response = await get(path);
      expect(response.status).toBe(503);
      expect(response.headers.get("Retry-After")).toBe("5");
      expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    }
    expect((await get("/health")).status).toBe(200);
    expect((await get("/ready")).status).toBe(503);
    await stack.redis.publish("observations:new", line);
    expect((await listener.heard(1))[0]?.data).toBe(line);
    listener.leave();

    await wire.mend();
    await readyWhen(200);
    expect((await get("/v1/stations")).status).toBe(200);
    expect(linesAbout("waiting for PostgreSQL")).toBe(waited + 1);
    expect(linesAbout("PostgreSQL answers")).toBe(answered + 1);
    expect(server.logged.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("and hangs, a request is answered before its connection times out", async () => {
    const sql = connectSql(wire.url, "server");
    const clock = createTestClock();
    const app = await startApp(stack, { sql, clock });
    const stations = `${app.url}/v1/stations`;
    expect((await fetch(stations)).status).toBe(200);
    wire.hold();
    const idle = clock.waiting;
    const asked = fetch(stations);
    while (clock.waiting === idle) await Bun.sleep(1);
    // Bun closes connections that are idle for ten seconds.
    await clock.advance(9_000);
    expect((await asked).status).toBe(503);
    expect(clock.waiting).toBe(idle);
    await wire.mend();
    let status = 503;
    while (status === 503) ({ status } = await fetch(stations));
    expect(status).toBe(200);
    await app.stop();
    await sql.end({ timeout: 1 });
  });
});

test("until a worker has created or migrated the tables, requests get 503, and are answered afterwards", async () => {
  const databaseUrl = await createDatabase();
  const young = await stack.start("server", { DATABASE_URL: databaseUrl });
  const reason =
    "the database tables do not exist yet, or are older than this server: a worker of its version migrates them";
  for (const path of ["/v1/stations", "/v1/observations/latest", "/v1/status"]) {
    const response = await fetch(young.url + path);
    expect(response.status).toBe(503);
    expect(response.headers.get("Retry-After")).toBe("5");
    expect(await response.json()).toMatchObject({ title: "Not available now", detail: reason });
  }
  const ready = await fetch(`${young.url}/ready`);
  expect(ready.status).toBe(503);
  const { problems } = (await ready.json()) as { problems: unknown[] };
  expect(problems).toContainEqual({ code: "schema_not_ready", reason, message: `PostgreSQL: ${reason}` });
  const waits = await young.line(({ message }) => message === "waiting for the database schema");
  expect(waits).toMatchObject({ reason: "the database has no tables yet: a worker creates them" });
  const other = connectSql(databaseUrl, "test", createTestClock());
  await migrate(other);
  while (!(await fetch(`${young.url}/ready`)).ok) await Bun.sleep(10);
  expect((await fetch(`${young.url}/v1/observations/latest`)).status).toBe(200);
  expect(young.logged.filter(({ level }) => level === "error")).toEqual([]);
  await other.end({ timeout: 0 });
});
