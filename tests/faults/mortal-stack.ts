// PostgreSQL, Redis and services that a test can kill, pause and start again.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../services/dev/daemons/ports.ts";
import { type Postgres, startPostgres } from "../../services/dev/daemons/postgres.ts";
import { type Redis, startRedis } from "../../services/dev/daemons/redis.ts";
import { migrate } from "../../shared/database/migrate.ts";
import { connectSql, type Sql } from "../../shared/database/sql.ts";
import { copyDataDir } from "../rig/data-dir.ts";
import { type ServiceName, type Shiftable, type StartingService, spawnShifted } from "../rig/stack.ts";
import { createTestClock } from "../rig/test-clock.ts";

/** Describes a process that can be killed and started again at the same address. */
export type Mortal = {
  name: string;
  /** Kills it as a crash would, and waits until it has ended. */
  kill(): Promise<void>;
  /** Starts it at the same address; a service may then still wait for other processes. */
  start(): Promise<void>;
  /** Suspends it and its children until `resume`, as on a suspended machine. */
  pause(): Promise<void>;
  resume(): Promise<void>;
};

/** Describes a PostgreSQL or Redis, with its address and data directory. */
export type MortalServer = Mortal & { url: string; dir: string };

/** Describes a PostgreSQL that keeps its data, a Redis that loses all data, and services; ports stay the same on restart. */
export type MortalStack = {
  databaseUrl: string;
  redisUrl: string;
  sql: Sql;
  postgres: MortalServer;
  redis: MortalServer;
  /** Starts a service, and records its crashes in {@link MortalStack.crashes}. */
  startService(service: ServiceName, env?: Record<string, string>): MortalService;
  /** Exit code and stderr of each service that ended by itself; must stay empty. */
  crashes: string[];
  stop(): Promise<void>;
};

/** Describes a service of a {@link MortalStack}. */
export type MortalService = Mortal & {
  /** Address of `/ready`, and of a server's API. */
  url: string;
  /** The process that runs now, or ran last. */
  readonly process: StartingService & Shiftable;
  /** Stops it as an operator does. @returns its exit code */
  terminate(): Promise<number>;
};

/** Starts PostgreSQL and Redis, and creates the tables. */
export async function startMortalStack(): Promise<MortalStack> {
  const dataDir = await copyDataDir();
  const [postgres, redis] = await Promise.all([mortalPostgres(dataDir), mortalRedis(join(dataDir, "redis"))]);
  const sql = connectSql(postgres.url, "test", createTestClock());
  await migrate(sql);
  const services: MortalService[] = [];
  const crashes: string[] = [];
  return {
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    sql,
    postgres,
    redis,
    crashes,
    startService(service, env = {}) {
      const started = mortalService(
        service,
        { DATABASE_URL: postgres.url, REDIS_URL: redis.url, RETENTION_DAYS: "36500", BACKFILL_HOURS: "0", ...env },
        crashes,
      );
      services.push(started);
      return started;
    },
    async stop() {
      await Promise.all(services.map((service) => service.kill()));
      await sql.end({ timeout: 1 });
      await Promise.all([postgres.kill(), redis.kill()]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function mortalPostgres(dataDir: string): Promise<MortalServer> {
  const port = freePort();
  // After a kill the kernel still has the written data, so fsync is not needed. Frozen connections stay open: allow many.
  const settings = { fsync: "off", shared_buffers: "64MB", max_connections: "300" };
  const start = () => startPostgres({ dataDir, port, settings });
  return mortalDaemon("PostgreSQL", dataDir, await start(), start);
}

async function mortalRedis(dir: string): Promise<MortalServer> {
  const port = freePort();
  // startRedis lets Redis write only there.
  const dataDir = join(dir, "run");
  const start = async () => {
    // Data copied from another Redis.
    await rm(join(dataDir, "dump.rdb"), { recursive: true, force: true });
    return startRedis({ dir, port, settings: { "enable-debug-command": "yes" } });
  };
  return mortalDaemon("Redis", dataDir, await start(), start);
}

function mortalDaemon<Daemon extends Postgres | Redis>(
  name: string,
  dir: string,
  first: Daemon,
  startAgain: () => Promise<Daemon>,
): MortalServer {
  let daemon = first;
  return {
    name,
    url: first.url,
    dir,
    async kill() {
      signalAll([daemon.pid], "SIGKILL");
      // The process has ended; this removes its directory.
      await daemon.stop();
    },
    async start() {
      daemon = await startAgain();
    },
    pause: () => pauseTree(daemon.pid),
    resume: () => resumeTree(daemon.pid),
  };
}

function mortalService(service: ServiceName, env: Record<string, string>, crashes: string[]): MortalService {
  const port = freePort();
  let killed = false;
  let running = spawn();
  function spawn(): StartingService & Shiftable {
    killed = false;
    const ownPort = { [service === "server" ? "PORT" : "WORKER_PORT"]: String(port) };
    const started = spawnShifted(service, 0, { ...env, ...ownPort });
    void started.ended.then(({ code, stderr }) => {
      if (started === running && !killed) crashes.push(`a ${service} ended with ${code}: ${stderr.slice(0, 2_000)}`);
    });
    return started;
  }
  return {
    name: service,
    url: `http://127.0.0.1:${port}`,
    get process() {
      return running;
    },
    async kill() {
      killed = true;
      await running.stop("SIGKILL");
    },
    terminate() {
      killed = true;
      return running.stop("SIGTERM");
    },
    async start() {
      running = spawn();
    },
    pause: () => pauseTree(running.pid),
    resume: () => resumeTree(running.pid),
  };
}

/** Stops the parent first, so that it starts no more children. */
async function pauseTree(pid: number): Promise<void> {
  signalAll([pid], "SIGSTOP");
  signalAll(await childrenOf(pid), "SIGSTOP");
}

async function resumeTree(pid: number): Promise<void> {
  signalAll([...(await childrenOf(pid)), pid], "SIGCONT");
}

function signalAll(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended in the meantime.
    }
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return list.trim().split(" ").filter(Boolean).map(Number);
}
