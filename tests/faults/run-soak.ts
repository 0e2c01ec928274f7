// Runs all of bellbuoy under random faults, and reports whether every listener received every event.
import { freePort } from "../../services/dev/daemons/ports.ts";
import { startRedis } from "../../services/dev/daemons/redis.ts";
import { randomOf } from "../../services/dev/sea/random.ts";
import type { Sql } from "../../shared/database/sql.ts";
import { measurements, type StoredEvent } from "../../shared/measurements.ts";
import { encodeObservation } from "../../shared/observation.ts";
import type { ServiceName } from "../rig/stack.ts";
import { startWire, type Wire } from "../rig/wire.ts";
import { startListener } from "./browser-listener.ts";
import { type Fault, noticeMs, type PastFault, planFaults, resumeMs, runFaults } from "./faults.ts";
import { type MortalStack, startMortalStack } from "./mortal-stack.ts";
import type { Series } from "./network-series.ts";
import { startReplay } from "./replay.ts";
import { judge, type Verdict } from "./verdict.ts";
import { type FaultKind, problemCodes, type WiredService } from "./ways.ts";

/** Holds the settings of a soak. */
export type SoakOptions = {
  seed: number;
  faults: number;
  kinds: FaultKind[];
  /** What NDBC serves, and how long each file of it is the newest. */
  series: Series;
  stepMs: number;
  listeners: number;
  servers: number;
  /** Max time between two faults, and max duration of a fault that is noticed by then. */
  maxGapMs: number;
  maxLastsMs: number;
  /** Called when a fault begins. */
  onFault(fault: Fault): void;
};

/** Holds the results of a soak. */
export type SoakReport = {
  verdict: Verdict;
  faults: PastFault[];
  seconds: number;
  /** Time from the last fault until every listener had every event and all services were ready; `null`: timed out. */
  settledAfterMs: number | null;
  files: number;
  polls: number;
  /** Longest time between two polls. */
  longestPollPauseMs: number;
  streams: number;
  /** Number of responses to listeners with a status other than 200. */
  refusals: number;
  contradictions: string[];
  resets: string[];
  crashes: string[];
};

/** Max time from the last fault until every listener has every event. */
const settleMs = 60_000;

