// Measures memory, CPU, disk use and start time of bellbuoy.

import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort } from "../../services/dev/daemons/ports.ts";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { migrate } from "../../shared/database/migrate.ts";
import { connectSql, type Sql } from "../../shared/database/sql.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { listen } from "../rig/listen.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { observed } from "../rig/observed.ts";
import { redisOptions } from "../rig/redis-options.ts";
import { type ServiceName, type StartingService, spawnService } from "../rig/stack.ts";
import { startUpstream } from "../rig/upstream.ts";
import type { Findings, RunOptions, Table } from "./rig/findings.ts";
import { type ProcessState, readProcess, readProcessTree } from "./rig/process.ts";
import { composeSettings, type SmallMachine, startSmallMachine } from "./rig/small-machine.ts";

export const description = "what bellbuoy needs of a machine: memory, CPU, disk, time to start";

const project = join(import.meta.dir, "../..");

/** Number of stations, and reports of each per day, as in NDBC's network. */
const network = { stations: 880, reports: 125 };
const pollsADay = 288;
const listeners = 100;
const idleSeconds = 60;
const networkPolls = 30;
/** Time for the processes to release memory that only a start or a burst needed. */
const settleMs = 20_000;

const parts = { memory: measureMemory, disk: measureDisk, installed: measureInstalled, start: measureStart };

/** Measures each part, or only the named one: memory (with CPU), disk, installed, start. */
export async function run({ part, rounds }: RunOptions): Promise<Findings> {
  const wanted = Object.entries(parts).filter(([name]) => part === null || name === part);
  if (wanted.length === 0) throw new Error(`there is no part "${part}", only ${Object.keys(parts).join(", ")}`);
  const tables: Table[] = [];
  for (const [, measure] of wanted) tables.push(...(await measure(rounds)));
  return { tables, skipped: [] };
}

/**
 * Copies Bun. PSS divides shared memory among all processes that share it, so other programs on the same Bun would lower
 * the figures.
 */
async function copyBun(): Promise<{ path: string; remove(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "bellbuoy-bun-"));
  await cp(process.execPath, join(directory, "bun"), { dereference: true });
  return {
    path: `${directory}:${process.env.PATH}`,
    remove: () => rm(directory, { recursive: true }),
  };
}

async function measureMemory(): Promise<Table[]> {
  const machine = await startSmallMachine(await composeSettings());
  const upstream = startUpstream();
  const bun = await copyBun();
  const env = { PATH: bun.path, DATABASE_URL: machine.databaseUrl, REDIS_URL: machine.redisUrl };
  upstream.files.set(latestObsPath, networkFile(0));
  const server = spawnService("server", { ...env, MAX_STREAMS_PER_IP: String(listeners) });
  let worker = spawnService("worker", { ...env, NDBC_URL: upstream.url, BACKFILL_HOURS: "0" });
  try {
    const url = await server.up;
    await worker.line(({ message }) => message === "polled");
    const look = () => lookAt(machine, worker, server);

    await Bun.sleep(settleMs);
    const before = look();
    await Bun.sleep(idleSeconds * 1_000);
    const idle = look();

    await worker.stop();
    worker = spawnService("worker", { ...env, NDBC_URL: upstream.url, BACKFILL_HOURS: "0", POLL_SECONDS: "1" });
    await worker.up;
    const listening = await Promise.all(
      Array.from({ length: listeners }, () => listen(`${url}/v1/observations/stream`)),
    );
    let most = look();
    for (let poll = 1; poll <= networkPolls; poll++) {
      upstream.files.set(latestObsPath, networkFile(poll));
      await listening[0]?.heard(poll * network.stations);
      await (await fetch(`${url}/v1/observations/latest`)).arrayBuffer();
      most = larger(most, look());
    }
    await Bun.sleep(settleMs);
    const afterwards = look();
    for (const one of listening) one.leave();
    return [memoryTable({ idle, most, afterwards }), cpuTable(before, idle)];
  } finally {
    await Promise.all([worker.stop(), server.stop()]);
    await upstream.stop();
    await machine.stop();
    await bun.remove();
  }
}

/** Returns a row of each station for this minute. */
function networkFile(poll: number): string {
  return latestObsFile(network.stations, new Date(Math.floor(Date.now() / 60_000 - 60 + poll) * 60_000));
}

