import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import postgres from "postgres";
import { type Postgres, startPostgres } from "../../services/dev/postgres.ts";
import { startRedis } from "../../services/dev/redis.ts";
import { migrate } from "../../shared/migrate.ts";
import { connectSql, type Sql } from "../../shared/sql.ts";

/** One PostgreSQL serves the whole run; each stack has a database of its own in it. */
let cluster: Promise<{ postgres: Postgres; dataDir: string }> | null = null;

function sharedCluster() {
  cluster ??= (async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "bellbuoy-test-"));
    // The data lives for one run: what is lost by pulling the plug does not matter.
    const settings = { fsync: "off", full_page_writes: "off", shared_buffers: "64MB", max_connections: "200" };
    return { postgres: await startPostgres({ dataDir, settings }), dataDir };
  })();
  return cluster;
}

/** Ends the shared PostgreSQL; called once, by the preload, after the last test. */
export async function endSharedCluster(): Promise<void> {
  if (cluster === null) return;
  const { postgres, dataDir } = await cluster;
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}

/** A PostgreSQL database and a Redis that nobody else uses. */
export type Stack = {
  databaseUrl: string;
  redisUrl: string;
  sql: Sql;
  redis: Redis;
  /** Starts one of the services as a process of its own. */
  start(service: "worker" | "server", env?: Record<string, string>): Promise<Service>;
  stop(): Promise<void>;
};

/** A running service. */
export type Service = {
  pid: number;
  /** The server's address; empty for a worker. */
  url: string;
  /** What it has logged so far, each line parsed. */
  logged: LogLine[];
  /** Resolves with the first line, past or to come, for which `wanted` holds. */
  line(wanted: (line: LogLine) => boolean): Promise<LogLine>;
  /** Sends a signal and waits for the end. @returns the exit code */
  stop(signal?: NodeJS.Signals): Promise<number>;
};

export type LogLine = { level: string; message: string; [fact: string]: unknown };

/** Starts a stack; stopping it stops all services that it started. */
export async function startStack(): Promise<Stack> {
  const { postgres: server } = await sharedCluster();
  const name = `test_${randomBytes(6).toString("hex")}`;
  const admin = postgres(server.url, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  await admin.end();

  const databaseUrl = Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  const sql = connectSql(databaseUrl, "test");
  await migrate(sql);
  const redisServer = await startRedis({});
  const redis = new Redis(redisServer.url);
  redis.on("error", () => {});
  const services: Service[] = [];

  async function stop(): Promise<void> {
    await Promise.all(services.map((service) => service.stop("SIGKILL")));
    redis.disconnect();
    await sql.end({ timeout: 1 });
    await redisServer.stop();
  }
  return {
    databaseUrl,
    redisUrl: redisServer.url,
    sql,
    redis,
    stop,
    async start(service, env = {}) {
      const started = await startService(service, { DATABASE_URL: databaseUrl, REDIS_URL: redisServer.url, ...env });
      services.push(started);
      return started;
    },
  };
}

/** Starts a service as its users do, and waits until it says that it runs. */
export async function startService(service: "worker" | "server", env: Record<string, string>): Promise<Service> {
  const child = Bun.spawn(["bun", join(import.meta.dir, `../../services/${service}/main.ts`)], {
    env: { PATH: process.env.PATH ?? "", HOST: "127.0.0.1", PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const logged: LogLine[] = [];
  const waiting = new Set<{ wanted: (line: LogLine) => boolean; resolve: (line: LogLine) => void }>();
  const errors = new Response(child.stderr).text();
  void (async () => {
    for await (const text of linesOf(child.stdout)) {
      const line = JSON.parse(text) as LogLine;
      logged.push(line);
      for (const waiter of waiting) if (waiter.wanted(line)) waiter.resolve(line);
    }
  })();

  function line(wanted: (line: LogLine) => boolean): Promise<LogLine> {
    const known = logged.find(wanted);
    if (known) return Promise.resolve(known);
    return new Promise((resolve) => waiting.add({ wanted, resolve }));
  }

  const up = line(({ message }) => message === (service === "server" ? "listening" : "working"));
  const down = child.exited.then(async (code) => {
    throw new Error(`the ${service} ended with ${code}: ${await errors}`);
  });
  const { url = "" } = await Promise.race([up, down]);
  down.catch(() => {});
  return {
    pid: child.pid,
    url: String(url),
    logged,
    line,
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      return child.exited;
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
