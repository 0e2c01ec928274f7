// Settings: defaults, valid values and errors.

import { describe, expect, test } from "bun:test";
import {
  ConfigError,
  defaults,
  type Environment,
  readServerConfig,
  readWorkerConfig,
} from "../../../shared/service/config.ts";

/** Reads the settings of both services, so that every variable is checked. */
function readAll(env: Environment) {
  return { worker: readWorkerConfig(env), server: readServerConfig(env) };
}

function refusal(env: Environment): string {
  try {
    readAll(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("with nothing set", () => {
  test("the worker has its defaults", () => {
    expect(readWorkerConfig({})).toEqual({
      contact: "https://github.com/bellbuoy/bellbuoy",
      databaseUrl: "postgres://localhost:5432/bellbuoy",
      redisUrl: "redis://localhost:6379",
      redisNamespace: "",
      host: "0.0.0.0",
      port: null,
      ndbcUrl: "https://www.ndbc.noaa.gov",
      pollSeconds: 300,
      stations: null,
      backfillHours: 24,
      retentionDays: 45,
      logLevel: "info",
    });
  });

  test("the server has its defaults", () => {
    expect(readServerConfig({})).toEqual({
      databaseUrl: "postgres://localhost:5432/bellbuoy",
      redisUrl: "redis://localhost:6379",
      redisNamespace: "",
      host: "0.0.0.0",
      port: 3000,
      reusePort: false,
      corsOrigins: ["*"],
      maxStreams: 10_000,
      maxStreamsPerIp: 100,
      trustedProxies: 0,
      logLevel: "info",
    });
  });

  test("a variable that is empty or blank counts as unset", () => {
    const blank = Object.fromEntries(Object.keys(defaults).map((name, index) => [name, index % 2 ? "" : "  "]));
    expect(readAll(blank)).toEqual(readAll({}));
  });
});

describe("a setting", () => {
  test("is read without the blanks around it", () => {
    expect(readWorkerConfig({ POLL_SECONDS: " 60 " }).pollSeconds).toBe(60);
  });

  test.each([
    ["44009", ["44009"]],
    ["44009,46026", ["44009", "46026"]],
    ["51wh0 , KGUL,44009,44009", ["51WH0", "KGUL", "44009"]],
  ])("STATIONS=%s names stations, in upper case", (text, ids) => {
    expect(readWorkerConfig({ STATIONS: text }).stations).toEqual(new Set(ids));
  });

  test.each(["all", "ALL"])("STATIONS=%s selects all stations", (text) => {
    expect(readWorkerConfig({ STATIONS: text }).stations).toBeNull();
  });

  test.each(["https://example.org/buoys?a=1", "ops@example.org", "Ann O'Neill, +1 555"])(
    "CONTACT may be %s",
    (contact) => {
      expect(readWorkerConfig({ CONTACT: contact }).contact).toBe(contact);
    },
  );

  test("CONTACT with a line break is rejected in one line", () => {
    expect(refusal({ CONTACT: "ops\r\nX-Evil: 1" })).toStartWith('CONTACT is "ops X-Evil: 1", but must be');
  });

  test("NDBC_URL may end with a slash", () => {
    expect(readWorkerConfig({ NDBC_URL: "http://localhost:8080/" }).ndbcUrl).toBe("http://localhost:8080");
  });

  test("CORS_ORIGIN may name several origins", () => {
    const origins = ["https://example.org", "http://localhost:5173"];
    expect(readServerConfig({ CORS_ORIGIN: origins.join(", ") }).corsOrigins).toEqual(origins);
  });

  test("REUSE_PORT is 0 or 1", () => {
    expect(readServerConfig({ REUSE_PORT: "1" }).reusePort).toBe(true);
    expect(readServerConfig({ REUSE_PORT: "0" }).reusePort).toBe(false);
    expect(refusal({ REUSE_PORT: "yes" })).toBe(
      'REUSE_PORT is "yes", but must be 0, or 1: other servers on this machine listen on the same port too',
    );
  });

  test.each([
    ["POLL_SECONDS", "1", "3600"],
    ["BACKFILL_HOURS", "0", "1080"],
    ["RETENTION_DAYS", "1", "36500"],
    ["PORT", "0", "65535"],
    ["WORKER_PORT", "0", "65535"],
    ["MAX_STREAMS", "1", "1000000"],
    ["MAX_STREAMS_PER_IP", "1", "1000000"],
    ["TRUST_PROXY", "0", "10"],
  ])("%s may be %s, and %s", (name, least, most) => {
    for (const value of [least, most]) {
      const { worker, server } = readAll({ [name]: value });
      expect([...Object.values(worker), ...Object.values(server)]).toContain(Number(value));
    }
    for (const value of [Number(least) - 1, Number(most) + 1]) {
      expect(refusal({ [name]: `${value}` })).toBe(
        `${name} is "${value}", but must be ${allowedNumbers(name, least, most)}`,
      );
    }
  });
});

test("BACKFILL_HOURS must not reach beyond RETENTION_DAYS", () => {
  expect(readWorkerConfig({ BACKFILL_HOURS: "48", RETENTION_DAYS: "2" }).backfillHours).toBe(48);
  expect(refusal({ BACKFILL_HOURS: "49", RETENTION_DAYS: "2" })).toBe(
    'BACKFILL_HOURS is "49", but must be at most 48, the hours of RETENTION_DAYS ("2"): older rows would be fetched and deleted every day',
  );
});

function allowedNumbers(name: string, least: string, most: string): string {
  const notes: Record<string, string> = {
    BACKFILL_HOURS: " (none)",
    PORT: " (any free port)",
    WORKER_PORT: " (any free port)",
  };
  const end = name === "TRUST_PROXY" ? ": how many proxies stand before the server" : "";
  return `a whole number from ${least}${notes[name] ?? ""} to ${most}${end}`;
}

describe("a wrong setting is rejected in one line with the variable, its value and the allowed values:", () => {
  const postgresUrl = "an address like postgres://user:password@host:5432/database, a % in it as %25 and an @ as %40";
  const redisUrl =
    "an address like redis://user:password@host:6379 (rediss:// for TLS) or unix:/run/redis/redis.sock, a % in it as %25 and an @ as %40";
  const namespace = "up to 40 letters, digits, dots, dashes and underscores";
  const ndbcUrl = "an address like https://www.ndbc.noaa.gov";
  const stations = 'the word "all", or station ids with commas between them, like 44009,46026';
  const contact =
    "an address like https://example.org or ops@example.org, up to 200 ASCII characters without ( ) and \\";
  const origins = 'the character "*", or origins with commas between them, like https://example.org';
  const levels = "one of debug, info, warn, error";

  test.each([
    ["DATABASE_URL", "localhost:5432", postgresUrl],
    ["DATABASE_URL", "mysql://localhost/bellbuoy", postgresUrl],
    ["REDIS_URL", "localhost", redisUrl],
    ["REDIS_URL", "http://localhost:6379", redisUrl],
    ["REDIS_URL", "unix:", redisUrl],
    ["REDIS_NAMESPACE", "a:b", namespace],
    ["REDIS_NAMESPACE", "a b", namespace],
    ["REDIS_NAMESPACE", "x".repeat(41), namespace],
    ["NDBC_URL", "www.ndbc.noaa.gov", ndbcUrl],
    ["NDBC_URL", "file:///etc/passwd", ndbcUrl],
    ["POLL_SECONDS", "soon", "a whole number from 1 to 3600"],
    ["POLL_SECONDS", "1.5", "a whole number from 1 to 3600"],
    ["POLL_SECONDS", "1e2", "a whole number from 1 to 3600"],
    ["CONTACT", "Zoë", contact],
    ["CONTACT", "ops) evil (", contact],
    ["CONTACT", "ops\\", contact],
    ["CONTACT", "x".repeat(201), contact],
    ["STATIONS", "44009;46026", stations],
    ["STATIONS", "44009,", stations],
    ["STATIONS", "440", stations],
    ["CORS_ORIGIN", "example.org", origins],
    ["CORS_ORIGIN", "https://example.org/", origins],
    ["LOG_LEVEL", "loud", levels],
    ["LOG_LEVEL", "INFO", levels],
  ])("%s=%s", (name, value, allowed) => {
    expect(refusal({ [name]: value })).toBe(`${name} is "${value}", but must be ${allowed}`);
  });

  test("a per cent sign in a password that is not escaped", () => {
    expect(refusal({ REDIS_URL: "redis://user:50%@localhost" })).toBe(
      `REDIS_URL is "redis://user:***@localhost", but must be ${redisUrl}`,
    );
  });

  test("a password in the query of a socket's address is not shown", () => {
    expect(refusal({ REDIS_URL: "unix:?password=s3cret&db=1" })).toBe(
      `REDIS_URL is "unix:?password=***&db=1", but must be ${redisUrl}`,
    );
  });

  test("a line break in the value does not break the line", () => {
    expect(refusal({ POLL_SECONDS: "3\n00" })).toBe(
      'POLL_SECONDS is "3 00", but must be a whole number from 1 to 3600',
    );
  });

  test.each([
    ["DATABASE_URL", "postgres//me:s3cret@host/db", "postgres//me:***@host/db"],
    ["DATABASE_URL", "postgres://me:s3cret@host:port/db", "postgres://me:***@host:port/db"],
    ["DATABASE_URL", "postgres://me:s3/cr:e@t@host/db", "postgres://me:***@host/db"],
    ["DATABASE_URL", "me:s3cret@host/db", "me:***@host/db"],
    ["REDIS_URL", "http://:s3cret@host", "http://:***@host"],
  ])("%s never shows its password", (name, value, shown) => {
    expect(refusal({ [name]: value })).toStartWith(`${name} is "${shown}", but `);
  });
});

describe("every variable is documented with its default", () => {
  test("in .env.example, and no other is", async () => {
    const example = await Bun.file(`${import.meta.dir}/../../../.env.example`).text();
    const documented = example
      .matchAll(/^#([A-Z_]+)=(.*)$/gm)
      .map(([, name = "", value = ""]) => [name, value] as const);
    expect(Object.fromEntries(documented)).toEqual(defaults);
  });

  test("in docs/settings.md, and no other is", async () => {
    const page = await Bun.file(`${import.meta.dir}/../../../docs/settings.md`).text();
    const rows = page.matchAll(/^\| `([A-Z_]+)` +\| *(?:`(.*?)`|[^|`]*) *\|/gm);
    const documented = rows.map(([, name = "", value = ""]) => [name, value] as const);
    expect(Object.fromEntries(documented)).toEqual(defaults);
  });
});
