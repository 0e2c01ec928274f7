// The kinds of faults in a soak: how each begins, how it is noticed, and how it ends.

import { mkdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort } from "../../services/dev/daemons/ports.ts";
import type { Sql } from "../../shared/database/sql.ts";
import { backUp } from "../rig/backup.ts";
import { endLoading, loadSlowly, untilInfo } from "../rig/loading-redis.ts";
import { type Wire, waitsForPolls } from "../rig/wire.ts";
import type { BrowserListener } from "./browser-listener.ts";
import type { Mortal, MortalService } from "./mortal-stack.ts";

/** Describes a service that reaches PostgreSQL and Redis through its own proxies. */
export type WiredService = MortalService & { toPostgres: Wire; toRedis: Wire };

/** Holds everything that a fault can hit. */
export type Victims = {
  workers: WiredService[];
  servers: WiredService[];
  redis: Mortal & { url: string; dir: string };
  /** Another Redis, which the services' Redis can follow as a replica. */
  otherRedisUrl: string;
  postgres: Mortal & { url: string };
  /** A connection pool of the same PostgreSQL. */
  sql: Sql;
  listeners: BrowserListener[];
};

/** Describes a fault on one victim, ready to start. */
export type ActiveFault = {
  /** The victim; it has at most one fault at a time. */
  victim: object;
  begin(): unknown;
  /** Returns whether a service has noticed the fault. Missing if none has to: other services take over, or it ends at once. */
  isNoticed?(): boolean | Promise<boolean>;
  end?(): unknown;
  /** Returns whether the victim works again. Polls are checked separately after each fault. */
  hasRecovered?(): boolean | Promise<boolean>;
};

/** Returns the codes of a service's problems from its `/ready`; `null` while it does not respond. */
export async function problemCodes({ url }: WiredService): Promise<string[] | null> {
  try {
    const response = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(5_000) });
    const { problems = [] } = (await response.json()) as { problems?: { code: string }[] };
    return problems.map(({ code }) => code);
  } catch {
    return null;
  }
}

const kill = (victim: Mortal): ActiveFault => ({ victim, begin: () => victim.kill(), end: () => victim.start() });
const suspend = (victim: Mortal): ActiveFault => ({ victim, begin: () => victim.pause(), end: () => victim.resume() });

const minuteMs = 60_000;

const aheadOfTime = (worker: WiredService): ActiveFault => ({
  victim: worker,
  begin: () => worker.process.shiftClock(10 * minuteMs),
  end: () => worker.process.shiftClock(0),
});

/** Makes connections of a service die without closing; new ones work. */
function freeze(service: WiredService, wire: Wire, code: string, begin: () => void): ActiveFault {
  return {
    victim: service,
    begin,
    // A service finds an idle connection dead only when it uses it again, for example after Redis refused jobs. Until then the
    // worker reports a problem.
    isNoticed: async () => wire.frozen === 0 || hasProblem(await problemCodes(service), code),
    hasRecovered: async () => wire.frozen === 0 && (await problemCodes(service))?.includes(code) === false,
  };
}

/** Returns whether a service reports a problem with the server behind a proxy. */
function hasProblem(codes: string[] | null, code: string): boolean {
  const [of = ""] = code.split("_");
  return codes?.some((found) => found === "poll_stopped" || found.startsWith(of)) ?? false;
}
const freezePostgres = (service: WiredService) =>
  freeze(service, service.toPostgres, "postgresql_away", () => service.toPostgres.freezeCurrent());
const freezeRedis = (service: WiredService) =>
  freeze(service, service.toRedis, "redis_away", () => service.toRedis.freezeCurrent());
/**
 * Freezes the connection over which BullMQ waits for polls; its other connections work. BullMQ does not use it while a poll
 * runs, so no service has to notice the fault; but BullMQ must replace the connection in the end.
 */
function freezeBull(worker: WiredService): ActiveFault {
  const { isNoticed: _, ...activeFault } = freeze(worker, worker.toRedis, "poll_stopped", () =>
    worker.toRedis.freezeThose(waitsForPolls),
  );
  return activeFault;
}

/** Runs an operator's command on Redis. */
function command(victims: Victims, begin: (redis: Redis) => unknown, code?: string, end?: (redis: Redis) => unknown) {
  const { redis: victim, workers } = victims;
  const isNoticed = async () => {
    const codes = await Promise.all(workers.map(problemCodes));
    return codes.some((codes) => codes?.includes(code ?? ""));
  };
  return {
    victim,
    begin: () => withRedis(victim.url, begin),
    ...(code === undefined ? {} : { isNoticed }),
    ...(end === undefined ? {} : { end: () => withRedis(victim.url, end) }),
  } satisfies ActiveFault;
}

