// Every address form of docs/self-hosting.md is parsed as the page says.

import { expect, test } from "bun:test";
import { join } from "node:path";
import { parseSqlAddress } from "../../shared/database/sql-address.ts";
import { parseRedisAddress } from "../../shared/redis/redis-address.ts";

const page = await Bun.file(join(import.meta.dir, "../../docs/self-hosting.md")).text();

/** Returns the first column of the table with this heading. */
function formsOf(heading: string): string[] {
  const [, rows = ""] = page.split(
    new RegExp(`^\\| ${heading.replace(/[.*+?^$()|]/g, "\\$&")} +\\|.*\n\\| -.*\n`, "m"),
  );
  return [...(rows.split("\n\n")[0] ?? "").matchAll(/^\| `([^`]+)`/gm)].map(([, form = ""]) => form);
}

const db = { host: "db.example.org", port: 5432 };
const login = { username: "bellbuoy", password: "secret", database: "bellbuoy" };
const socket = { hosts: [{ path: "/var/run/postgresql/.s.PGSQL.5432" }], database: "bellbuoy" };
const at = `postgres://bellbuoy:secret@db.example.org/bellbuoy`;
const tls = (mode: string, files = {}) => ({
  tls: { mode, rootCertFile: null, certFile: null, keyFile: null, ...files },
});

const sqlForms: Record<string, object> = {
  "postgres://bellbuoy:secret@db.example.org:5432/bellbuoy": { hosts: [db], needsPrimary: false, ...login },
  "postgres:///bellbuoy": { ...socket, username: undefined, password: undefined },
  "postgres:///bellbuoy?host=/var/run/postgresql&user=bellbuoy": { ...socket, username: "bellbuoy" },
  "postgres://bellbuoy@%2Fvar%2Frun%2Fpostgresql:5433/bellbuoy": {
    hosts: [{ path: "/var/run/postgresql/.s.PGSQL.5433" }],
    username: "bellbuoy",
    database: "bellbuoy",
  },
  "postgres://bellbuoy:secret@[2001:db8::7]/bellbuoy": { hosts: [{ host: "2001:db8::7", port: 5432 }], ...login },
  "postgres://bellbuoy:secret@db1.example.org,db2.example.org:5433/bellbuoy": {
    hosts: [
      { host: "db1.example.org", port: 5432 },
      { host: "db2.example.org", port: 5433 },
    ],
    needsPrimary: true,
    ...login,
  },
  "postgres://bellbuoy:secret@db1,db2/bellbuoy?target_session_attrs=read-write": {
    hosts: [
      { host: "db1", port: 5432 },
      { host: "db2", port: 5432 },
    ],
    needsPrimary: true,
    ...login,
  },
  [`${at}?sslmode=require`]: { hosts: [db], ...tls("require") },
  [`${at}?sslmode=verify-full`]: { hosts: [db], ...tls("verify-full") },
  [`${at}?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem`]: tls("verify-full", { rootCertFile: "/etc/ssl/db.pem" }),
  [`${at}?sslmode=require&channel_binding=prefer`]: { hosts: [db], ...tls("require") },
  [`${at}?schema=public&pgbouncer=true`]: { hosts: [db], ...login, ...tls("disable"), options: undefined },
  [`${at}?options=endpoint%3Dep-cool-1`]: { hosts: [db], options: "endpoint=ep-cool-1" },
};

const sqlRefusals: Record<string, string> = {
  "?channel_binding=require":
    "has channel_binding=require: bellbuoy has no channel binding. Remove it, and use sslmode=verify-full to be sure of the server",
  "?schema=buoys": "has schema=buoys: bellbuoy uses the schema of the role. Remove it, and set search_path of the role",
  "?target_session_attrs=standby":
    "has target_session_attrs=standby: bellbuoy writes, so it must be read-write, primary or any",
  "?sslcrl=/etc/ssl/crl.pem": "has the parameter sslcrl, which bellbuoy does not know",
};

const bell = { username: "bell", password: "secret" };
const h = (...hosts: [string, number][]) => hosts.map(([host, port]) => ({ host, port }));

const redisForms: Record<string, object> = {
  "redis://redis.example.org": { kind: "single", at: { host: "redis.example.org", port: 6379 }, db: 0, login: {} },
  "redis://:secret@redis.example.org:6380/2": {
    kind: "single",
    at: { host: "redis.example.org", port: 6380 },
    db: 2,
    login: { password: "secret" },
  },
  "redis://bell:p%40ss%2Fword@redis.example.org": { login: { username: "bell", password: "p@ss/word" } },
  "rediss://bell:secret@redis.example.org": { kind: "single", login: { ...bell, tls: {} } },
  "redis://[2001:db8::7]:6379": { at: { host: "2001:db8::7", port: 6379 } },
  "unix:/run/redis/redis.sock": { kind: "single", at: { path: "/run/redis/redis.sock" }, db: 0, login: {} },
  "unix:///run/redis/redis.sock?db=2&username=bell&password=secret": {
    kind: "single",
    at: { path: "/run/redis/redis.sock" },
    db: 2,
    login: bell,
  },
  "redis+sentinel://h1:26379,h2:26379,h3/mymaster/0": {
    kind: "sentinel",
    sentinels: h(["h1", 26379], ["h2", 26379], ["h3", 26379]),
    name: "mymaster",
    db: 0,
    login: {},
    sentinelLogin: {},
  },
  "redis+sentinel://bell:secret@h1,h2/mymaster?sentinelPassword=other": {
    kind: "sentinel",
    name: "mymaster",
    login: bell,
    sentinelLogin: { sentinelPassword: "other" },
  },
  "rediss+sentinel://bell:secret@h1,h2/mymaster": { kind: "sentinel", login: { ...bell, tls: {} } },
  "redis+cluster://bell:secret@h1:6379,h2:6379": {
    kind: "cluster",
    nodes: h(["h1", 6379], ["h2", 6379]),
    login: bell,
  },
  "rediss+cluster://bell:secret@h1,h2": { kind: "cluster", login: { ...bell, tls: {} } },
};

const redisRefusals: Record<string, string> = {
  "redis://h1,h2": "has several hosts: use redis+sentinel://host,host/name or redis+cluster://host,host",
  "redis+sentinel://h1:26379": "must name the primary, like redis+sentinel://host:26379/mymaster",
  "redis+cluster://h1/2": "must have no database: a cluster has only 0",
  "redis://h1?ssl_cert_reqs=none": "has the parameter ssl_cert_reqs, which bellbuoy does not know",
};

test("the page lists exactly these forms", () => {
  expect(formsOf("`DATABASE_URL`")).toEqual(Object.keys(sqlForms));
  expect(formsOf("refused in `DATABASE_URL`")).toEqual(Object.keys(sqlRefusals));
  expect(formsOf("`REDIS_URL`")).toEqual(Object.keys(redisForms));
  expect(formsOf("refused in `REDIS_URL`")).toEqual(Object.keys(redisRefusals));
});

test.each(Object.entries(sqlForms))("PostgreSQL: %s", (form, parsed) => {
  expect(parseSqlAddress(form)).toMatchObject(parsed);
});

test.each(Object.entries(sqlRefusals))("PostgreSQL refuses %s", (query, reason) => {
  expect(() => parseSqlAddress(at + query)).toThrow(reason);
});

test.each(Object.entries(redisForms))("Redis: %s", (form, parsed) => {
  expect(parseRedisAddress(form)).toMatchObject(parsed);
});

test.each(Object.entries(redisRefusals))("Redis refuses %s", (form, reason) => {
  expect(() => parseRedisAddress(form)).toThrow(reason);
});
