// A database, a Redis and services for one test file.

import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { startRedis } from "../../services/dev/redis.ts";
import { redisAddress } from "../../shared/redis.ts";
import { type Database, startDatabase } from "./database.ts";
import { bundledServices } from "./run-addresses.ts";

/** A PostgreSQL database and a Redis that no one else uses. */
export type Stack = Database & {
  redisUrl: string;
  redis: Redis;
  /** Starts one of the services as a process of its own. */
  start(service: ServiceName, env?: Record<string, string>): Promise<Service>;
  /** The same with a clock that is so far ahead of the machine's, in ms, until it is set. */
  startShifted(service: ServiceName, aheadMs: number, env?: Record<string, string>): Promise<ShiftedService>;
  /** Redis goes away, with all it holds. */
  stopRedis(): Promise<void>;
  /** Redis comes back, empty, where it was. */
  startRedis(): Promise<void>;
};

export type ServiceName = "worker" | "server";

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

/** What can be done to the clock of a service that was spawned for it. */
export type Shiftable = {
  /** Sets its clock so far ahead of the machine's, in ms. Resolves when it is set. */
  shiftClock(milliseconds: number): Promise<void>;
};

/** A service whose clock a test sets. */
export type ShiftedService = Service & Shiftable;

/** A service that may still be starting, or may never run. */
export type StartingService = Omit<Service, "url"> & {
  /** Resolves with its address when it says that it runs; rejects when it ends before. */
  up: Promise<string>;
  /** Resolves when it has ended, with its exit code and all that it wrote to stderr. */
  ended: Promise<{ code: number; stderr: string }>;
  /** Sends a message to it; only where it was spawned with `ipc`. */
  send(message: unknown): void;
};

export type LogLine = { level: string; message: string; [fact: string]: unknown };

/**
 * Starts a stack; stopping it stops all services that it started.
 * @param redisPort where programs that know no unix sockets reach its Redis; by default it listens on a socket
 */
export async function startStack(redisPort?: number): Promise<Stack> {
  const database = await startDatabase();
  const redisDir = mkdtempSync(join(tmpdir(), "bellbuoy-redis-"));
  const address = redisPort === undefined ? { socket: join(redisDir, "redis.sock") } : { port: redisPort };
  const settings = { "enable-debug-command": "yes" };
  let redisServer = await startRedis({ ...address, settings });
  const redis = new Redis(redisAddress(redisServer.url));
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

/** The file that starts a service: of the bundle of this run, or else of the sources. */
function mainOf(service: ServiceName): string {
  const bundle = bundledServices();
  return bundle === null
    ? join(import.meta.dir, `../../services/${service}/main.ts`)
    : join(bundle, "services", service, "main.js");
}

/** Starts a service as its users do, and waits until it says that it runs. */
export async function startService(service: ServiceName, env: Record<string, string>): Promise<Service> {
  const started = spawnService(service, env);
  return { ...started, url: await started.up };
}

/** Starts a service whose clock can be set, whatever may come of it. */
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
 * Starts a service as its users do, whatever may come of it.
 * @param command how, when not from its source, and where; `ipc` is called with what it sends
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
  // Only those who wait for it care.
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
