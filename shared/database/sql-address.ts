// Parses addresses of PostgreSQL, in the forms of libpq and of hosting services.

import {
  AddressError,
  type AddressHost,
  type AddressParts,
  portOf,
  refuseUnknown,
  socketPath,
  splitAddress,
  splitHost,
  wrongForm,
} from "../connections/address-parts.ts";

/** Where a PostgreSQL server listens. */
export type SqlHost = { host: string; port: number } | { path: string };

/** Requirements for TLS, as in libpq. A file is a path. */
export type SqlTls = {
  mode: "disable" | "prefer" | "require" | "verify-ca" | "verify-full";
  /** Certificates that may sign the server's; `null`: those of the system. */
  rootCertFile: string | null;
  certFile: string | null;
  keyFile: string | null;
};

/** A parsed `DATABASE_URL`. */
export type SqlAddress = {
  /** One or more. Of several, the primary is used. */
  hosts: SqlHost[];
  /** Whether to use a host only if it is the primary. */
  needsPrimary: boolean;
  /** `undefined`: as in libpq, from the environment (`PGUSER`, `PGPASSWORD`) or the name of the system's user. */
  username: string | undefined;
  password: string | undefined;
  /** `undefined`: the name of the user. */
  database: string | undefined;
  tls: SqlTls;
  /** The startup parameter `options`. */
  options: string | undefined;
};

const example = "postgres://user:password@host:5432/database";
/** The folder of PostgreSQL's socket on Debian. */
const defaultFolder = "/var/run/postgresql";
const defaultPort = 5432;

/** Without effect here: they describe other clients, or what bellbuoy sets itself. */
const ignored = [
  "application_name",
  "connect_timeout",
  "connection_limit",
  "gssencmode",
  "pgbouncer",
  "pool_timeout",
  "prepare",
  "supa",
  "uselibpqcompat",
  "workaround",
];
const used = [
  ..."host port user password dbname options".split(" "),
  ..."sslmode ssl sslrootcert sslcert sslkey".split(" "),
  ..."target_session_attrs channel_binding schema".split(" "),
];

/**
 * Parses an address of PostgreSQL.
 * @throws {AddressError} if it cannot work, in words that continue "DATABASE_URL is …, but"
 */
export function parseSqlAddress(text: string): SqlAddress {
  const parts = splitAddress(text, example);
  const { scheme, query } = parts;
  if (scheme !== "postgres" && scheme !== "postgresql") throw wrongForm(example);
  refuseUnknown(query, [...ignored, ...used]);
  refuseUnsupported(query);
  const hosts = hostsOf(parts);
  const isLocal = hosts.every((host) => "path" in host);
  const target = query.get("target_session_attrs") ?? "any";
  return {
    hosts,
    needsPrimary: hosts.length > 1 || target !== "any",
    username: query.get("user") ?? (parts.username || undefined),
    password: query.get("password") ?? (parts.password || undefined),
    database: query.get("dbname") ?? (parts.path || undefined),
    tls: tlsOf(query, isLocal),
    options: query.get("options"),
  };
}

/** Returns the hosts, from the parameters `host` and `port` or else from the address itself. */
function hostsOf({ hosts, query }: AddressParts): SqlHost[] {
  const named = query.get("host");
  const list: AddressHost[] = named === undefined ? hosts : named.split(",").map(hostParameter);
  if (list.length === 0) list.push({ host: defaultFolder, port: null });
  const ports = query.get("port")?.split(",").map(portOf) ?? [];
  if (ports.length > 1 && ports.length !== list.length) throw new AddressError("must have one port, or one per host");
  return list.map(({ host, port }, index): SqlHost => {
    const number = port ?? ports[ports.length > 1 ? index : 0] ?? defaultPort;
    return host.startsWith("/") ? { path: socketPath(`${host}/.s.PGSQL.${number}`) } : { host, port: number };
  });
}

/** Parses one value of the parameter `host`, where IPv6 has no brackets. */
function hostParameter(text: string): AddressHost {
  return splitHost(text.startsWith("/") ? encodeURIComponent(text) : text.includes("::") ? `[${text}]` : text);
}

/** @throws {AddressError} naming a parameter whose value asks for something that bellbuoy cannot do */
function refuseUnsupported(query: Map<string, string>): void {
  const allow = (name: string, values: string[], remedy: string) => {
    const value = query.get(name);
    if (value !== undefined && !values.includes(value)) throw new AddressError(`has ${name}=${value}: ${remedy}`);
  };
  allow(
    "channel_binding",
    ["disable", "prefer"],
    "bellbuoy has no channel binding. Remove it, and use sslmode=verify-full to be sure of the server",
  );
  allow("schema", ["public"], "bellbuoy uses the schema of the role. Remove it, and set search_path of the role");
  allow(
    "target_session_attrs",
    ["any", "read-write", "primary"],
    "bellbuoy writes, so it must be read-write, primary or any",
  );
  allow("ssl", ["true", "1", "false", "0"], "it must be true or false");
  allow(
    "sslmode",
    ["disable", "allow", "prefer", "require", "no-verify", "verify-ca", "verify-full"],
    "it must be disable, prefer, require, verify-ca or verify-full",
  );
}

function tlsOf(query: Map<string, string>, isLocal: boolean): SqlTls {
  const root = query.get("sslrootcert");
  const files = {
    rootCertFile: root === undefined || root === "system" ? null : root,
    certFile: query.get("sslcert") ?? null,
    keyFile: query.get("sslkey") ?? null,
  };
  return { mode: isLocal ? "disable" : modeOf(query, root), ...files };
}

function modeOf(query: Map<string, string>, root: string | undefined): SqlTls["mode"] {
  const isOn = ["true", "1"].includes(query.get("ssl") ?? "");
  const mode = query.get("sslmode") ?? (isOn || root !== undefined ? "verify-full" : "disable");
  switch (mode) {
    case "allow":
      return "prefer";
    case "no-verify":
      return "require";
    case "require":
      // As in libpq, a root certificate asks for a check against it.
      return root === undefined ? "require" : root === "system" ? "verify-full" : "verify-ca";
    case "prefer":
    case "verify-ca":
    case "verify-full":
      return mode;
    default:
      return "disable";
  }
}
