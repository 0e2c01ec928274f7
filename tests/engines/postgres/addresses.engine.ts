// The forms of DATABASE_URL against a real PostgreSQL of Debian, with sockets, IPv6 and TLS.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { daemonAccount, giveTo } from "../../../services/dev/daemons/account.ts";
import { startDaemon } from "../../../services/dev/daemons/daemon.ts";
import { freePort } from "../../../services/dev/daemons/ports.ts";
import { migrate } from "../../../shared/database/migrate.ts";
import { connectSql } from "../../../shared/database/sql.ts";
import { spawnService } from "../../rig/stack.ts";
import { isMissing, pathOf } from "../programs.ts";

setDefaultTimeout(120_000);

const password = "p@ss/w:rd?#%";
const port = freePort();
let folder: string;
let stop: () => Promise<void>;

/** Makes a certificate for localhost, and one that did not sign it. PostgreSQL must own its key. */
async function makeCertificate(name: string): Promise<void> {
  const files = ["-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.pem`)];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  await Bun.$`openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ${names} ${files}`.quiet();
}

beforeAll(async () => {
  if (isMissing("initdb", "openssl")) return;
  const account = await daemonAccount();
  folder = mkdtempSync(join(tmpdir(), "bellbuoy-pg-"));
  chmodSync(folder, 0o755);
  await makeCertificate("server");
  await makeCertificate("other");
  await Bun.write(join(folder, "password"), password);
  for (const file of ["", "password", "server.key"]) giveTo(account, join(folder, file));
  const data = join(folder, "data");
  const initdb = [pathOf("initdb"), "-D", data, "-U", "buoys", "--auth=scram-sha-256", "--no-sync"];
  const made = Bun.spawn([...initdb, `--pwfile=${join(folder, "password")}`], {
    cwd: folder,
    ...account,
    stdio: ["ignore", "ignore", "inherit"],
  });
  expect(await made.exited).toBe(0);
  const settings = {
    port: String(port),
    listen_addresses: hasIpv6 ? "127.0.0.1,::1" : "127.0.0.1",
    unix_socket_directories: folder,
    ssl: "on",
    ssl_cert_file: join(folder, "server.pem"),
    ssl_key_file: join(folder, "server.key"),
    fsync: "off",
  };
  const postgres = await startDaemon({
    command: [join(pathOf("initdb"), "../postgres"), "-D", data].concat(
      Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ),
    cwd: folder,
    account,
    logsTo: "stderr",
    ready: "ready to accept connections",
    ask: "SIGINT",
    insist: "SIGQUIT",
  });
  stop = postgres.stop;
});
afterAll(async () => {
  await stop?.();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));
const login = `buoys:${encodeURIComponent(password)}`;
const dead = `127.0.0.1:${freePort()}`;
const root = (name: string) => `sslrootcert=${encodeURIComponent(join(folder, `${name}.pem`))}`;

/** Returns how PostgreSQL sees the connection of an address. */
async function connectTo(url: string) {
  const sql = connectSql(url, "test");
  try {
    const [row] = await sql<[{ user: string; isSocket: boolean; address: string | null; ssl: boolean }]>`
      select current_user as user, client_addr is null as is_socket, host(client_addr) as address, ssl
      from pg_stat_activity join pg_stat_ssl using (pid) where pid = pg_backend_pid()
    `;
    return row;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

describe.skipIf(isMissing("initdb", "openssl"))("PostgreSQL is reached", () => {
  test.each<[string, () => string, object]>([
    ["by host and port", () => `postgres://${login}@127.0.0.1:${port}/postgres`, { isSocket: false, ssl: false }],
    [
      "by a socket folder in a parameter",
      () => `postgres:///postgres?host=${folder}&port=${port}&user=buoys&password=${encodeURIComponent(password)}`,
      { isSocket: true },
    ],
    [
      "by a percent-encoded socket folder",
      () => `postgres://${login}@${encodeURIComponent(folder)}:${port}/postgres`,
      { isSocket: true },
    ],
    ["by the second of two hosts", () => `postgres://${login}@${dead},127.0.0.1:${port}/postgres`, { isSocket: false }],
    [
      "by a host list of a parameter, with target_session_attrs",
      () => `postgres://${login}@/postgres?host=127.0.0.1,${folder}&port=${port}&target_session_attrs=read-write`,
      { isSocket: false },
    ],
    ["over TLS", () => `postgres://${login}@127.0.0.1:${port}/postgres?sslmode=require`, { ssl: true }],
    ["over TLS, if it has it", () => `postgres://${login}@127.0.0.1:${port}/postgres?sslmode=prefer`, { ssl: true }],
    [
      "over TLS with a check of name and certificate",
      () => `postgres://${login}@localhost:${port}/postgres?sslmode=verify-full&${root("server")}`,
      { ssl: true },
    ],
    [
      "over TLS with a check of the certificate alone",
      () => `postgres://${login}@127.0.0.1:${port}/postgres?sslmode=verify-ca&${root("server")}`,
      { ssl: true },
    ],
    [
      "with what hosting services add",
      () =>
        `postgresql://${login}@127.0.0.1:${port}/postgres?sslmode=require&channel_binding=prefer&schema=public&connect_timeout=15&pgbouncer=true&connection_limit=1&options=-c%20geqo%3Doff`,
      { ssl: true },
    ],
  ])("%s", async (_how, url, seen) => {
    expect(await connectTo(url())).toMatchObject({ user: "buoys", ...seen });
  });

  test.skipIf(!hasIpv6)("by an IPv6 address", async () => {
    expect(await connectTo(`postgres://${login}@[::1]:${port}/postgres`)).toMatchObject({ address: "::1" });
  });

  test("not if another certificate signed its own, or the name is another", async () => {
    const url = (host: string, name: string) =>
      `postgres://${login}@${host}:${port}/postgres?sslmode=verify-full&${root(name)}`;
    await expect(connectTo(url("localhost", "other"))).rejects.toThrow();
    await expect(connectTo(url("127.0.0.1", "server"))).rejects.toThrow();
  });
});

test.skipIf(isMissing("initdb", "openssl"))("PostgreSQL of Debian takes the migrations", async () => {
  const sql = connectSql(`postgres://${login}@127.0.0.1:${port}/postgres`, "test");
  await migrate(sql);
  expect(await sql`select published_event_id from stream_marks`).toMatchObject([{ publishedEventId: "0" }]);
  await sql.end();
});

test("a service stops with one line about a certificate file that is missing", async () => {
  const url = "postgres://me:s3cret@localhost/db?sslmode=verify-full&sslrootcert=/nowhere/root.pem";
  const { code, stderr } = await spawnService("worker", { DATABASE_URL: url }).ended;
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr:
      "bellbuoy worker: cannot start: DATABASE_URL: the file of sslrootcert cannot be read: ENOENT: no such file or directory, open '/nowhere/root.pem'\n",
  });
});
