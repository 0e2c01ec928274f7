// Names of bellbuoy's Redis objects: the pub/sub channel, queues, jobs and keys.

/** Redis names of one install. Several installs can share a Redis if each has its own namespace. */
export type RedisNames = {
  /**
   * Pub/sub channel with one JSON observation per message, see {@link file://./observation.ts}. It is a public contract: any
   * program on the same Redis may publish to it or subscribe to it.
   */
  observationsNew: string;
  /** Prefix of every BullMQ key. As a hash tag, it keeps all of them on one node of a cluster. */
  queuePrefix: string;
  /** The prefix up to version 0.1.0, whose keys are removed. */
  oldQueuePrefix: string;
  /** Key of the highest published event id. */
  highestEventId: string;
};

/**
 * Returns the names of an install. Pub/sub ignores database numbers, so the channel needs the namespace too.
 * @param namespace `REDIS_NAMESPACE`; empty: the names without a prefix
 */
export function redisNames(namespace: string): RedisNames {
  const prefix = namespace === "" ? "" : `${namespace}:`;
  return {
    observationsNew: `${prefix}observations:new`,
    queuePrefix: `{${prefix}bellbuoy}`,
    oldQueuePrefix: `${prefix}bellbuoy`,
    highestEventId: `${prefix}bellbuoy:highest-event-id`,
  };
}

/** BullMQ queues. `poll` has its own queue, so that a long backfill never delays it. */
export const queues = {
  /** Reads the newest observations of the whole network. */
  poll: "poll",
  /** Station list, backfill and pruning: jobs that can take long. */
  upkeep: "upkeep",
} as const;

/** Job names. Each is also the id of the job's scheduler. */
export const jobs = {
  poll: "poll",
  stations: "stations",
  backfill: "backfill",
  prune: "prune",
} as const;
