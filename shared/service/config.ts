import { z } from "zod";
import { CodedError } from "../errors.ts";
import { stationIdPattern } from "../measurements.ts";
import { logLevels } from "./log.ts";

/** Where bellbuoy's source is, and whom to write to about it. */
export const projectUrl = "https://github.com/bellbuoy/bellbuoy";

/** A wrong or missing setting. Its message is one line for a person: variable, value, and what is allowed. */
export class ConfigError extends CodedError {
  override name = "ConfigError";
  constructor(message: string) {
    super("wrong_setting", message);
  }
}

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine((value) => value >= least && value <= most);

const url = (...protocols: string[]) =>
  z.string().refine((value) => {
    const parsed = parseUrl(value);
    return parsed !== null && protocols.includes(parsed.protocol) && parsed.host !== "" && isDecodable(parsed);
  });

/** An address of Redis: of a host, or of a socket's file on this machine. */
const redisUrl = z.union([
  url("redis:", "rediss:"),
  z.string().refine((value) => {
    const parsed = parseUrl(value);
    return parsed !== null && parsed.protocol === "unix:" && parsed.host === "" && parsed.pathname.length > 1;
  }),
]);

/** A `%` in a password must be written as `%25`; the clients would throw at one that is not. */
function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** One variable: what it may be, what it is when unset, and the words for "what is allowed". */
const variable = <T>(schema: z.ZodType<T, string>, unset: string, allowed: string) => ({ schema, unset, allowed });

/**
 * Every variable that bellbuoy reads. The README's table says the same, and a test compares them.
 */
