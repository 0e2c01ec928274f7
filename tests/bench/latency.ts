// Measures how soon events arrive, also from the worker's commit on, and while other clients never read.

import { createNdbcClient } from "../../services/worker/ndbc/client.ts";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { poll } from "../../services/worker/tasks/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { type Listening, listen } from "../rig/listen.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { neverRead, type Sleeper } from "../rig/never-read.ts";
import { observed } from "../rig/observed.ts";
import { silentLog } from "../rig/silent-log.ts";
import { type Stack, startStack } from "../rig/stack.ts";
import { startUpstream } from "../rig/upstream.ts";
import { type Contestants, withBenchStack } from "./rig/bench-stack.ts";
import { bellbuoy, type StartBroadcaster } from "./rig/broadcasters.ts";
import type { Check, Findings, RunOptions, Table } from "./rig/findings.ts";
import type { LoadClient } from "./rig/load-client.ts";
import { cores, cpuMs, memoryMb, pin } from "./rig/processes.ts";
import { interleave, quantile } from "./rig/rounds.ts";

export const description =
  "time until an event arrives: at 10 per second, from its commit on, while other clients never read";
export const parts = ["100", "1000", "stored", "stalled"];

export function run({ rounds, part }: RunOptions): Promise<Findings> {
  return withBenchStack(async ({ stack, load, ours, peers, skipped }) => {
    const tables: Table[] = [];
    const wants = (name: string) => part === null || part === name;
    for (const streams of [100, 1_000]) {
      if (!wants(String(streams))) continue;
      tables.push(await measureTrickle(load, { ...(await ours()), ...(await peers()) }, streams, rounds));
    }
    if (wants("stalled")) tables.push(await measureStalled(load, bellbuoy(stack), rounds));
    // Last, because it stores events, and a server sends no smaller ids than the stored ones.
    if (wants("stored")) tables.push(await measureStored(stack, rounds));
    return { tables, skipped: [...skipped] };
  });
}

/** Max memory growth of a server that sends to 100 clients while 50 others never read. */
const maxGrowthMb = 96;
const checkedRounds = 3;

/** Compares delays and memory with their limits. @throws {Error} if events are missing */
export async function check(): Promise<Check[]> {
  const polledMs = await bestPoll();
  return withBenchStack(async ({ stack, load }) => {
    const { alone, beside } = await measureBeside(load, bellbuoy(stack), checkedRounds);
    if (beside.closedByServer < stalledReaders) throw new Error("not all clients that never read were disconnected");
    const closingS = (await closingMs(load, bellbuoy(stack))) / 1_000;
    return [
      {
        name: "p99 of a poll of 890 rows, commit to ten listeners, best of nine",
        value: polledMs,
        unit: "ms",
        max: 50,
      },
      {
        name: "p99 beside 50 that never read, beyond twice that without",
        value: beside.p99Ms - 2 * alone.p99Ms,
        unit: "ms",
        max: 50,
      },
      {
        name: "memory grown beside 50 that never read",
        value: beside.memoryPeakMb - beside.memoryBeforeMb,
        unit: "MB",
        max: maxGrowthMb,
      },
      {
        name: "connection closed after its stream was cut off",
        value: closingS,
        unit: "s",
        // Bun checks every four seconds.
        max: 6,
      },
    ];
  });
}

/** Runs polls with ten listeners, on any core. @returns the best p99 of nine polls, in ms from commit to listener */
async function bestPoll(): Promise<number> {
  const stations = 890;
  const stack = await startStack();
  const upstream = startUpstream();
  const ndbc = createNdbcClient({ baseUrl: upstream.url });
  const server = await stack.start("server");
  const streams = Array.from({ length: 10 }, () => listen(`${server.url}/v1/observations/stream`));
  const listeners: Listening[] = await Promise.all(streams);
  const p99s: number[] = [];
  for (let round = 1; round <= 9; round++) {
    upstream.files.set(latestObsPath, latestObsFile(stations, new Date(Date.UTC(2026, 4, 6, round))));
    let committedMs = 0;
    const publish = () => {
      committedMs = performance.now();
      return publishPending(stack.sql, stack.redis);
    };
    await poll({
      sql: stack.sql,
      ndbc,
      publish,
      stations: null,
      retentionDays: 45,
      log: silentLog,
      inIdTransaction: unguardedIds,
    });
    const heard = await Promise.all(listeners.map((listener) => listener.heard(round * stations)));
    const delays = heard.flatMap((events) => events.slice(-stations).map(({ atMs }) => atMs - committedMs));
    p99s.push(
      quantile(
        delays.sort((a, b) => a - b),
        0.99,
      ),
    );
  }
  for (const listener of listeners) listener.leave();
  await stack.stop();
  await upstream.stop();
  return Math.min(...p99s);
}

const eventsPerSecond = 10;

/** Measures single events at equal intervals. */
async function measureTrickle(
  load: LoadClient,
  contestants: Contestants,
  streams: number,
  rounds: number,
): Promise<Table> {
  const turns = Object.entries(contestants).map(([name, start]) => [name, () => trickle(load, start, streams)]);
  const measured = await interleave(Object.fromEntries(turns), rounds);
  return {
    title: `${eventsPerSecond} events per second to ${streams} streams`,
    rows: Object.entries(measured).map(([server, figures]) => ({ server, ...(figures as object) })),
  };
}

