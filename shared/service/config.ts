// Reads the settings of both services from the environment.

import { z } from "zod";
import { AddressError } from "../connections/address-parts.ts";
import { parseSqlAddress } from "../database/sql-address.ts";
import { CodedError } from "../errors.ts";
import { stationIdPattern } from "../measurements.ts";
import { logLevels } from "../process/log.ts";
import { parseRedisAddress } from "../redis/redis-address.ts";

/** bellbuoy's repository, also the default contact address. */
export const projectUrl = "https://github.com/bellbuoy/bellbuoy";

/** A wrong setting. Its message is one line with the variable, its value and the allowed values. */
export class ConfigError extends CodedError {
  override name = "ConfigError";
  constructor(message: string) {
    super("wrong_setting", message);
  }
}

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max);

const url = (...protocols: string[]) =>
  z.string().refine((value) => {
    const parsed = parseUrl(value);
    return parsed !== null && protocols.includes(parsed.protocol) && parsed.host !== "";
  });

/** An address with its own parser, which explains what is wrong. */
const address = (parse: (text: string) => unknown) =>
  z.string().superRefine((text, context) => {
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
      context.addIssue({ code: "custom", message: error.message, params: { isExplained: true } });
    }
  });

/** A variable: its schema, its value when unset, and what is allowed, in words. */
type Variable<T> = { schema: z.ZodType<T, string>; unset: string; allowed: string };

const variable = <T>(schema: z.ZodType<T, string>, unset: string, allowed: string): Variable<T> => ({
  schema,
  unset,
  allowed,
});

/**
 * All variables that bellbuoy reads. A test compares them with `docs/settings.md` and `.env.example`.
 */
const variables = {
  DATABASE_URL: variable(address(parseSqlAddress), "postgres://localhost:5432/bellbuoy", "an address of PostgreSQL"),
  REDIS_URL: variable(address(parseRedisAddress), "redis://localhost:6379", "an address of Redis"),
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
    // It is in a comment of the User-Agent header, where ( ) and \ are special characters (RFC 9110, 5.6.5).
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

type Name = keyof typeof variables;
type Values = { [N in Name]: z.output<(typeof variables)[N]["schema"]> };
/** The same variables, typed so that the type of a value follows from the name. */
const byName: { [N in Name]: Variable<Values[N]> } = variables;

/** The environment variables of a process: `process.env`, except in tests. */
export type Environment = Record<string, string | undefined>;

/** Name and default of every variable, for the test that compares them with the docs. */
export const defaults: Record<string, string> = Object.fromEntries(
  Object.entries(variables).map(([name, { unset }]) => [name, unset]),
);

/**
 * Reads the worker's settings from its environment.
 * @throws {ConfigError} naming the first wrong variable
 */
export function readWorkerConfig(env: Environment) {
  const backfillHours = read(env, "BACKFILL_HOURS");
  const retentionDays = read(env, "RETENTION_DAYS");
  if (backfillHours > 24 * retentionDays) {
    throw new ConfigError(
      `BACKFILL_HOURS is "${backfillHours}", but must be at most ${24 * retentionDays}, the hours of RETENTION_DAYS ("${retentionDays}"): older rows would be fetched and deleted every day`,
    );
  }
  return {
    databaseUrl: read(env, "DATABASE_URL"),
    redisUrl: read(env, "REDIS_URL"),
    /** Empty: the names in Redis have no prefix. */
    redisNamespace: read(env, "REDIS_NAMESPACE"),
    host: read(env, "HOST"),
    /** `null`: the worker listens on no port. */
    port: read(env, "WORKER_PORT"),
    /** Without a slash at its end. */
    ndbcUrl: read(env, "NDBC_URL").replace(/\/+$/, ""),
    /** Contact address for NDBC, sent in the User-Agent. */
    contact: read(env, "CONTACT"),
    pollSeconds: read(env, "POLL_SECONDS"),
    /** `null`: every station. */
    stations: read(env, "STATIONS"),
    backfillHours,
    retentionDays,
    logLevel: read(env, "LOG_LEVEL"),
  };
}

/** The worker's settings. */
export type WorkerConfig = ReturnType<typeof readWorkerConfig>;

/**
 * Reads the server's settings from its environment.
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

/** The server's settings. */
export type ServerConfig = ReturnType<typeof readServerConfig>;

function read<N extends Name>(env: Environment, name: N): Values[N] {
  const { schema, unset, allowed } = byName[name];
  const text = env[name]?.trim() || unset;
  const parsed = schema.safeParse(text);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const fault = issue?.code === "custom" && issue.params?.isExplained ? issue.message : null;
    const shown = withoutPassword(text);
    throw new ConfigError(
      fault === null ? `${name} is "${shown}", but must be ${allowed}` : `${name} is "${shown}", but ${fault}`,
    );
  }
  return parsed.data;
}

/**
 * Returns a setting in one line, without passwords, because error messages end up in logs. An unescaped `/`, `:` or `@` in
 * the password may be the error itself, so everything up to the last `@` is masked.
 */
function withoutPassword(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/:(?!\/\/).*@/, ":***@")
    .replace(/(password=)[^&]*/gi, "$1***");
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