const variables = {
  DATABASE_URL: variable(
    url("postgres:", "postgresql:"),
    "postgres://localhost:5432/bellbuoy",
    "an address like postgres://user:password@host:5432/database, a % in it as %25",
  ),
  REDIS_URL: variable(
    redisUrl,
    "redis://localhost:6379",
    "an address like redis://:password@host:6379 (rediss:// for TLS) or unix:/run/redis/redis.sock, a % in it as %25",
  ),
  REDIS_NAMESPACE: variable(
    z.string().regex(/^[A-Za-z0-9._-]{0,40}$/),
    "",
    "up to 40 letters, digits, dots, dashes and underscores",
  ),
  HOST: variable(z.string(), "0.0.0.0", "a host name or an address"),
  PORT: variable(wholeNumber(0, 65535), "3000", "a whole number from 0 (any free port) to 65535"),
  WORKER_PORT: variable(
    z.union([z.literal("").transform(() => null), wholeNumber(0, 65535)]),
    "",
    "a whole number from 0 (any free port) to 65535",
  ),
  NDBC_URL: variable(url("http:", "https:"), "https://www.ndbc.noaa.gov", "an address like https://www.ndbc.noaa.gov"),
  CONTACT: variable(
    // It is part of a comment in the User-Agent header, where ( ) and \ have a meaning (RFC 9110, 5.6.5).
    z.string().regex(/^[ -'*-[\]-~]{1,200}$/),
    projectUrl,
    "an address like https://example.org or ops@example.org, up to 200 ASCII characters without ( ) and \\",
  ),
  POLL_SECONDS: variable(wholeNumber(1, 3600), "300", "a whole number from 1 to 3600"),
  STATIONS: variable(
    z
      .string()
      .transform((list) => (list.toLowerCase() === "all" ? null : new Set(list.toUpperCase().split(/\s*,\s*/))))
      .refine((ids) => ids === null || [...ids].every((id) => stationIdPattern.test(id))),
    "all",
    'the word "all", or station ids with commas between them, like 44009,46026',
  ),
  BACKFILL_HOURS: variable(wholeNumber(0, 1080), "24", "a whole number from 0 (none) to 1080"),
  RETENTION_DAYS: variable(wholeNumber(1, 36500), "45", "a whole number from 1 to 36500"),
  CORS_ORIGIN: variable(
    z
      .string()
      .transform((list) => list.split(/\s*,\s*/))
      .refine((origins) => origins.every((origin) => origin === "*" || parseUrl(origin)?.origin === origin)),
    "*",
    'the character "*", or origins with commas between them, like https://example.org',
  ),
  REUSE_PORT: variable(
    z.enum(["0", "1"]).transform((text) => text === "1"),
    "0",
    "0, or 1: other servers on this machine listen on the same port too",
  ),
  MAX_STREAMS: variable(wholeNumber(1, 1_000_000), "10000", "a whole number from 1 to 1000000"),
  MAX_STREAMS_PER_IP: variable(wholeNumber(1, 1_000_000), "100", "a whole number from 1 to 1000000"),
  TRUST_PROXY: variable(
    wholeNumber(0, 10),
    "0",
    "a whole number from 0 to 10: how many proxies stand before the server",
  ),
  LOG_LEVEL: variable(z.enum(logLevels), "info", `one of ${logLevels.join(", ")}`),
};

type Variable = keyof typeof variables;
type Value<V extends Variable> = z.output<(typeof variables)[V]["schema"]>;

/** Where a process finds its settings; `process.env` outside of tests. */
export type Environment = Record<string, string | undefined>;

/** The name and default of every variable, for the test that compares them with the README. */
export const defaults: Record<string, string> = Object.fromEntries(
  Object.entries(variables).map(([name, { unset }]) => [name, unset]),
);

/**
 * What the worker is told by its environment.
 * @throws {ConfigError} naming the first wrong variable
 */
export function readWorkerConfig(env: Environment) {
  return {
    databaseUrl: read(env, "DATABASE_URL"),
    redisUrl: read(env, "REDIS_URL"),
    /** Empty: the names in Redis have no prefix. */
    redisNamespace: read(env, "REDIS_NAMESPACE"),
    /** `null`: the worker listens on no port. */
    port: read(env, "WORKER_PORT"),
    /** Without a slash at its end. */
    ndbcUrl: read(env, "NDBC_URL").replace(/\/+$/, ""),
    /** Whom NDBC may write to, for the User-Agent. */
    contact: read(env, "CONTACT"),
    pollSeconds: read(env, "POLL_SECONDS"),
    /** `null`: every station. */
    stations: read(env, "STATIONS"),
    backfillHours: read(env, "BACKFILL_HOURS"),
    retentionDays: read(env, "RETENTION_DAYS"),
    logLevel: read(env, "LOG_LEVEL"),
  };
}

export type WorkerConfig = ReturnType<typeof readWorkerConfig>;

/**
 * What the server is told by its environment.
 * @throws {ConfigError} naming the first wrong variable
 */
export function readServerConfig(env: Environment) {
  return {
    databaseUrl: read(env, "DATABASE_URL"),
    redisUrl: read(env, "REDIS_URL"),
    /** Empty: the names in Redis have no prefix. */
    redisNamespace: read(env, "REDIS_NAMESPACE"),
    host: read(env, "HOST"),
    port: read(env, "PORT"),
    reusePort: read(env, "REUSE_PORT"),
    /** `["*"]`: any. */
    corsOrigins: read(env, "CORS_ORIGIN"),
    maxStreams: read(env, "MAX_STREAMS"),
    maxStreamsPerIp: read(env, "MAX_STREAMS_PER_IP"),
    trustedProxies: read(env, "TRUST_PROXY"),
    logLevel: read(env, "LOG_LEVEL"),
  };
}

export type ServerConfig = ReturnType<typeof readServerConfig>;

function read<V extends Variable>(env: Environment, name: V): Value<V> {
  const { schema, unset, allowed } = variables[name];
  const text = env[name]?.trim() || unset;
  const parsed = schema.safeParse(text);
  if (!parsed.success) throw new ConfigError(`${name} is "${withoutPassword(text)}", but must be ${allowed}`);
  return parsed.data as Value<V>;
}

/**
 * A setting as it may be shown in one line: the message ends up in logs, and a database's address holds its password. That
 * may be what is wrong with the address, by a `/`, `:` or `@` that should have been escaped, so all up to the last `@` goes.
 */
function withoutPassword(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/:(?!\/\/).*@/, ":***@")
    .replace(/password=[^&]*/g, "password=***");
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