type Look = Record<"worker" | "server" | "PostgreSQL" | "Redis", ProcessState>;

function lookAt(machine: SmallMachine, worker: StartingService, server: StartingService): Look {
  return {
    worker: readProcess(worker.pid),
    server: readProcess(server.pid),
    PostgreSQL: readProcessTree(machine.postgresPid),
    Redis: readProcess(machine.redisPid),
  };
}

function larger(one: Look, other: Look): Look {
  const names = Object.keys(one) as (keyof Look)[];
  return Object.fromEntries(
    names.map((name) => [name, one[name].pssBytes > other[name].pssBytes ? one[name] : other[name]]),
  ) as Look;
}

const together = { services: ["worker", "server"], stores: ["PostgreSQL", "Redis"] } as const;

function memoryTable({ idle, most, afterwards }: Record<"idle" | "most" | "afterwards", Look>): Table {
  const megabytes = (look: Look, names: readonly (keyof Look)[]) =>
    names.reduce((sum, name) => sum + look[name].pssBytes, 0) / 1e6;
  const row = (what: string, names: readonly (keyof Look)[]) => ({
    what,
    "idle MB": megabytes(idle, names),
    "most MB": megabytes(most, names),
    "afterwards MB": megabytes(afterwards, names),
  });
  return {
    title:
      "Memory (PSS): idle; max while the whole network reports every second, not every five minutes, to " +
      `${listeners} listeners; and ${settleMs / 1_000} s after that`,
    rows: [
      row("worker", ["worker"]),
      row("server", ["server"]),
      row("both services", together.services),
      row("PostgreSQL", ["PostgreSQL"]),
      row("Redis", ["Redis"]),
      row("both stores", together.stores),
    ],
  };
}

function cpuTable(before: Look, after: Look): Table {
  const percent = (names: readonly (keyof Look)[]) =>
    names.reduce((sum, name) => sum + after[name].cpuMs - before[name].cpuMs, 0) / (idleSeconds * 10);
  return {
    title: `CPU when idle, over ${idleSeconds} s`,
    rows: [
      { what: "worker", "% of a core": percent(["worker"]) },
      { what: "server", "% of a core": percent(["server"]) },
      { what: "both services", "% of a core": percent(together.services) },
      { what: "PostgreSQL and Redis", "% of a core": percent(together.stores) },
    ],
  };
}

/**
 * Measures what PostgreSQL writes per day, with a few hours of polls without pauses. A checkpoint follows after as many polls
 * as fit into its timeout.
 */
async function measureDisk(): Promise<Table[]> {
  const rows = [
    { settings: "PostgreSQL's own, checkpoint every 5 min", ...(await writtenADay({}, 1)) },
    { settings: "compose.yaml's, checkpoint every hour", ...(await writtenADay(await composeSettings(), 12)) },
    { settings: "compose.yaml's, but every 30 min", ...(await writtenADay(await composeSettings(), 6)) },
  ];
  return [{ title: "Written to disk per day with the whole network", rows }];
}

async function writtenADay(settings: Record<string, string>, pollsACheckpoint: number) {
  // Only the bench starts checkpoints.
  const machine = await startSmallMachine({ ...settings, checkpoint_timeout: "1d", max_wal_size: "4GB" });
  const sql = connectSql(machine.databaseUrl, "bench");
  const redis = new Redis(redisOptions(machine.redisUrl));
  const polls = 3 * 12;
  try {
    await migrate(sql);
    const today = new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000);
    await storeTwoDays(sql, today);
    await sql`checkpoint`;
    const before = await bytesWritten(sql);
    for (let poll = 0; poll < polls; poll++) {
      await storePoll(
        sql,
        latestObsPath,
        { etag: null, lastModified: null, hash: null },
        freshRows(today, poll),
        unguardedIds,
      );
      await publishPending(sql, redis);
      if ((poll + 1) % pollsACheckpoint === 0) await sql`checkpoint`;
    }
    const after = await bytesWritten(sql);
    const megabytesADay = (of: "log" | "tables") => (((after[of] - before[of]) / polls) * pollsADay) / 1e6;
    return {
      "log MB": megabytesADay("log"),
      "tables MB": megabytesADay("tables"),
      "MB a day": megabytesADay("log") + megabytesADay("tables"),
    };
  } finally {
    redis.disconnect();
    await sql.end({ timeout: 1 });
    await machine.stop();
  }
}