async function withRedis(url: string, act: (redis: Redis) => unknown): Promise<void> {
  const redis = new Redis(url);
  try {
    await act(redis);
  } finally {
    redis.disconnect();
  }
}

/** Makes Redis a replica of another one: it refuses writes, and soon holds the other's data. */
async function follow(redis: Redis, otherUrl: string): Promise<void> {
  await redis.replicaof("127.0.0.1", new URL(otherUrl).port);
  await untilInfo(redis, "replication", "master_link_status:up");
}
const lead = (redis: Redis) => redis.replicaof("NO", "ONE");

function setBack({ postgres: victim, sql }: Victims): ActiveFault {
  let backup: Awaited<ReturnType<typeof backUp>> | null = null;
  return {
    victim,
    async begin() {
      backup = await backUp(victim.url, sql);
    },
    end: () => backup?.restore(),
  };
}

/** Lists every kind of fault, with a function that returns the possible victims. */
export const ways = {
  "kill a worker": ({ workers }: Victims) => workers.map(kill),
  "kill a server": ({ servers }: Victims) => servers.map(kill),
  "kill Redis": ({ redis }: Victims) => [kill(redis)],
  "kill PostgreSQL": ({ postgres }: Victims) => [kill(postgres)],
  "pause a worker": ({ workers }: Victims) => workers.map(suspend),
  "pause a server": ({ servers }: Victims) => servers.map(suspend),
  "pause PostgreSQL": ({ postgres }: Victims) => [suspend(postgres)],
  "close client sockets": ({ listeners }: Victims) => [
    {
      victim: listeners,
      begin() {
        for (const [index, listener] of listeners.entries()) if (index % 2 === 0) listener.cut();
      },
    },
  ],
  "Redis forgets all": (victims: Victims) => [command(victims, (redis) => redis.flushall())],
  "Redis becomes a replica": (victims: Victims) => [
    command(victims, (redis) => redis.replicaof("127.0.0.1", freePort()), "redis_readonly", lead),
  ],
  "Redis follows an empty primary": (victims: Victims) => [
    command(
      victims,
      async (redis) => {
        await withRedis(victims.otherRedisUrl, async (other) => {
          await other.flushall();
          await other.config("SET", "repl-diskless-sync-delay", "0");
        });
        await follow(redis, victims.otherRedisUrl);
      },
      "redis_readonly",
      lead,
    ),
  ],
  "Redis is full": (victims: Victims) => [
    command(
      victims,
      (redis) => redis.config("SET", "maxmemory", "1mb"),
      "redis_out_of_memory",
      (redis) => redis.config("SET", "maxmemory", "0"),
    ),
  ],
  "Redis cannot save": (victims: Victims) => {
    // Redis cannot rename its new dump file over a folder.
    const inItsPlace = join(victims.redis.dir, "dump.rdb");
    return [
      command(
        victims,
        async (redis) => {
          rmSync(inItsPlace, { force: true });
          mkdirSync(inItsPlace);
          await redis.config("SET", "save", "3600 1");
          await redis.bgsave();
        },
        "redis_cannot_save",
        async (redis) => {
          await redis.config("SET", "save", "");
          rmdirSync(inItsPlace);
        },
      ),
    ];
  },
  "Redis loads its data": (victims: Victims) => [command(victims, loadSlowly, "redis_loading", endLoading)],
  "Redis denies a command": (victims: Victims) => [
    command(
      victims,
      (redis) => redis.acl("SETUSER", "default", "-zadd"),
      "redis_no_permission",
      (redis) => redis.acl("SETUSER", "default", "+@all"),
    ),
  ],
  "Redis denies PUBLISH alone": (victims: Victims) => [
    command(
      victims,
      (redis) => redis.acl("SETUSER", "default", "-publish"),
      "redis_no_permission",
      (redis) => redis.acl("SETUSER", "default", "+@all"),
    ),
  ],
  "freeze a worker's PostgreSQL": ({ workers }: Victims) => workers.map(freezePostgres),
  "freeze a worker's Redis": ({ workers }: Victims) => workers.map(freezeRedis),
  "freeze a worker's BullMQ": ({ workers }: Victims) => workers.map(freezeBull),
  "freeze a server's PostgreSQL": ({ servers }: Victims) => servers.map(freezePostgres),
  "freeze a server's Redis": ({ servers }: Victims) => servers.map(freezeRedis),
  "set a worker's clock ahead": ({ workers }: Victims) => workers.map(aheadOfTime),
  "set PostgreSQL back": (victims: Victims) => [setBack(victims)],
} satisfies Record<string, (victims: Victims) => ActiveFault[]>;

/** Names a kind of fault. */
export type FaultKind = keyof typeof ways;

/** Lists all kinds of faults. */
export const faultKinds = Object.keys(ways) as FaultKind[];
