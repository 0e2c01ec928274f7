// Forms of DATABASE_URL beyond those that docs/self-hosting.md lists.

import { expect, test } from "bun:test";
import { parseSqlAddress } from "../../../shared/database/sql-address.ts";

const hostsOf = (text: string) => parseSqlAddress(text).hosts;

test("several hosts in any mix of names, IPv6 addresses and sockets keep their order and their ports", () => {
  expect(hostsOf("postgresql://u:p@a:1,[::1]:2,%2Frun%2Fpg,b/db?port=3")).toEqual([
    { host: "a", port: 1 },
    { host: "::1", port: 2 },
    { path: "/run/pg/.s.PGSQL.3" },
    { host: "b", port: 3 },
  ]);
  expect(hostsOf("postgres:///db?host=a,::1,/run/pg&port=1,2,3")).toEqual([
    { host: "a", port: 1 },
    { host: "::1", port: 2 },
    { path: "/run/pg/.s.PGSQL.3" },
  ]);
});

test("parameters for user, password and database replace those before them", () => {
  expect(parseSqlAddress("postgres://a:b@host/c?user=d&password=e%26&dbname=f")).toMatchObject({
    username: "d",
    password: "e&",
    database: "f",
  });
});

test("user, password and database with special characters are decoded", () => {
  expect(parseSqlAddress("postgres://a%40b:%2F%3A%3F%23%25+@host/d%2Fb")).toMatchObject({
    username: "a@b",
    password: "/:?#%+",
    database: "d/b",
  });
});

test.each([
  ["", "disable"],
  ["sslmode=allow", "prefer"],
  ["sslmode=no-verify", "require"],
  ["sslmode=require&sslrootcert=/ca.pem", "verify-ca"],
  ["sslmode=require&sslrootcert=system", "verify-full"],
  ["sslrootcert=system", "verify-full"],
  ["ssl=true", "verify-full"],
  ["ssl=false", "disable"],
] as const)("?%s means %s", (query, mode) => {
  expect(parseSqlAddress(`postgres://host/db?${query}`).tls.mode).toBe(mode);
});

test("a socket needs no TLS", () => {
  expect(parseSqlAddress("postgres:///db?host=/run/pg&sslmode=require").tls.mode).toBe("disable");
});

test.each([
  ["postgres://::1/db", "has the address ::1 without brackets: write [::1]"],
  ["postgres://a,b,c/db?port=1,2", "must have one port, or one per host"],
  ["postgres://a:0/db", "has a port that is no number from 1 to 65535"],
  [`postgres:///db?host=/${"x".repeat(100)}`, "has a socket whose path is longer than 107 bytes"],
  ["postgres://a/db?sslmode=strict", "has sslmode=strict: it must be"],
  ["postgres://a b/db", "must have a host name"],
])("%s is refused: %s", (text, reason) => {
  expect(() => parseSqlAddress(text)).toThrow(reason);
});