/** Runs bellbuoy under faults, waits until it has recovered, and returns the results. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  let drawn = 0;
  const random = () => randomOf(options.seed, String(drawn++));
  const startedAt = performance.now();
  const [stack, otherRedis] = await Promise.all([startMortalStack(), startRedis({ port: freePort() })]);
  const replay = startReplay(options.series, options.stepMs);
  const wires: Wire[] = [];
  const start = async (name: ServiceName, env?: Record<string, string>) => {
    const service = await startWired(stack, wires, name, env);
    await service.process.up;
    return service;
  };
  try {
    const servers = await Promise.all(Array.from({ length: options.servers }, () => start("server")));
    const dataOf = new Map<number, string>();
    const streams = servers.map(({ url }) => `${url}/v1/observations/stream`);
    // Separate random draws for each listener, so that one listener's errors do not change the behaviour of the others.
    const listeners = Array.from({ length: options.listeners }, (_, index) => {
      let draws = 0;
      return startListener(streams, () => randomOf(options.seed, `listener/${index}/${draws++}`), dataOf);
    });
    await Promise.all(listeners.map(({ connected }) => connected));
    const env = { NDBC_URL: replay.url, POLL_SECONDS: "1" };
    const workers = await Promise.all([start("worker", env), start("worker", env)]);

    const plan = planFaults(options.kinds, options.faults, random, options);
    const { redis, postgres, sql } = stack;
    const victims = { workers, servers, redis, otherRedisUrl: otherRedis.url, postgres, sql, listeners };
    const faults = await runFaults(plan, victims, random, replay.polledAgain, options.onFault);

    const faultsEndedAt = performance.now();
    const settled = (async () => {
      replay.standStill();
      await replay.polledAgain(3);
      const stored = await untilRead(() => readStored(sql));
      await Promise.all(listeners.map((listener) => listener.reached(stored.at(-1)?.id ?? 0)));
      await Promise.all([...workers, ...servers].map(untilReady));
      return { stored, afterMs: performance.now() - faultsEndedAt };
    })();
    const result = await Promise.race([settled, Bun.sleep(settleMs).then(() => null)]);
    for (const listener of listeners) listener.leave();
    const stored = result?.stored ?? (await readStored(sql));
    return {
      verdict: judge(listeners, dataOf, stored),
      faults,
      seconds: (performance.now() - startedAt) / 1_000,
      settledAfterMs: result?.afterMs ?? null,
      files: replay.steps,
      polls: replay.polls.length,
      longestPollPauseMs: Math.max(...replay.polls.slice(1).map((at, index) => at - (replay.polls[index] ?? at))),
      streams: listeners.reduce((sum, listener) => sum + listener.streams, 0),
      refusals: listeners.reduce((sum, listener) => sum + listener.refusals, 0),
      contradictions: listeners.flatMap(({ contradictions }) => contradictions),
      resets: listeners.flatMap(({ resets }) => resets),
      crashes: stack.crashes,
    };
  } finally {
    await replay.stop();
    await stack.stop();
    await otherRedis.stop();
    for (const wire of wires) await wire.stop();
  }
}

async function startWired(
  stack: MortalStack,
  wires: Wire[],
  name: ServiceName,
  env: Record<string, string> = {},
): Promise<WiredService> {
  const [toPostgres, toRedis] = await Promise.all([startWire(stack.databaseUrl), startWire(stack.redisUrl)]);
  wires.push(toPostgres, toRedis);
  const service = stack.startService(name, { ...env, DATABASE_URL: toPostgres.url, REDIS_URL: toRedis.url });
  return Object.assign(service, { toPostgres, toRedis });
}

async function untilReady(service: WiredService): Promise<void> {
  while ((await problemCodes(service))?.length !== 0) await Bun.sleep(100);
}

/** Returns the faults that no service noticed in time, and those after which polls or the victim did not recover. */
export function stoppagesOf({ faults }: SoakReport): { unnoticed: PastFault[]; stopped: PastFault[] } {
  return {
    unnoticed: faults.filter(({ noticedAfterMs }) => noticedAfterMs === Number.POSITIVE_INFINITY),
    stopped: faults.filter(({ resumedAfterMs }) => resumedAfterMs === Number.POSITIVE_INFINITY),
  };
}

/** Matches resets after a restore. The second text: the listener reconnected before any worker had stored an event. */
const setBack = /the database was set back|the last event id is newer than every stored event/;

/** Checks a report. @returns a line for each failure; none when every listener received every event once, in order */
export function complaintsOf(report: SoakReport): string[] {
  const { lost, duplicated, disordered, different } = report.verdict;
  const counts = { lost, duplicated, disordered, different };
  const { unnoticed, stopped } = stoppagesOf(report);
  const wasSetBack = report.faults.some(({ kind }) => kind === "set PostgreSQL back");
  const resets = report.resets.filter((data) => !wasSetBack || !setBack.test(data));
  return [
    ...Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${count} events ${what}`])),
    ...unnoticed.map(({ kind }) => `not noticed within ${noticeMs / 1_000} s: ${kind}`),
    ...stopped.map(({ kind }) => `no recovery within ${resumeMs / 1_000} s after: ${kind}`),
    ...(report.settledAfterMs === null
      ? [`not every listener had every event, or a service was not ready, ${settleMs / 1_000} s after the last fault`]
      : []),
    ...report.contradictions.map((text) => `contradiction under id ${text}`),
    ...resets.map((data) => `reset ${data}`),
    ...report.crashes,
  ];
}

async function readStored(sql: Sql): Promise<{ id: number; data: string }[]> {
  const rows = await sql<StoredEvent[]>`
    select station_id, observed_at, ${sql(measurements)}, event_id
    from observations where event_id is not null order by event_id
  `;
  return rows.map((row) => ({ id: Number(row.eventId), data: encodeObservation(row) }));
}

/** Retries a read, since each pooled connection that a killed PostgreSQL left behind fails once. */
async function untilRead<T>(read: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch {
      await Bun.sleep(50);
    }
  }
}
