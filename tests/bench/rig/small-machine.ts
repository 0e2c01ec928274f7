// A PostgreSQL and a Redis as on a small machine.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../../services/dev/daemons/postgres.ts";
import { startRedis } from "../../../services/dev/daemons/redis.ts";

/** Returns the PostgreSQL settings of compose.yaml, for a machine with 512 MB and an SD card. */
export async function composeSettings(): Promise<Record<string, string>> {
  const compose = Bun.YAML.parse(await Bun.file(join(import.meta.dir, "../../../compose.yaml")).text()) as {
    services: { postgres: { command: string[] } };
  };
  const settings = compose.services.postgres.command.filter((argument) => argument.startsWith("-c"));
  return Object.fromEntries(settings.map((setting) => setting.slice("-c".length).split("=") as [string, string]));
}

/** A PostgreSQL and a Redis for one bench. */
export type SmallMachine = {
  databaseUrl: string;
  redisUrl: string;
  postgresPid: number;
  redisPid: number;
  stop(): Promise<void>;
};

/** Starts both, with data that survives a power cut, as in a real install. */
export async function startSmallMachine(settings: Record<string, string>): Promise<SmallMachine> {
  const dataDir = await mkdtemp(join(tmpdir(), "bellbuoy-footprint-"));
  const redisDir = join(dataDir, "redis");
  const [postgres, redis] = await Promise.all([startPostgres({ dataDir, settings }), startRedis({ dir: redisDir })]);
  const firstLine = async (path: string) => Number((await readFile(path, "utf8")).split("\n", 1)[0]);
  return {
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    postgresPid: await firstLine(join(dataDir, "cluster/postmaster.pid")),
    redisPid: await firstLine(join(redisDir, "run/redis.pid")),
    async stop() {
      await Promise.all([postgres.stop(), redis.stop()]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
