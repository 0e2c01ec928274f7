// What other clients get while one address asks the most expensive questions at its limit, and what each question costs.
//
// ABUSE_SECONDS (60) is the length of each attack. ABUSE_DAYS (45, which are 5.0 M rows) is the length of the stored history.
// ABUSE_DATABASE_URL names a database that already has such a history, to save the minutes that filling it takes.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../services/dev/daemons/postgres.ts";
import { startRedis } from "../../services/dev/daemons/redis.ts";
import { migrate } from "../../shared/database/migrate.ts";
import { connectPatientSql } from "../../shared/database/sql.ts";
import { type Service, startService } from "../rig/stack.ts";
import { type Check, type Findings, tableOf } from "./rig/findings.ts";
import { storeNetworkHistory } from "./rig/network-history.ts";
import { memoryMb } from "./rig/processes.ts";
import { quantile } from "./rig/rounds.ts";

export const description =
  "what others get while one address asks the worst of each kind, and what each question costs";

const { ABUSE_SECONDS = "60", ABUSE_DAYS = "45", ABUSE_DATABASE_URL } = process.env;
const seconds = Number(ABUSE_SECONDS);
/** Shorter histories, in days. The first has fewer rows than some questions read, the second has all of them. */
const shorter = { "50 thousand rows, ms": 0.45, "560 thousand rows, ms": 5 };

const maxBadPercent = 5;
const maxP95Ms = 1_000;
const maxMemoryMb = 256;

/** At the request limit: 200 in ten seconds. */
const attackEveryMs = 50;
const victimEveryMs = 500;
const victimTimeoutMs = 10_000;

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
const unknown = Array.from({ length: 500 }, (_, index) => `NONE${index}`).join();
const stream = "/v1/observations/stream";
/** A box that differs with each request, so that no answer is shared. */
const box = (request: number) => `bbox=${-170 + (request % 100) / 100},-60,170,70`;

/** What is asked in each attack, by the number of the request, and the time after which the client leaves, in ms. */
const attacks: Record<string, { path: (request: number, newest: number) => string; leaveMs?: number }> = {
  "stream openings since 2000, 500 unknown stations": {
    path: () => `${stream}?since=2000-01-01T00:00:00Z&stations=${unknown}`,
    leaveMs: 300,
  },
  "stream openings since 24 h, a box": { path: (n) => `${stream}?since=${hoursAgo(24)}&${box(n)}`, leaveMs: 300 },
  "resumes of 190,000 events, a box": {
    path: (n, newest) => `${stream}?lastEventId=${newest - 190_000}&${box(n)}`,
    leaveMs: 300,
  },
  "conditions of 48 h": { path: (n) => `/v1/conditions?within=48h&${box(n)}` },
  "pages of 10,000 rows": { path: (n) => `/v1/observations?limit=10000&since=${hoursAgo(20 * 24 + (n % 100))}` },
  "pages of 500 unknown stations": { path: () => `/v1/observations?limit=10000&stations=${unknown}` },
  "medians of 48 h": { path: (n) => `/v1/medians?since=${hoursAgo(47.9)}&step=3m&${box(n)}` },
  "exports that are read for a moment": { path: () => "/v1/observations?format=ndjson", leaveMs: 2_000 },
  "newest observations": { path: () => "/v1/observations/latest" },
};

/** What the victim asks, in turns. */
const wanted = [
  "/v1/observations/latest",
  "/v1/conditions",
  "/v1/stations",
  "/v1/medians",
  "/v1/observations",
  "/ready",
];

/** Attacks a server with the whole history, and measures the costs of questions with little and with much history. */
export async function run(): Promise<Findings> {
  const columns: [string, Record<string, number>][] = [];
  if (ABUSE_DATABASE_URL === undefined) {
    for (const [column, days] of Object.entries(shorter))
      columns.push([column, await withServer(days, undefined, costs)]);
  }
  const [large, checks] = await withServer(Number(ABUSE_DAYS), ABUSE_DATABASE_URL, async (server, newest) => {
    return [await costs(server, newest), await attackAll(server, newest)] as const;
  });
  columns.push(["5 million rows, ms", large]);
  const rows = Object.keys(attacks).map((question) => ({
    question,
    ...Object.fromEntries(columns.map(([column, found]) => [column, found[question] ?? Number.NaN])),
  }));
  return {
    tables: [{ title: "cost of one question, median of five", rows }, tableOf(`attacks of ${seconds} s`, checks)],
    skipped: [],
  };
}

/** Attacks a server with the whole history. */
export function check(): Promise<Check[]> {
  return withServer(Number(ABUSE_DAYS), ABUSE_DATABASE_URL, attackAll);
}

