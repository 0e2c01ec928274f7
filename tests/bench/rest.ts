// Measures the response times of the API, and the memory that large answers need.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../services/dev/daemons/postgres.ts";
import { startRedis } from "../../services/dev/daemons/redis.ts";
import { migrate } from "../../shared/database/migrate.ts";
import { connectSql } from "../../shared/database/sql.ts";
import { endOwnCluster } from "../rig/database.ts";
import { neverRead } from "../rig/never-read.ts";
import { type Service, startService, startStack } from "../rig/stack.ts";
import type { Check, Findings } from "./rig/findings.ts";
import { storeNetworkHistory } from "./rig/network-history.ts";
import { memoryMb } from "./rig/processes.ts";
import { quantile } from "./rig/rounds.ts";

export const description = "response time of each endpoint, with 45 days of the whole network";

const days = 45;
const requests = 100;
/** Requests before the measured ones, which fill the caches of the database. */
const warmUps = 5;

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => `NOS${String(index + 1).padStart(4, "0")}`).join();

/** Returns the query of the past day as of some seconds ago, which no other request has used. */
const mediansUntil = (secondsAgo: number) => `/v1/medians?until=${hoursAgo(secondsAgo / 3_600)}`;

/** Paths by their row in the table. A function returns a different path for each request number. */
const asked: Record<string, string | ((request: number) => string)> = {
  "/v1/observations/latest": "/v1/observations/latest",
  "… as GeoJSON": "/v1/observations/latest?format=geojson",
  "/v1/observations/by-station/:stationId, a day": `/v1/observations/by-station/NOS0001?since=${hoursAgo(24)}`,
  "… the newest 1,000 rows": "/v1/observations/by-station/NOS0001",
  "/v1/observations, a page of 1,000 rows": `/v1/observations?since=${hoursAgo(20 * 24)}`,
  "… of 10,000 rows": `/v1/observations?since=${hoursAgo(20 * 24)}&limit=10000`,
  "… of 3 stations": "/v1/observations?stations=NOS0001,BUOY0002,SHORE0003",
  "… of 200 stations": `/v1/observations?stations=${many(200)}`,
  "/v1/conditions": "/v1/conditions",
  "… of 24 hours": "/v1/conditions?within=24h",
  "… of a region": "/v1/conditions?bbox=-130,30,-110,50",
  "/v1/medians": mediansUntil,
  "… that somebody asked for within the minute": "/v1/medians",
  "… of one region": (request) => `${mediansUntil(request)}&bbox=-130,30,-110,50`,
  "/v1/stations": "/v1/stations",
  "/v1/stations/:stationId": "/v1/stations/NOS0001",
  "/v1/status": "/v1/status",
};

/** Fills a new database and requests each answer, one request after another. */
export async function run(): Promise<Findings> {
  const dataDir = await mkdtemp(join(tmpdir(), "bellbuoy-bench-"));
  const postgres = await startPostgres({ dataDir, settings: { fsync: "off", max_wal_size: "4GB" } });
  const redis = await startRedis();
  try {
    const sql = connectSql(postgres.url, "bench");
    await migrate(sql);
    const rows = await storeNetworkHistory(sql, days);
    await sql.end();
    const server = await startService("server", {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      // Each request has another client address, so that the rate limit does not interfere.
      TRUST_PROXY: "1",
    });
    const table = [];
    for (const [answer, path] of Object.entries(asked)) {
      const pathOf = typeof path === "string" ? () => path : path;
      table.push({ answer, ...(await measure(server, pathOf)) });
    }
    await server.stop();
    return {
      tables: [{ title: `${rows.toLocaleString("en-US")} rows, ${requests} requests each`, rows: table }],
      skipped: [],
    };
  } finally {
    await Promise.all([postgres.stop(), redis.stop()]);
    await rm(dataDir, { recursive: true, force: true });
  }
}

let count = 0;

async function measure(server: Service, pathOf: (request: number) => string) {
  const times: number[] = [];
  let bytes = 0;
  for (let request = -warmUps; request < requests; request++) {
    count += 1;
    const path = pathOf(request);
    const headers = { "X-Forwarded-For": `10.0.${count >> 8}.${count & 255}`, "Accept-Encoding": "identity" };
    const begunAt = performance.now();
    const response = await fetch(server.url + path, { headers });
    bytes = (await response.bytes()).length;
    if (request >= 0) times.push(performance.now() - begunAt);
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  }
  times.sort((a, b) => a - b);
  return { "p50 ms": quantile(times, 0.5), "p99 ms": quantile(times, 0.99), kB: bytes / 1000 };
}

/** Rows of an answer of 87 MB. */
const exportedRows = 400_000;
/** Max growth; most of it is garbage that is not collected yet. */
const maxGrowthMb = 64;

/** Compares the memory growth during a large answer with its limit. @throws {Error} if rows are missing */
export async function check(): Promise<Check[]> {
  const stack = await startStack();
  try {
    const server = await stack.start("server");
    await stack.sql`
      insert into observations (station_id, observed_at, wave_height_m, wind_speed_mps, water_temp_c, pressure_hpa)
      select 'TEST' || number % 100, timestamptz '2026-05-06' + number / 100 * interval '1 minute',
        random(), random(), random(), random()
      from generate_series(0, ${exportedRows - 1}::int) as number
    `;
    // The first answers do not count.
    await (await fetch(`${server.url}/v1/observations?format=ndjson&limit=10000`)).text();
    const checks: Check[] = [];
    for (const encoding of ["identity", "gzip", "zstd"]) {
      const value = await growthMb(server, () => readSlowly(server, encoding));
      checks.push({ name: `memory grown by a slow reader of 87 MB, ${encoding}`, value, unit: "MB", max: maxGrowthMb });
    }
    const value = await growthMb(server, () => stall(server));
    return [...checks, { name: "memory grown by a reader that stalls", value, unit: "MB", max: maxGrowthMb }];
  } finally {
    await stack.stop();
    await endOwnCluster();
  }
}

/** Measures the max memory growth of the server while a promise is pending. @returns MB */
async function growthMb(server: Service, act: () => Promise<void>): Promise<number> {
  const before = await memoryMb([server.pid]);
  let peak = before;
  let isOver = false;
  const acting = act().finally(() => {
    isOver = true;
  });
  while (!isOver) {
    peak = Math.max(peak, await memoryMb([server.pid]));
    await Bun.sleep(10);
  }
  await acting;
  return peak - before;
}

/** Reads a whole answer, with a pause after each piece. */
async function readSlowly(server: Service, acceptEncoding: string): Promise<void> {
  const url = `${server.url}/v1/observations?format=ndjson`;
  const { body } = await fetch(url, { headers: { "Accept-Encoding": acceptEncoding } });
  let lines = 0;
  for await (const bytes of body ?? []) {
    for (const byte of bytes) if (byte === 10) lines++;
    await Bun.sleep(0);
  }
  if (lines !== exportedRows) throw new Error(`${lines} of ${exportedRows} rows have arrived`);
}

/** Time during which a client reads nothing. */
const stallMs = 3_000;

async function stall(server: Service): Promise<void> {
  const sleeper = await neverRead(`${server.url}/v1/observations?format=ndjson`);
  await Bun.sleep(stallMs);
  sleeper.leave();
}
