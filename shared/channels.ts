/** Redis pub/sub channels: the public contract that any program on the same Redis may publish to or subscribe to. */
export const channels = {
  /** One JSON observation a message, see {@link file://./observation.ts}. */
  observationsNew: "observations:new",
} as const;

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

/** Prefix of every BullMQ key, so that bellbuoy may share a Redis. */
export const queuePrefix = "bellbuoy";
