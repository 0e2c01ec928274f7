// BullMQ's queues and workers. They fetch no jobs while Redis refuses their commands.

import { type Job, Queue, Worker } from "bullmq";
import { Cluster } from "ioredis";
import { queues } from "../../../shared/channels.ts";
import { waitAtMost } from "../../../shared/clock.ts";
import { type RedisClient, retryDelayMs } from "../../../shared/redis/redis.ts";

/** The name of a BullMQ queue. */
export type QueueName = keyof typeof queues;

/** The queues, each with the worker that runs its jobs. */
export type Bull = {
  queues: Record<QueueName, Queue>;
  /** Lets workers fetch jobs, at first and after {@link Bull.suspend}. */
  resume(): Promise<void>;
  /** Stops fetching jobs. Running jobs finish. */
  suspend(): void;
  /** Replaces a worker whose fetching hangs. */
  restart(queue: QueueName): Promise<void>;
  /** Closes everything. With `force`, at once: another worker takes over running jobs when their locks expire. */
  close(force: boolean): Promise<void>;
};

/** Callbacks of a {@link Bull}. */
export type BullEvents = {
  run(job: Job): Promise<unknown>;
  completed(job: Job, result: unknown): void;
  failed(job: Job | undefined, error: Error): void;
  /** A command failed, or BullMQ could not change the state of a job. */
  error(queue: QueueName, error: Error): void;
};

/** Max wait of a restart for the old worker to close, in ms. */
const closeMs = 2_000;

/** Lock time of a job, in ms. After that, another worker takes over the job of a dead worker. */
const lockMs = 10_000;

/** Max pause before the retry of a failed job, in ms. */
export const longestRetryMs = 6_000;

/**
 * All commands with keys that BullMQ uses for bellbuoy's jobs, directly or in scripts. The log names a missing permission.
 * The list of commands in docs/operations.md includes these.
 */
export const bullCommands =
  "bzpopmin del exists get hdel hexists hget hgetall hincrby hmget hmset hset incr lindex llen lpush lrange lrem pttl rpoplpush rpush sadd scard set smembers srem xadd xtrim zadd zcard zpopmin zrange zrangebyscore zrem zremrangebyrank zrevrange zrevrangebyscore zscore".split(
    " ",
  );

/**
 * Returns the first command that the user may not run, as the error that Redis sends outside scripts. It passes the key
 * several times, because some commands take several keys.
 */
const findDenied = `
if not redis.acl_check_cmd then return 'OK' end
for _, command in ipairs(ARGV) do
  if not redis.acl_check_cmd(command, KEYS[1], KEYS[1], KEYS[1], KEYS[1]) then
    return redis.error_reply("NOPERM this user has no permissions to run the '" .. command .. "' command")
  end
end
return 'OK'
`;

/**
 * Checks that Redis allows everything that BullMQ needs: writes, scripts over several keys of a queue, and each command in
 * these scripts. Redis 7 does not name a command that it denies to a script, so each one is checked. Redis 6 has no such
 * check.
 * @throws {ReplyError} the first refusal
 */
export async function proveCommands(redis: RedisClient, prefix: string): Promise<void> {
  const keys = [`${prefix}:probe`, `${prefix}:${queues.poll}:probe`] as const;
  await redis.set(keys[0], "1", "EX", 60);
  await redis.eval(findDenied, keys.length, ...keys, ...bullCommands);
}

/**
 * Removes the queues that an earlier version kept under another prefix. Without them it does nothing. A cluster has none,
 * because that prefix was no hash tag.
 * @throws {ReplyError} when the user may not run `SCAN`
 */
export async function removeQueues(redis: RedisClient, prefix: string): Promise<void> {
  if (redis instanceof Cluster || (await redis.exists(`${prefix}:${queues.poll}:meta`)) === 0) return;
  for (const queue of Object.values(queues)) {
    const found = redis.scanStream({ match: `${prefix}:${queue}:*`, count: 1_000 });
    for await (const batch of found) {
      const keys: string[] = batch;
      if (keys.length > 0) await redis.del(keys);
    }
  }
}

/**
 * Opens queues and workers. They fetch no jobs before {@link Bull.resume}: if the user may not run `INFO`, a worker would
 * retry without a pause and block the process.
 * @throws {ReplyError} when Redis refuses a command at the start; everything is closed then
 */
export async function openBull(redis: RedisClient, prefix: string, events: BullEvents): Promise<Bull> {
  const options = { connection: redis, prefix };
  function createQueue(name: QueueName): Queue {
    const queue = new Queue(queues[name], options);
    queue.on("error", (error) => events.error(name, error));
    return queue;
  }
  function createWorker(name: QueueName): Worker {
    const worker = new Worker(queues[name], (job) => events.run(job), {
      ...options,
      autorun: false,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      maxStalledCount: 10,
      settings: { backoffStrategy: (attempt) => 1_000 + retryDelayMs(attempt + 3) },
    });
    worker.on("completed", (job, result) => events.completed(job, result));
    worker.on("failed", (job, error) => events.failed(job, error));
    worker.on("error", (error) => events.error(name, error));
    return worker;
  }
  let isSuspended = true;
  const queueOf = { poll: createQueue("poll"), upkeep: createQueue("upkeep") };
  const workers = { poll: createWorker("poll"), upkeep: createWorker("upkeep") };
  const close = async (force: boolean) => {
    await Promise.all(Object.values(workers).map((worker) => worker.close(force)));
    await Promise.all(Object.values(queueOf).map((queue) => queue.close()));
  };
  try {
    await Promise.all([...Object.values(queueOf), ...Object.values(workers)].map((part) => part.waitUntilReady()));
  } catch (error) {
    await close(true);
    throw error;
  }
  return {
    queues: queueOf,
    close,
    async resume() {
      isSuspended = false;
      for (const worker of Object.values(workers)) await worker.resume();
    },
    suspend() {
      isSuspended = true;
      for (const worker of Object.values(workers)) void worker.pause(true);
    },
    async restart(name) {
      const old = workers[name];
      workers[name] = createWorker(name);
      // Closing can hang for the same reason as the old worker.
      await waitAtMost(old.close(true), closeMs);
      await workers[name].waitUntilReady();
      if (!isSuspended) await workers[name].resume();
    },
  };
}