/** Lends a server of a history of so many days, with the newest event id. */
async function withServer<T>(
  days: number,
  given: string | undefined,
  use: (server: Service, newest: number) => Promise<T>,
): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), "bellbuoy-abuse-"));
  const postgres =
    given === undefined ? await startPostgres({ dataDir, settings: { fsync: "off", max_wal_size: "4GB" } }) : null;
  const redis = await startRedis();
  try {
    const url = given ?? postgres?.url ?? "";
    const sql = connectPatientSql(url, "bench");
    await migrate(sql);
    if (postgres !== null) await storeNetworkHistory(sql, days);
    const [row] = await sql<{ newest: number }[]>`select max(event_id)::int as newest from observations`;
    await sql.end();
    const env = { DATABASE_URL: url, REDIS_URL: redis.url, TRUST_PROXY: "1" };
    const server = await startService("server", env);
    while (!(await fetch(`${server.url}/ready`)).ok) await Bun.sleep(50);
    try {
      return await use(server, row?.newest ?? 0);
    } finally {
      await server.stop();
    }
  } finally {
    await redis.stop();
    await postgres?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

const from = (address: string) => ({ "X-Forwarded-For": address });

/** Measures each question of the attacks alone, in ms. A stream counts until its first event or heartbeat. */
async function costs(server: Service, newest: number): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [name, { path, leaveMs }] of Object.entries(attacks)) {
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      const startedMs = performance.now();
      const response = await fetch(server.url + path(round, newest), {
        headers: from(`10.7.${round}.${times.length}`),
      });
      if (leaveMs === undefined) await response.bytes();
      else await readSome(response);
      times.push(performance.now() - startedMs);
    }
    found[name] = quantile(
      times.sort((a, b) => a - b),
      0.5,
    );
  }
  return found;
}

/** Reads until an answer shows that the database has answered, and leaves. */
async function readSome(response: Response): Promise<void> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (/event: (observation|heartbeat|reset)|"stationId"/.test(text)) return;
  }
}

async function attackAll(server: Service, newest: number): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [name, attack] of Object.entries(attacks)) {
    const { badPercent, p95Ms, peakMb } = await watchVictim(server, (signal) =>
      keepAsking(server, signal, (n) => attack.path(n, newest), attack.leaveMs),
    );
    checks.push(
      { name: `${name}: others' answers that fail`, value: badPercent, unit: "%", max: maxBadPercent },
      { name: `${name}: others' answers, p95`, value: p95Ms, unit: "ms", max: maxP95Ms },
      { name: `${name}: memory`, value: peakMb, unit: "MB", max: maxMemoryMb },
    );
  }
  return checks;
}

/** Asks at the limit of one address until the signal aborts. */
async function keepAsking(
  server: Service,
  signal: AbortSignal,
  path: (request: number) => string,
  leaveMs = 10_000,
): Promise<void> {
  for (let request = 0; !signal.aborted; request++) {
    void fetch(server.url + path(request), {
      headers: from("10.0.0.1"),
      signal: AbortSignal.any([signal, AbortSignal.timeout(leaveMs)]),
    })
      .then((response) => response.bytes())
      // It has left.
      .catch(() => {});
    await Bun.sleep(attackEveryMs);
  }
}

/** Asks as another client does while something goes on, and watches the server's memory. */
async function watchVictim(server: Service, act: (signal: AbortSignal) => Promise<void>) {
  const over = new AbortController();
  const acting = act(over.signal);
  const answers: Promise<{ isGood: boolean; ms: number }>[] = [];
  let peakMb = 0;
  for (let asked = 0; asked * victimEveryMs < seconds * 1_000; asked++) {
    answers.push(askOnce(server.url + wanted[asked % wanted.length]));
    peakMb = Math.max(peakMb, await memoryMb([server.pid]));
    await Bun.sleep(victimEveryMs);
  }
  const all = await Promise.all(answers);
  over.abort();
  await acting;
  const times = all.map(({ ms }) => ms).sort((a, b) => a - b);
  const bad = all.filter(({ isGood }) => !isGood).length;
  return { badPercent: (100 * bad) / all.length, p95Ms: quantile(times, 0.95), peakMb };
}

async function askOnce(url: string): Promise<{ isGood: boolean; ms: number }> {
  const startedMs = performance.now();
  try {
    const response = await fetch(url, { headers: from("10.9.9.9"), signal: AbortSignal.timeout(victimTimeoutMs) });
    await response.bytes();
    return { isGood: response.ok, ms: performance.now() - startedMs };
  } catch {
    return { isGood: false, ms: performance.now() - startedMs };
  }
}
