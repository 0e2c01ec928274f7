// Parses addresses of Redis: a single one, the primary of a group of Sentinels, or a cluster.

import type { ConnectionOptions } from "node:tls";
import { AddressError, refuseUnknown, socketPath, splitAddress, wrongForm } from "../connections/address-parts.ts";

/** A host of Redis or of a Sentinel. */
export type RedisHost = { host: string; port: number };

/** What every connection needs, in the form of ioredis. */
export type RedisLogin = {
  username?: string;
  password?: string;
  /** Given: TLS, checked against the certificates of the system. */
  tls?: ConnectionOptions;
  /** 4 or 6: resolves host names to such addresses only. */
  family?: number;
};

/** A parsed `REDIS_URL`. */
export type RedisAddress =
  | { kind: "single"; at: RedisHost | { path: string }; db: number; login: RedisLogin }
  | {
      kind: "sentinel";
      sentinels: RedisHost[];
      /** Name of the primary in the Sentinels' configuration. */
      name: string;
      db: number;
      login: RedisLogin;
      sentinelLogin: { sentinelUsername?: string; sentinelPassword?: string };
    }
  | { kind: "cluster"; nodes: RedisHost[]; login: RedisLogin };

const example = "redis://user:password@host:6379 (rediss:// for TLS) or unix:/run/redis/redis.sock";
const schemes = /^(?:(redis|valkey)(s?)(?:\+(sentinel|cluster))?|unix)$/;

/**
 * Parses an address of Redis.
 * @throws {AddressError} if it cannot work, in words that continue "REDIS_URL is …, but"
 */
export function parseRedisAddress(text: string): RedisAddress {
  const { scheme, username, password, hosts, path, query } = splitAddress(
    text.replace(/^unix:(?=\/[^/])/i, "unix://"),
    example,
  );
  // "rediss" is one s longer than "redis", as "valkeys" is than "valkey".
  const [isKnown, , secure, group] = schemes.exec(scheme) ?? [];
  if (isKnown === undefined) throw wrongForm(example);
  const isSentinel = group === "sentinel";
  refuseUnknown(query, [
    ..."db username password family".split(" "),
    ...(isSentinel ? ["sentinelUsername", "sentinelPassword"] : []),
  ]);
  const given = (name: string, part?: string) => query.get(name) ?? part;
  const [user, secret] = [given("username", username), given("password", password)];
  const [sentinelUsername, sentinelPassword] = [given("sentinelUsername"), given("sentinelPassword")];
  const login: RedisLogin = {
    ...(user ? { username: user } : {}),
    ...(secret ? { password: secret } : {}),
    ...(secure ? { tls: {} } : {}),
    ...(query.has("family") ? { family: numberOf("family", query.get("family") ?? "") } : {}),
  };
  if (scheme === "unix") {
    if (hosts.length > 0 || path === "") throw new AddressError("must have a path, like unix:/run/redis/redis.sock");
    return { kind: "single", at: { path: socketPath(`/${path}`) }, db: databaseOf(query, ""), login };
  }
  if (hosts.length === 0) throw wrongForm(example);
  const at = (defaultPort: number) => hosts.map(({ host, port }) => ({ host, port: port ?? defaultPort }));
  if (isSentinel) {
    const [name = "", db = ""] = path.split("/");
    if (name === "") throw new AddressError("must name the primary, like redis+sentinel://host:26379/mymaster");
    return {
      kind: "sentinel",
      sentinels: at(26_379),
      name,
      db: databaseOf(query, db),
      login,
      sentinelLogin: {
        ...(sentinelUsername ? { sentinelUsername } : {}),
        ...(sentinelPassword ? { sentinelPassword } : {}),
      },
    };
  }
  const db = databaseOf(query, path);
  const [first, ...others] = at(6_379);
  if (group === "cluster") {
    if (db !== 0) throw new AddressError("must have no database: a cluster has only 0");
    return { kind: "cluster", nodes: at(6_379), login };
  }
  if (others.length > 0 || first === undefined) {
    throw new AddressError("has several hosts: use redis+sentinel://host,host/name or redis+cluster://host,host");
  }
  return { kind: "single", at: first, db, login };
}

function databaseOf(query: Map<string, string>, path: string): number {
  return numberOf("database", query.get("db") ?? (path === "" ? "0" : path));
}

function numberOf(name: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new AddressError(`must have a number as its ${name}`);
  return Number(text);
}
