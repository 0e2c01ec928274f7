import { randomOf } from "../../services/dev/sea/random.ts";
import type { Sql } from "../../shared/database/sql.ts";
import { measurements, type StoredEvent } from "../../shared/measurements.ts";
import { encodeObservation } from "../../shared/observation.ts";
import { startListener } from "./browser-listener.ts";
import { type FaultKind, inflict, type PastFault, planFaults } from "./faults.ts";
import { startMortalStack } from "./mortal-stack.ts";
import type { Series } from "./network-series.ts";
import { startReplay } from "./replay.ts";
import { judge, type Verdict } from "./verdict.ts";

export type SoakOptions = {
  seed: number;
  faults: number;
  /** What NDBC serves, and how long each file of it is the newest. */
  series: Series;
  stepMs: number;
  listeners: number;
  servers: number;
  /** At most so long between two faults, and so long for one. */
  maxGapMs: number;
  maxLastsMs: number;
  /** Called for each fault when it begins. */
  onFault(kind: FaultKind, lastsMs: number): void;
};

/** What came of a soak. */
export type SoakReport = {
  verdict: Verdict;
  faults: Record<string, number>;
  seconds: number;
  /** How long after the last fault every listener had heard everything; `null`: not in time. */
  settledAfterMs: number | null;
  files: number;
  polls: number;
  /** The longest times without a poll: of all, and of those while neither PostgreSQL nor Redis was away. */
  longestPollPause: PollPause;
  longestPollPauseOfWorkers: PollPause;
  streams: number;
  /** Answers to listeners other than 200. */
  refusals: number;
  contradictions: string[];
  resets: string[];
  crashes: string[];
};

/** A time without a poll, and what went wrong meanwhile. */
export type PollPause = { ms: number; faults: string[] };

/** How long it may take after the last fault until everybody has heard everything. */
const settleMs = 60_000;
/** Services are themselves again so long after PostgreSQL or Redis came back. */
const aftermathMs = 5_000;

/** Runs the whole of bellbuoy under faults, then lets it settle, and tells how well its promise was kept. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  let drawn = 0;
  const random = () => randomOf(options.seed, String(drawn++));
  const startedAt = performance.now();
  const stack = await startMortalStack();
  const replay = startReplay(options.series, options.stepMs);
  try {
    const servers = Array.from({ length: options.servers }, () => stack.startService("server"));
    await Promise.all(servers.map(({ process }) => process.up));
    const dataOf = new Map<number, string>();
    const streams = servers.map(({ url }) => `${url}/v1/observations/stream`);
    // Draws of its own for each: what one of them meets must not change what the others do.
    const listeners = Array.from({ length: options.listeners }, (_, index) => {
      let draws = 0;
      return startListener(streams, () => randomOf(options.seed, `listener/${index}/${draws++}`), dataOf);
    });
    await Promise.all(listeners.map(({ connected }) => connected));
    const env = { NDBC_URL: replay.url, POLL_SECONDS: "1" };
    const workers = [stack.startService("worker", env), stack.startService("worker", env)];
    await Promise.all(workers.map(({ process }) => process.up));

    const plan = planFaults(options.faults, random, options);
    const victims = { workers, servers, redis: stack.redis, postgres: stack.postgres, listeners };
    const faults = await inflict(plan, victims, random, ({ kind, lastsMs }) => options.onFault(kind, lastsMs));

    const faultsEndedAt = performance.now();
    const settled = (async () => {
      await replay.standStill(3);
      const stored = await untilRead(() => readStored(stack.sql));
      await Promise.all(listeners.map((listener) => listener.reached(stored.at(-1)?.id ?? 0)));
      return { stored, afterMs: performance.now() - faultsEndedAt };
    })();
    const result = await Promise.race([settled, Bun.sleep(settleMs).then(() => null)]);
    for (const listener of listeners) listener.leave();
    const pauses = pollPauses(replay.polls, faults);
    const stored = result?.stored ?? (await readStored(stack.sql));
    return {
      verdict: judge(
        listeners.map(({ heard }) => heard),
        dataOf,
        stored,
      ),
      faults: Object.fromEntries(
        Map.groupBy(faults, ({ kind }) => kind)
          .entries()
          .map(([kind, all]) => [kind, all.length]),
      ),
      seconds: (performance.now() - startedAt) / 1_000,
      settledAfterMs: result?.afterMs ?? null,
      files: replay.steps,
      polls: replay.polls.length,
      longestPollPause: longestPause(pauses),
      longestPollPauseOfWorkers: longestPause(pauses.filter(({ isOutage }) => !isOutage)),
      streams: listeners.reduce((sum, listener) => sum + listener.streams, 0),
      refusals: listeners.reduce((sum, listener) => sum + listener.refusals, 0),
      contradictions: listeners.flatMap(({ contradictions }) => contradictions),
      resets: listeners.flatMap(({ resets }) => resets),
      crashes: stack.crashes,
    };
  } finally {
    await replay.stop();
    await stack.stop();
  }
}

/** What nobody may ever see in a report. @returns a line for each; none when the promise was kept */
export function complaintsOf(report: SoakReport): string[] {
  const { lost, duplicated, disordered, different } = report.verdict;
  const counts = { lost, duplicated, disordered, different };
  return [
    ...Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${count} events ${what}`])),
    ...(report.settledAfterMs === null
      ? [`not everybody had heard everything ${settleMs / 1_000} s after the last fault`]
      : []),
    ...report.contradictions.map((text) => `contradiction under id ${text}`),
    ...report.resets.map((data) => `reset ${data}`),
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

function longestPause(pauses: PollPause[]): PollPause {
  return pauses.toSorted((a, b) => b.ms - a.ms)[0] ?? { ms: 0, faults: [] };
}

function pollPauses(polls: number[], faults: PastFault[]): (PollPause & { isOutage: boolean })[] {
  return polls.slice(1).map((to, index) => {
    const from = polls[index] ?? to;
    const during = faults.filter(({ fromMs, toMs }) => fromMs < to && from < toMs + aftermathMs);
    return {
      ms: to - from,
      faults: during.map(({ kind, fromMs, toMs }) => {
        const seconds = (ms: number) => ((ms - from) / 1_000).toFixed(1);
        return `${kind} ${seconds(fromMs)}..${seconds(toMs)} s`;
      }),
      isOutage: during.some(({ kind }) => kind.endsWith("Redis") || kind.endsWith("PostgreSQL")),
    };
  });
}
