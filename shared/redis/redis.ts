// Redis connections, and checks that Redis accepts a service's commands.

import { Cluster, Redis, type RedisOptions, ReplyError } from "ioredis";
import { withDeadline } from "../clock.ts";
import type { ConnectionHealth } from "../connections/connection-health.ts";
import { parseRedisAddress, type RedisAddress, type RedisHost, type RedisLogin } from "./redis-address.ts";
import { refusalWords } from "./redis-refusals.ts";

/** A connection to Redis, or to all nodes of a cluster. */
export type RedisClient = Redis | Cluster;

/**
 * If a command gets no answer for this time, in ms, the connection counts as dead. ioredis then reconnects and sends the
 * command again. No command takes that long: BullMQ's `BZPOPMIN`, on connections with the same options, blocks for 10
 * seconds at most. Every connection sends a command every few seconds.
 */
const silenceMs = 15_000;

/** Time limit for a small command, in ms. */
const askMs = 4_000;

/** Options of a connection that depend on its use. */
type UseOptions = Pick<
  RedisOptions,
  "lazyConnect" | "enableOfflineQueue" | "commandTimeout" | "maxRetriesPerRequest" | "autoResubscribe"
>;

/**
 * Opens a connection to Redis that reconnects for ever, with pauses of at most 5 seconds, and reports failures to `health`.
 * It never reports `up()`: a Redis that accepts connections may still refuse commands. {@link askRedis} or the caller's own
 * commands show that.
 */
export function connectRedis(url: string, health: ConnectionHealth, options: UseOptions = {}): RedisClient {
  const address = parseRedisAddress(url);
  const redis = address.kind === "cluster" ? openCluster(address, options) : openOne(address, options);
  return reportTo(health, redis);
}

/**
 * Opens a connection that only subscribes, and subscribes again only when the caller does. In a cluster, every node passes
 * on each message of the classic channels, so it uses any one node: if that fails, the next. So the caller notices each
 * interruption, which ioredis's cluster client hides.
 */
export function connectSubscriber(url: string, health: ConnectionHealth): Redis {
  const address = parseRedisAddress(url);
  const options = { lazyConnect: true, autoResubscribe: false };
  if (address.kind !== "cluster") return reportTo(health, openOne(address, options));
  return reportTo(health, openAnyNode(address.nodes, address.login, options));
}

function reportTo<Client extends RedisClient>(health: ConnectionHealth, redis: Client): Client {
  redis.on("error", (error: Error & { lastNodeError?: Error }) => health.down(error.lastNodeError ?? error));
  redis.on("close", () => {
    // An earlier error says more.
    if (health.problem === null) health.down("the connection was closed");
  });
  return redis;
}

/** Options of every connection. The ready check needs INFO, which a user may lack, and hides LOADING from `askRedis`. */
const common = { enableReadyCheck: false, socketTimeout: silenceMs };

/** Opens a connection to a single Redis, or to the primary that Sentinels name. */
function openOne(address: Exclude<RedisAddress, { kind: "cluster" }>, options: UseOptions): Redis {
  const { db, login } = address;
  if (address.kind === "single") {
    return new Redis({ ...common, ...options, ...address.at, ...login, db, retryStrategy: retryDelayMs });
  }
  const { sentinels, name, sentinelLogin } = address;
  return new Redis({
    ...common,
    ...options,
    ...login,
    ...sentinelLogin,
    ...(login.tls ? { enableTLSForSentinelMode: true, sentinelTLS: login.tls } : {}),
    db,
    sentinels,
    name,
    // Also leaves a primary that still answers, but that the Sentinels have replaced.
    failoverDetector: true,
    // By default ioredis waits for ever for a Sentinel that hangs, and asks no other.
    sentinelCommandTimeout: askMs,
    retryStrategy: retryDelayMs,
    sentinelRetryStrategy: retryDelayMs,
    // After a failover, the old primary may come back as a replica at the same address.
    reconnectOnError: isReadOnly,
  });
}

function isReadOnly(error: Error): boolean {
  return error.message.startsWith("READONLY");
}

function openCluster({ nodes, login }: { nodes: RedisHost[]; login: RedisLogin }, options: UseOptions): Cluster {
  const { lazyConnect, enableOfflineQueue, ...ofNodes } = options;
  return new Cluster(nodes, {
    lazyConnect,
    enableOfflineQueue,
    enableReadyCheck: false,
    clusterRetryStrategy: retryDelayMs,
    redisOptions: { ...common, ...ofNodes, ...login },
  });
}

function openAnyNode(nodes: RedisHost[], login: RedisLogin, options: UseOptions): Redis {
  const redis = new Redis({
    ...common,
    ...options,
    ...login,
    ...nodes[0],
    retryStrategy(attempt) {
      Object.assign(redis.options, nodes[attempt % nodes.length]);
      return retryDelayMs(attempt);
    },
  });
  return redis;
}

/** Returns ms to wait before an attempt (the first is 1), with jitter, so that clients do not reconnect all at once. */
export function retryDelayMs(attempt: number): number {
  return Math.min(50 * 2 ** attempt, 5_000) * (0.75 + Math.random() / 4);
}

/** Returns whether Redis itself sent this error: the connection works, but Redis refused the command. */
export function isReply(error: unknown): boolean {
  return error instanceof ReplyError;
}

/**
 * Runs the commands of `ask` and reports a failure to `health`. After a refusal, the connection stays open. Without an
 * answer, it reconnects: otherwise a dead connection stays unnoticed for minutes.
 * @param ask sends the commands
 * @returns whether all commands succeeded; the caller decides whether to report `up()`
 */
export async function askRedis(
  redis: RedisClient,
  health: ConnectionHealth,
  ask: () => Promise<unknown>,
  deadlineMs = askMs,
): Promise<boolean> {
  if (redis.status !== "ready") return false;
  try {
    await withDeadline(ask(), deadlineMs);
    return true;
  } catch (error) {
    health.down(refusalWords(error));
    if (!isReply(error)) redis.disconnect(true);
    return false;
  }
}
