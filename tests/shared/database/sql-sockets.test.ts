// PostgreSQL connections that fall silent, on a clock that the tests control.

import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../services/dev/daemons/ports.ts";
import { startPostgres } from "../../../services/dev/daemons/postgres.ts";
import { connectSql, inTransaction, type Sql } from "../../../shared/database/sql.ts";
import type { SqlHost } from "../../../shared/database/sql-address.ts";
import { createSqlSockets } from "../../../shared/database/sql-sockets.ts";
import { createDatabase } from "../../rig/database.ts";
import { createTestClock, type TestClock } from "../../rig/test-clock.ts";
import { startWire } from "../../rig/wire.ts";

setDefaultTimeout(120_000);

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A pool and a wire to the database, both on a test clock. */
async function openPool(url?: string) {
  const wire = await startWire(url ?? (await createDatabase()));
  const clock = createTestClock();
  const sql = connectSql(wire.url, "test", clock);
  closers.push(wire.stop, () => sql.end({ timeout: 0 }));
  return { wire, clock, sql };
}

/** Runs concurrent queries that need several connections at once. */
async function useConnections(sql: Sql, count: number): Promise<number[]> {
  const all = Promise.withResolvers<void>();
  let begun = 0;
  return Promise.all(
    Array.from({ length: count }, () =>
      inTransaction(sql, async (tx) => {
        const [row] = await tx<[{ pid: number }]>`select pg_backend_pid() as pid`;
        begun += 1;
        if (begun === count) all.resolve();
        await all.promise;
        return row.pid;
      }),
    ),
  );
}

/** Advances the clock until all promises are settled. */
async function settled(clock: TestClock, asked: Promise<unknown>[]): Promise<PromiseSettledResult<unknown>[]> {
  let isOver = false;
  const outcomes = Promise.allSettled(asked).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await clock.advance(1_000);
    await Bun.sleep(1);
  }
  return outcomes;
}

describe("a connection that falls silent", () => {
  test("is closed and its query fails, and the next query uses another connection", async () => {
    const { wire, clock, sql } = await openPool();
    const [before] = await useConnections(sql, 1);
    wire.freezeCurrent();
    const [lost] = await settled(clock, [sql`select 1`.then((rows) => rows)]);
    expect(lost).toMatchObject({ status: "rejected", reason: { code: "CONNECTION_CLOSED" } });
    const [after] = await useConnections(sql, 1);
    expect(after).not.toBe(before);
  });

  test("is replaced when all connections are silent, busy or idle, and queries work again", async () => {
    const { wire, clock, sql } = await openPool();
    const before = await useConnections(sql, 8);
    expect(wire.passing).toBe(8);
    wire.freezeCurrent();
    await settled(clock, [sql`select 1`, sql`select 2`, useConnections(sql, 3)]);
    const after = await useConnections(sql, 8);
    expect(before.filter((pid) => after.includes(pid))).toEqual([]);
  });

  test("is closed in the middle of an answer", async () => {
    const { wire, clock, sql } = await openPool();
    const asked = sql`select repeat('x', 20000000) as text`.then((rows) => rows);
    while (wire.bytesBack < 1_000_000) await Bun.sleep(1);
    wire.freezeCurrent();
    const [lost] = await settled(clock, [asked]);
    expect(lost).toMatchObject({ status: "rejected", reason: { code: "CONNECTION_CLOSED" } });
  });
});

const openssl = Bun.which("openssl");

test.skipIf(openssl === null)("lists of hosts and TLS: dead hosts are skipped, silent connections closed", async () => {
  const dir = mkdtempSync(join(tmpdir(), "bellbuoy-tls-"));
  closers.push(() => rm(dir, { recursive: true, force: true }));
  chmodSync(dir, 0o711);
  const [key, certificate] = [join(dir, "key.pem"), join(dir, "certificate.pem")];
  const asked = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost"];
  await Bun.$`openssl req ${asked} -keyout ${key} -out ${certificate}`.quiet();
  // PostgreSQL accepts a key file of its own user, or of root if its group can read it.
  const account = process.getuid?.() === 0 ? "postgres" : "";
  if (account) await Bun.$`chown ${account} ${key}`;
  const server = await startPostgres({
    dataDir: join(dir, "data"),
    settings: { fsync: "off", ssl: "on", ssl_key_file: key, ssl_cert_file: certificate },
  });
  closers.push(server.stop);
  const wire = await startWire(server.url);
  const { username, password, port, pathname } = new URL(wire.url);
  const hosts = `127.0.0.1:${freePort()},127.0.0.1:${port}`;
  const clock = createTestClock();
  const sql = connectSql(`postgres://${username}:${password}@${hosts}${pathname}?sslmode=require`, "test", clock);
  closers.push(wire.stop, () => sql.end({ timeout: 0 }));

  const before = await useConnections(sql, 3);
  const [tls] = await sql`select bool_and(ssl) as ssl from pg_stat_ssl where pid = any(${before})`;
  expect(tls).toEqual({ ssl: true });
  wire.freezeCurrent();
  const [lost] = await settled(clock, [sql`select 1`.then((rows) => rows)]);
  expect(lost).toMatchObject({ status: "rejected", reason: { code: "CONNECTION_CLOSED" } });
  const after = await useConnections(sql, 3);
  expect(before.filter((pid) => after.includes(pid))).toEqual([]);
});

test("while no host works, each is asked once per try, with longer pauses between tries", async () => {
  const clock = createTestClock();
  const hosts = ["a.example", "b.example"].map((host) => ({ host, port: 5432 }));
  const asked: string[] = [];
  const whyUnusable = async (host: SqlHost) => {
    if ("host" in host) asked.push(host.host);
    return "it is a replica";
  };
  const open = createSqlSockets({ hosts, whyUnusable, silenceMs: null }, clock, clock);
  async function fail(): Promise<number> {
    const opening = open();
    let waitedMs = 0;
    for (; clock.waiting > 0; waitedMs += 50) await clock.advance(50);
    const socket = await opening;
    const failed = Promise.withResolvers<Error>();
    socket.on("error", failed.resolve);
    await new Promise<void>((resolve) => socket.on("close", () => resolve()));
    expect((await failed.promise).message).toBe(
      "no host is a primary that answers (a.example:5432: it is a replica; b.example:5432: it is a replica)",
    );
    return waitedMs;
  }
  const waits: number[] = [];
  for (let times = 0; times < 8; times++) waits.push(await fail());
  expect(waits).toEqual([0, 50, 100, 200, 400, 800, 1_000, 1_000]);
  expect(asked).toEqual(Array.from({ length: 8 }, () => ["a.example", "b.example"]).flat());
});
