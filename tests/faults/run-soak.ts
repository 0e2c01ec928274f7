import { freePort } from "../../services/dev/daemons/ports.ts";
import { startRedis } from "../../services/dev/daemons/redis.ts";
import { randomOf } from "../../services/dev/sea/random.ts";
import type { Sql } from "../../shared/database/sql.ts";
import { measurements, type StoredEvent } from "../../shared/measurements.ts";
import { encodeObservation } from "../../shared/observation.ts";
import type { ServiceName } from "../rig/stack.ts";
import { startWire, type Wire } from "../rig/wire.ts";
import { startListener } from "./browser-listener.ts";
import { type Fault, inflict, noticeMs, type PastFault, planFaults, resumeMs } from "./faults.ts";
import { type MortalStack, startMortalStack } from "./mortal-stack.ts";
import type { Series } from "./network-series.ts";
import { startReplay } from "./replay.ts";
import { judge, type Verdict } from "./verdict.ts";
import { type FaultKind, problemCodes, type WiredService } from "./ways.ts";

export type SoakOptions = {
  seed: number;
  faults: number;
  kinds: FaultKind[];
  /** What NDBC serves, and how long each file of it is the newest. */
  series: Series;
  stepMs: number;
  listeners: number;
  servers: number;
  /** At most so long between two faults, and so long for one unless it is noticed later. */
  maxGapMs: number;
  maxLastsMs: number;
  /** Called for each fault when it begins. */
  onFault(fault: Fault): void;
};

/** What came of a soak. */
export type SoakReport = {
  verdict: Verdict;
  faults: PastFault[];
  seconds: number;
  /** How long after the last fault every listener had heard everything and all services were ready; `null`: not in time. */
  settledAfterMs: number | null;
  files: number;
  polls: number;
  /** The longest time without a poll. */
  longestPollPauseMs: number;
  streams: number;
  /** Answers to listeners other than 200. */
  refusals: number;
  contradictions: string[];
  resets: string[];
  crashes: string[];
};

/** How long it may take after the last fault until everybody has heard everything. */
const settleMs = 60_000;

/** Runs the whole of bellbuoy under faults, then lets it settle, and tells how well its promise was kept. */
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
    // Draws of its own for each: what one of them meets must not change what the others do.
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
    const faults = await inflict(plan, victims, random, replay.polledAgain, options.onFault);

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

/** How many faults nobody noticed in time, and after how many polls or their victim did not go on by themselves. */
export function stoppagesOf({ faults }: SoakReport): { unnoticed: PastFault[]; stopped: PastFault[] } {
  return {
    unnoticed: faults.filter(({ noticedAfterMs }) => noticedAfterMs === Number.POSITIVE_INFINITY),
    stopped: faults.filter(({ resumedAfterMs }) => resumedAfterMs === Number.POSITIVE_INFINITY),
  };
}

/** What a listener is told after a restore. The second: it came back before any worker had stored something. */
const setBack = /the database was set back|the last event id is newer than every stored event/;

/** What nobody may ever see in a report. @returns a line for each; none when the promise was kept */
export function complaintsOf(report: SoakReport): string[] {
  const { lost, duplicated, disordered, different } = report.verdict;
  const counts = { lost, duplicated, disordered, different };
  const { unnoticed, stopped } = stoppagesOf(report);
  const wasSetBack = report.faults.some(({ kind }) => kind === "set PostgreSQL back");
  const resets = report.resets.filter((data) => !wasSetBack || !setBack.test(data));
  return [
    ...Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${count} events ${what}`])),
    ...unnoticed.map(({ kind }) => `not noticed within ${noticeMs / 1_000} s: ${kind}`),
    ...stopped.map(({ kind }) => `nothing went on within ${resumeMs / 1_000} s after: ${kind}`),
    ...(report.settledAfterMs === null
      ? [`not everybody had heard everything and was ready ${settleMs / 1_000} s after the last fault`]
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

/** A connection that a killed PostgreSQL left behind fails once. */
async function untilRead<T>(read: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch {
      await Bun.sleep(50);
    }
  }
}
