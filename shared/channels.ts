// Names of everything that bellbuoy has in Redis: the pub/sub channel, queues, jobs and keys.

/** Names of one install in a Redis. Several installs share a Redis when each has a namespace of its own. */
export type RedisNames = {
  /**
   * Pub/sub channel with one JSON observation a message, see {@link file://./observation.ts}. It is a public contract: any
   * program on the same Redis may publish to it or subscribe to it.
   */
  observationsNew: string;
  /** Prefix of every BullMQ key. */
  queuePrefix: string;
  /** Key of the highest event id that was published. */
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
    queuePrefix: `${prefix}bellbuoy`,
    highestEventId: `${prefix}bellbuoy:highest-event-id`,
  };
}

/** BullMQ queues. `poll` stands alone, so that a long backfill never delays it. */
export const queues = {
  /** Reads the newest observations of the whole network. */
  poll: "poll",
  /** Station list, backfill and pruning: whatever may take its time. */
  upkeep: "upkeep",
} as const;

/** Jobs by name; each is also the id of the scheduler that makes it. */
export const jobs = {
  poll: "poll",
  stations: "stations",
  backfill: "backfill",
  prune: "prune",
} as const;
