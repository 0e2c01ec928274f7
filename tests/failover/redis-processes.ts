// Groups of Redis processes whose primary a test can kill: one with three Sentinels and two replicas, or a cluster.

import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { type OwnProcess, own } from "../../services/dev/daemons/daemon.ts";
import { freePort } from "../../services/dev/daemons/ports.ts";
import { type Redis as RedisServer, startRedis } from "../../services/dev/daemons/redis.ts";
import { findRedis } from "../../services/dev/daemons/redis-program.ts";
import { redisNames } from "../../shared/channels.ts";

/** Describes several Redis processes that act as one. */
export type RedisGroup = {
  url: string;
  /** Kills the process that holds BullMQ's keys, as a crash would, and waits until another one has taken over. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
};

/** Describes a group with Sentinels. */
export type SentinelGroup = RedisGroup & {
  /** Pauses the first Sentinel of the address, as a host that hangs: it accepts connections, but does not answer. */
  pauseFirstSentinel(): void;
};

/** Describes a cluster. */
export type RedisCluster = RedisGroup & {
  /** Publishes a message through a node that does not hold BullMQ's keys. */
  publishElsewhere(channel: string, message: string): Promise<void>;
};

type Node = { port: number; server: RedisServer };

/** After this time, in ms, a process that does not answer counts as down. */
const downMs = 2_000;

/** Starts a primary with two replicas, and three Sentinels. */
export async function startSentinels(): Promise<SentinelGroup> {
  const primaryPort = freePort();
  const nodes = [await startNode(primaryPort)];
  for (let index = 0; index < 2; index++) {
    nodes.push(await startNode(freePort(), { replicaof: `127.0.0.1 ${primaryPort}` }));
  }
  const folder = mkdtempSync(join(tmpdir(), "bellbuoy-sentinels-"));
  const start = (number: number) => startSentinel(folder, number, primaryPort);
  const sentinels = await Promise.all([start(1), start(2), start(3)]);
  const [first] = sentinels;
  const primary = async () => {
    const [, port] = await ask<[string, string]>(first.port, "sentinel", "get-master-addr-by-name", "buoys");
    return Number(port);
  };
  // A Sentinel can only replace the primary once it knows the others and the replicas.
  for (const { port } of sentinels) {
    const known = async (what: string) => (await ask<unknown[]>(port, "sentinel", what, "buoys")).length;
    while ((await known("sentinels")) < 2 || (await known("replicas")) < 2) await Bun.sleep(50);
  }
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`)}/buoys`,
    async failOver() {
      const before = await primary();
      kill(nodes, before);
      while ((await primary()) === before) await Bun.sleep(100);
    },
    pauseFirstSentinel: () => void process.kill(first.pid, "SIGSTOP"),
    async stop() {
      process.kill(first.pid, "SIGCONT");
      await Promise.all([...nodes.map(({ server }) => server), ...sentinels].map((part) => part.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startSentinel(
  folder: string,
  number: number,
  primaryPort: number,
): Promise<OwnProcess & { port: number }> {
  const port = freePort();
  const file = join(folder, `${number}.conf`);
  await Bun.write(
    file,
    `port ${port}
bind 127.0.0.1
dir ${folder}
sentinel monitor buoys 127.0.0.1 ${primaryPort} 2
sentinel down-after-milliseconds buoys ${downMs}
sentinel failover-timeout buoys ${5 * downMs}
`,
  );
  const { path, env } = await findRedis(() => {});
  const child = Bun.spawn([path, file, "--sentinel"], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "ignore"],
  });
  const sentinel = own(child, "SIGTERM", "SIGKILL");
  while (!(await ask(port, "ping").catch(() => null))) await Bun.sleep(20);
  return { ...sentinel, port };
}

/**
 * Starts a cluster of three primaries, each with a replica.
 * @param rules of the user `bell` with the password `secret`, whom the address names; by default it names none
 */
export async function startCluster(rules?: string[]): Promise<RedisCluster> {
  const settings = () => ({
    "cluster-enabled": "yes",
    "cluster-port": String(freePort()),
    "cluster-node-timeout": String(downMs),
    "cluster-replica-validity-factor": "0",
  });
  const nodes: Node[] = [];
  for (let index = 0; index < 6; index++) nodes.push(await startNode(freePort(), settings()));
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await Bun.$`redis-cli --cluster create ${addresses} --cluster-replicas 1 --cluster-yes`.quiet();
  const alive = () => nodes.filter(({ server }) => !killed.has(server));
  const key = `${redisNames("").queuePrefix}:poll:meta`;
  /** Returns the port of the primary that holds BullMQ's keys, as a node sees it; `null`: it does not know. */
  async function ownerBy(node: Node | undefined): Promise<number | null> {
    const slot = await ask<number>(node?.port, "cluster", "keyslot", key);
    const ranges = await ask<[number, number, [string, number]][]>(node?.port, "cluster", "slots");
    return ranges.find(([from, to]) => slot >= from && slot <= to)?.[2][1] ?? null;
  }
  async function owner(): Promise<number | null> {
    const owners = new Set(await Promise.all(alive().map(ownerBy)));
    return owners.size === 1 ? ([...owners][0] ?? null) : null;
  }
  const isWhole = async () => {
    const infos = await Promise.all(alive().map(({ port }) => ask<string>(port, "cluster", "info")));
    return infos.every((info) => info.includes("cluster_state:ok"));
  };
  const hasReplicas = async () => {
    const infos = await Promise.all(nodes.map(({ port }) => ask<string>(port, "info", "replication")));
    return infos.every((info) => /master_link_status:up|connected_slaves:1/.test(info));
  };
  while (!(await isWhole()) || (await owner()) === null || !(await hasReplicas())) await Bun.sleep(50);
  if (rules) for (const { port } of nodes) await ask(port, "acl", "setuser", "bell", ...rules);
  return {
    url: `redis+cluster://${rules ? "bell:secret@" : ""}${addresses.slice(0, 3)}`,
    async failOver() {
      const before = await owner();
      if (before === null) throw new Error("no node holds the keys");
      kill(nodes, before);
      const isOver = async () => ![before, null].includes(await owner()) && (await isWhole());
      while (!(await isOver())) await Bun.sleep(100);
    },
    async publishElsewhere(channel, message) {
      const current = await owner();
      // The count of receivers that Redis returns is 0 even if other nodes pass the message on.
      await ask(alive().find(({ port }) => port !== current)?.port, "publish", channel, message);
    },
    async stop() {
      await Promise.all(nodes.map(({ server }) => server.stop()));
    },
  };
}

const killed = new WeakSet<RedisServer>();

function kill(nodes: Node[], port: number): void {
  const node = nodes.find((node) => node.port === port);
  if (node === undefined) throw new Error(`no process listens on port ${port}`);
  process.kill(node.server.pid, "SIGKILL");
  killed.add(node.server);
}

async function startNode(port: number, settings: Record<string, string> = {}): Promise<Node> {
  // The copy for a replica is sent at once, not after the five seconds in which others may ask for one too.
  const replication = { "repl-diskless-sync-delay": "0" };
  return { port, server: await startRedis({ port, settings: { ...replication, ...settings } }) };
}

/** Sends one command over a connection of its own. */
async function ask<Answer>(port: number | undefined, command: string, ...values: string[]): Promise<Answer> {
  const redis = new Redis({ host: "127.0.0.1", port: port ?? 0, lazyConnect: true, retryStrategy: () => null });
  redis.on("error", () => {});
  try {
    return (await redis.call(command, ...values)) as Answer;
  } finally {
    redis.disconnect();
  }
}
