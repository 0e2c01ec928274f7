// A database, a Redis and services for one test file.

import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { startRedis } from "../../services/dev/daemons/redis.ts";
import { type Database, startDatabase } from "./database.ts";
import { redisOptions } from "./redis-options.ts";
import { bundledServices } from "./run-addresses.ts";

/** Describes a PostgreSQL database and a Redis that only one test file uses. */
export type Stack = Database & {
  redisUrl: string;
  redis: Redis;
  /** Starts a service in a separate process. */
  start(service: ServiceName, env?: Record<string, string>): Promise<Service>;
  /** Starts a service with a clock this many ms ahead of the machine's, until the test sets it. */
  startShifted(service: ServiceName, aheadMs: number, env?: Record<string, string>): Promise<ShiftedService>;
  /** Stops Redis and drops all its data. */
  stopRedis(): Promise<void>;
  /** Starts an empty Redis at the same address. */
  startRedis(): Promise<void>;
};

/** Names a service. */
export type ServiceName = "worker" | "server";

/** Describes a running service. */
export type Service = {
  pid: number;
  /** The server's address; empty for a worker. */
  url: string;
  /** All log lines so far, parsed. */
  logged: LogLine[];
  /** Resolves with the first line, past or future, for which `wanted` returns true. */
  line(wanted: (line: LogLine) => boolean): Promise<LogLine>;
  /** Sends a signal and waits for the process to end. @returns the exit code */
  stop(signal?: NodeJS.Signals): Promise<number>;
};

/** Sets the clock of a service that was started by {@link spawnShifted}. */
export type Shiftable = {
  /** Sets the clock this many ms ahead of the machine's. Resolves when it is set. */
  shiftClock(milliseconds: number): Promise<void>;
};

/** Describes a service whose clock a test sets. */
export type ShiftedService = Service & Shiftable;

/** Describes a service that may still be starting, or may fail to start. */
export type StartingService = Omit<Service, "url"> & {
  /** Resolves with the address once the service logs that it runs; rejects when it ends before. */
  up: Promise<string>;
  /** Resolves when it has ended, with its exit code and its whole stderr. */
  ended: Promise<{ code: number; stderr: string }>;
  /** Sends a message to the process; works only when it was started with `ipc`. */
  send(message: unknown): void;
};

/** A parsed log line of a service. */
export type LogLine = { level: string; message: string; [fact: string]: unknown };

/**
 * Starts a stack. Stopping it stops all services that it started.
 * @param redisPort TCP port of its Redis, for programs without unix sockets; by default it listens on a socket
 */
export async function startStack(redisPort?: number): Promise<Stack> {
  const database = await startDatabase();
  const redisDir = mkdtempSync(join(tmpdir(), "bellbuoy-redis-"));
  const address = redisPort === undefined ? { socket: join(redisDir, "redis.sock") } : { port: redisPort };
  const settings = { "enable-debug-command": "yes" };
  let redisServer = await startRedis({ ...address, settings });
  const redis = new Redis(redisOptions(redisServer.url));
  redis.on("error", () => {});
  const services: Service[] = [];
  return {
    ...database,
    redisUrl: redisServer.url,
    redis,
    stopRedis: () => redisServer.stop(),
    async startRedis() {
      redisServer = await startRedis({ ...address, settings });
    },
    async start(service, env = {}) {
      const addresses = { DATABASE_URL: database.databaseUrl, REDIS_URL: redisServer.url };
      const started = await startService(service, { ...addresses, ...env });
      services.push(started);
      return started;
    },
    async startShifted(service, aheadMs, env = {}) {
      const addresses = { DATABASE_URL: database.databaseUrl, REDIS_URL: redisServer.url };
      const spawned = spawnShifted(service, aheadMs, { ...addresses, ...env });
      const started = { ...spawned, url: await spawned.up };
      services.push(started);
      return started;
    },
    async stop() {
      await Promise.all(services.map((service) => service.stop("SIGKILL")));
      redis.disconnect();
      await database.stop();
      await redisServer.stop();
      await rm(redisDir, { recursive: true, force: true });
    },
  };
}

/** Returns the main file of a service: from the bundle of this run, or else from the sources. */
function mainOf(service: ServiceName): string {
  const bundle = bundledServices();
  return bundle === null
    ? join(import.meta.dir, `../../services/${service}/main.ts`)
    : join(bundle, "services", service, "main.js");
}

/** Starts a service as an operator does, and waits until it logs that it runs. */
export async function startService(service: ServiceName, env: Record<string, string>): Promise<Service> {
  const started = spawnService(service, env);
  return { ...started, url: await started.up };
}

/** Starts a service whose clock can be set, and does not wait for it. */
export function spawnShifted(
  service: ServiceName,
  aheadMs: number,
  env: Record<string, string>,
): StartingService & Shiftable {
  let set = Promise.withResolvers<void>();
  const preload = join(import.meta.dir, "shifted-clock.ts");
  const spawned = spawnService(
    service,
    { CLOCK_SHIFT_MS: String(aheadMs), ...env },
    { argv: ["bun", "--preload", preload, mainOf(service)], ipc: () => set.resolve() },
  );
  return {
    ...spawned,
    shiftClock(milliseconds) {
      set = Promise.withResolvers();
      spawned.send(milliseconds);
      return set.promise;
    },
  };
}

/**
 * Starts a service as an operator does, and does not wait for it.
 * @param command command line and folder, when not from the sources; `ipc` receives the messages of the process
 */
export function spawnService(
  service: ServiceName,
  env: Record<string, string>,
  command: { argv: string[]; cwd?: string; ipc?: (message: unknown) => void } = { argv: ["bun", mainOf(service)] },
): StartingService {
  const { argv, ...where } = command;
  const child = Bun.spawn(argv, {
    ...where,
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

  const ended = child.exited.then(async (code) => ({ code, stderr: await errors }));
  const running = line(({ message }) => message === (service === "server" ? "listening" : "working"));
  const down = ended.then(({ code, stderr }) => {
    throw new Error(`the ${service} ended with ${code}: ${stderr}`);
  });
  const up = Promise.race([running, down]).then(({ url = "" }) => String(url));
  // Only callers that wait for it need the error.
  up.catch(() => {});
  return {
    pid: child.pid,
    logged,
    line,
    up,
    ended,
    send: (message) => child.send(message),
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