async function trickle(load: LoadClient, start: StartBroadcaster, streams: number) {
  const events = 10 * eventsPerSecond;
  const { streamUrl, pids, publisher, stop } = await start();
  const publishEvenly = async () => {
    await load.begin();
    for (let event = 0; event < events; event++) {
      const next = Bun.sleep(1_000 / eventsPerSecond);
      await publisher.burst(1);
      await next;
    }
    return load.heard(events);
  };
  try {
    await load.open(streamUrl, streams);
    // Let a JIT compiler finish first.
    for (let warmUp = 0; warmUp < 100; warmUp++) {
      await publisher.burst(1);
      await Bun.sleep(20);
    }
    const before = await cpuMs(pids);
    const { p50Ms, p99Ms, deliveries, clientBusy } = await publishEvenly();
    const cpuUsPerDelivery = ((await cpuMs(pids)) - before) / (deliveries / 1_000);
    return { p50Ms, p99Ms, cpuUsPerDelivery, clientBusyPercent: clientBusy * 100 };
  } finally {
    await load.closeAll();
    await stop();
  }
}

/** Measures the time from commit to listener with the worker's own functions: one listener, one row at a time. */
async function measureStored(stack: Stack, rounds: number): Promise<Table> {
  const row = await interleave({ bellbuoy: () => fromCommit(stack) }, rounds);
  return { title: "from the commit of a row to one listener, published in between", rows: [row.bellbuoy] };
}

async function fromCommit(stack: Stack) {
  const file = { etag: null, lastModified: null, hash: null };
  const rows = 300;
  const unmeasured = 50;
  const server = await stack.start("server");
  pin(server.pid, cores.server);
  const listener = await listen(`${server.url}/v1/observations/stream`);
  const delays: number[] = [];
  for (let row = 1; row <= unmeasured + rows; row++) {
    storedMinutes += 1;
    const time = new Date(Date.UTC(2026, 0, 1, 0, storedMinutes)).toISOString();
    await storePoll(stack.sql, latestObsPath, file, [observed("44009", time, { waveHeightM: row / 10 })], unguardedIds);
    const committedMs = performance.now();
    await publishPending(stack.sql, stack.redis);
    const arrived = (await listener.heard(row))[row - 1];
    if (row > unmeasured) delays.push((arrived?.atMs ?? Number.NaN) - committedMs);
  }
  listener.leave();
  await server.stop();
  delays.sort((a, b) => a - b);
  return { p50Ms: quantile(delays, 0.5), p99Ms: quantile(delays, 0.99), maxMs: quantile(delays, 1) };
}

/** Returns rows with different times, so that each is new. */
let storedMinutes = 0;

const readers = 100;
const stalledReaders = 50;
/** Updates of NDBC's file, more than kernel (4 MB per connection) and server (1 MB) can buffer for a client. */
const eventsPerBurst = 800;
const bursts = 40;

function measureBeside(load: LoadClient, start: StartBroadcaster, rounds: number) {
  const contestants = { alone: () => stalled(load, start, 0), beside: () => stalled(load, start, stalledReaders) };
  return interleave(contestants, rounds);
}

async function measureStalled(load: LoadClient, start: StartBroadcaster, rounds: number): Promise<Table> {
  const measured = await measureBeside(load, start, rounds);
  return {
    title: `${bursts} bursts of ${eventsPerBurst} events to ${readers} streams, while other clients never read`,
    rows: [
      { neverRead: 0, ...measured.alone },
      { neverRead: stalledReaders, ...measured.beside },
    ],
  };
}

async function stalled(load: LoadClient, start: StartBroadcaster, count: number) {
  const { streamUrl, pids, publisher, stop } = await start();
  const sleepers: Sleeper[] = [];
  try {
    await load.open(streamUrl, readers);
    for (let index = 0; index < count; index++) sleepers.push(await neverRead(streamUrl));
    await load.begin();
    await publisher.burst(eventsPerBurst);
    await load.heard(eventsPerBurst);

    await load.begin();
    const memoryBeforeMb = await memoryMb(pids);
    let memoryPeakMb = memoryBeforeMb;
    for (let burst = 1; burst < bursts; burst++) {
      await publisher.burst(eventsPerBurst);
      await load.reached(burst * eventsPerBurst);
      memoryPeakMb = Math.max(memoryPeakMb, await memoryMb(pids));
    }
    const { p50Ms, p99Ms } = await load.heard((bursts - 1) * eventsPerBurst);
    const streams = await openStreams(streamUrl);
    return { p50Ms, p99Ms, memoryBeforeMb, memoryPeakMb, closedByServer: count - (streams - readers) };
  } finally {
    for (const sleeper of sleepers) sleeper.leave();
    await load.closeAll();
    await stop();
  }
}

/** Measures the time from the disconnect of a client that never reads to the end of its connection. @returns ms */
async function closingMs(load: LoadClient, start: StartBroadcaster): Promise<number> {
  const { streamUrl, publisher, stop } = await start();
  const sleeper = await neverRead(streamUrl);
  try {
    await load.open(streamUrl, 1);
    while ((await openStreams(streamUrl)) > 1) {
      await load.begin();
      await publisher.burst(eventsPerBurst);
      await load.reached(eventsPerBurst);
    }
    const cutOffMs = performance.now();
    while (await hasUnsentBytes(Number(new URL(streamUrl).port))) await Bun.sleep(50);
    return performance.now() - cutOffMs;
  } finally {
    sleeper.leave();
    await load.closeAll();
    await stop();
  }
}

async function openStreams(streamUrl: string): Promise<number> {
  const response = await fetch(new URL("/health", streamUrl));
  return ((await response.json()) as { streams: number }).streams;
}

/** Returns whether the kernel buffers unread bytes of an answer from this port. */
async function hasUnsentBytes(port: number): Promise<boolean> {
  const local = port.toString(16).toUpperCase().padStart(4, "0");
  const established = new RegExp(`^\\s*\\d+: \\w+:${local} \\w+:\\w+ 01 (?!00000000)`, "m");
  return established.test(await Bun.file("/proc/net/tcp").text());
}
