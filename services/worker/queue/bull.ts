// BullMQ's queues and workers: opened only where Redis lets them work, and silent while it does not.

import { type Job, Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { queues } from "../../../shared/channels.ts";
import { waitAtMost } from "../../../shared/clock.ts";
import { retryDelayMs } from "../../../shared/redis/redis.ts";

/** Which of BullMQ's queues. */
export type QueueName = keyof typeof queues;

/** The queues, each with the worker that runs its jobs. */
export type Bull = {
  queues: Record<QueueName, Queue>;
  /** Lets workers fetch jobs, at first and after {@link Bull.suspend}. */
  resume(): Promise<void>;
  /** Lets workers finish what they run, and fetch nothing more. */
  suspend(): void;
  /** Replaces a worker whose fetching hangs. */
  restart(queue: QueueName): Promise<void>;
  /** Closes all, at once where `force` is true: jobs that run are taken over when their locks end. */
  close(force: boolean): Promise<void>;
};

/** What a {@link Bull} reports. */
export type BullEvents = {
  run(job: Job): Promise<unknown>;
  completed(job: Job): void;
  failed(job: Job | undefined, error: Error): void;
  /** A command failed, or a job could not be moved on. */
  error(queue: QueueName, error: Error): void;
};

/** How long a restart waits for the old worker to close. */
const closeMs = 2_000;

/** A worker that is gone is noticed after this long, and its job is taken over. */
const lockMs = 10_000;

/** The longest pause before a failed job is tried again, in ms. */
export const longestRetryMs = 6_000;

/**
 * Every command on a key that BullMQ sends, or runs in a script, for the jobs of bellbuoy. A missing permission is named in
 * the log; the list of commands in docs/operations.md holds these too.
 */
export const bullCommands =
  "bzpopmin del exists get hdel hexists hget hgetall hincrby hmget hmset hset incr lindex llen lpush lrange lrem pttl rpoplpush rpush sadd scard set smembers srem xadd xtrim zadd zcard zpopmin zrange zrangebyscore zrem zremrangebyrank zrevrange zrevrangebyscore zscore".split(
    " ",
  );

/**
 * Names the first of some commands that the user may not run, in the words that Redis has for a command outside scripts.
 * Each is checked with the key in every place, since some commands take several.
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
 * Asks Redis for all that BullMQ needs: writes, scripts over several keys of a queue, and each command within them. Redis 7
 * does not name the command that it denies to a script, so each is asked for. (Redis 6 cannot be asked.)
 * @throws {ReplyError} what Redis refuses first, in its words
 */
export async function proveCommands(redis: Redis, prefix: string): Promise<void> {
  const keys = [`${prefix}:probe`, `${prefix}:${queues.poll}:probe`] as const;
  await redis.set(keys[0], "1", "EX", 60);
  await redis.eval(findDenied, keys.length, ...keys, ...bullCommands);
}

/**
 * Opens queues and workers. They fetch nothing before {@link Bull.resume}: a worker whose user may not run `INFO` would
 * try to fetch without a pause, and block the process.
 * @throws {ReplyError} when Redis refuses what BullMQ asks for at its start; all is closed again then
 */
export async function openBull(redis: Redis, prefix: string, events: BullEvents): Promise<Bull> {
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
    worker.on("completed", (job) => events.completed(job));
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
      // Closing may hang on what made the restart necessary.
      await waitAtMost(old.close(true), closeMs);
      await workers[name].waitUntilReady();
      if (!isSuspended) await workers[name].resume();
    },
  };
}