/** Stores the two days before, so that each station has its own index pages, as in a long run. */
async function storeTwoDays(sql: Sql, today: Date): Promise<void> {
  await sql`
    insert into observations (station_id, observed_at, wave_height_m, wind_speed_mps, water_temp_c, event_id)
    select (10000 + station)::text, at, 1.2, 5, 12, nextval('event_ids')
    from generate_series(
      ${today}::timestamptz - interval '2 days', ${today}::timestamptz - interval '1 second',
      interval '1 day' / ${network.reports}::int
    ) as at, generate_series(0, ${network.stations - 1}::int) as station
  `;
  await sql`update stream_marks set published_event_id = (select max(event_id) from observations)`;
}

/** Returns the new rows of each poll: the rows of a day, divided by its polls. */
function freshRows(today: Date, poll: number) {
  const share = network.reports / pollsADay;
  const at = new Date(today.getTime() + poll * 300_000).toISOString();
  return Array.from({ length: network.stations }, (_, station) => station)
    .filter((station) => Math.floor((station + poll) * share) !== Math.floor((station + poll + 1) * share))
    .map((station) => observed(String(10_000 + station), at, { waveHeightM: 1.2, windSpeedMps: 5, waterTempC: 12 }));
}

async function bytesWritten(sql: Sql): Promise<{ log: number; tables: number }> {
  await Promise.all(Array.from({ length: 8 }, () => sql`select pg_stat_force_next_flush()`));
  const [row] = await sql<{ log: number; tables: number }[]>`
    select
      coalesce(sum(write_bytes) filter (where object = 'wal'), 0)::float8 as log,
      coalesce(sum(write_bytes) filter (where object <> 'wal'), 0)::float8 as tables
    from pg_stat_io
  `;
  return row ?? { log: 0, tables: 0 };
}

async function measureInstalled(): Promise<Table[]> {
  const directory = await mkdtemp(join(tmpdir(), "bellbuoy-installed-"));
  try {
    for (const name of ["package.json", "bun.lock", "bunfig.toml"])
      await cp(join(project, name), join(directory, name));
    await Bun.$`bun install --production --frozen-lockfile`.cwd(directory).quiet();
    const size = async (...paths: string[]) => {
      const sizes = await Bun.$`du -scb ${paths}`.text();
      return Number(/(\d+)\s+total/.exec(sizes)?.[1]) / 1e6;
    };
    const bun = await size(await Bun.$`readlink -f ${process.execPath}`.text().then((path) => path.trim()));
    const packages = await size(join(directory, "node_modules"));
    const own = await size(...["services", "shared", "web"].map((name) => join(project, name)));
    return [
      {
        title: "Installed",
        rows: [
          { what: "Bun", MB: bun },
          { what: "packages (bun install --production)", MB: packages },
          { what: "bellbuoy and its player", MB: own },
          { what: "total", MB: bun + packages + own },
        ],
      },
    ];
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function measureStart(rounds: number): Promise<Table[]> {
  const machine = await startSmallMachine(await composeSettings());
  const env = { DATABASE_URL: machine.databaseUrl, REDIS_URL: machine.redisUrl };
  const first: Record<ServiceName, number[]> = { server: [], worker: [] };
  try {
    for (let round = 0; round < rounds; round++) {
      for (const service of ["server", "worker"] as const) first[service].push(await timeToReady(service, env));
    }
  } finally {
    await machine.stop();
  }
  const middle = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
  return [
    {
      title: `From the start of a process to 200 of its /ready, median of ${rounds}`,
      rows: Object.entries(first).map(([service, times]) => ({ service, ms: middle(times) })),
    },
  ];
}

async function timeToReady(service: ServiceName, env: Record<string, string>): Promise<number> {
  const port = freePort();
  const startedAt = performance.now();
  const ports = { PORT: String(port), WORKER_PORT: String(port), NDBC_URL: "http://127.0.0.1:1", BACKFILL_HOURS: "0" };
  const started = spawnService(service, { ...env, ...ports });
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/ready`).then(
      (response) => response.ok,
      () => false,
    );
  while (!(await isReady())) await Bun.sleep(5);
  const took = performance.now() - startedAt;
  await started.stop();
  return took;
}
