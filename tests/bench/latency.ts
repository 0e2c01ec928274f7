import { publishPending } from "../../services/worker/publish.ts";
import { storePoll } from "../../services/worker/store.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { listen } from "../rig/listen.ts";
import { neverRead, type Sleeper } from "../rig/never-read.ts";
import { observed } from "../rig/observed.ts";
import type { Stack } from "../rig/stack.ts";
import { type Contestants, withBenchStack } from "./rig/bench-stack.ts";
import { bellbuoy, type StartBroadcaster } from "./rig/broadcasters.ts";
import type { Findings, RunOptions, Table } from "./rig/findings.ts";
import type { LoadClient } from "./rig/load-client.ts";
import { cores, cpuMs, memoryMb, pin } from "./rig/processes.ts";
import { interleave, quantile } from "./rig/rounds.ts";

export const description =
  "how soon an event arrives: at 10 a second, from its commit on, beside readers that never read";
export const parts = ["100", "1000", "stored", "stalled"];

export function run({ rounds, part }: RunOptions): Promise<Findings> {
  return withBenchStack(async ({ stack, load, ours, peers, skipped }) => {
    const tables: Table[] = [];
    const wants = (name: string) => part === null || part === name;
    for (const streams of [100, 1_000]) {
      if (!wants(String(streams))) continue;
      tables.push(await measureTrickle(load, { ...(await ours()), ...(await peers()) }, streams, rounds));
    }
    if (wants("stored")) tables.push(await measureStored(stack, rounds));
    if (wants("stalled")) tables.push(await measureStalled(load, bellbuoy(stack), rounds));
    return { tables, skipped: [...skipped] };
  });
}

const eventsPerSecond = 10;

/** Single events, evenly spaced. */
async function measureTrickle(
  load: LoadClient,
  contestants: Contestants,
  streams: number,
  rounds: number,
): Promise<Table> {
  const turns = Object.entries(contestants).map(([name, start]) => [name, () => trickle(load, start, streams)]);
  const measured = await interleave(Object.fromEntries(turns), rounds);
  return {
    title: `${eventsPerSecond} events a second to ${streams} streams`,
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
    // A runtime that compiles as it goes is faster after some.
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

/** One listener, one row at a time, by the worker's own functions: from the commit to the listener. */
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
    await storePoll(stack.sql, latestObsPath, file, [observed("44009", time, { waveHeightM: row / 10 })]);
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

/** Each row is of another time, so that each is new. */
let storedMinutes = 0;

const readers = 100;
const stalledReaders = 50;
/** One refresh of NDBC's file, more often than kernel (4 MB a connection) and server (1 MB) can keep for a client. */
const eventsPerBurst = 800;
const bursts = 40;

async function measureStalled(load: LoadClient, start: StartBroadcaster, rounds: number): Promise<Table> {
  const measured = await interleave(
    { alone: () => stalled(load, start, 0), beside: () => stalled(load, start, stalledReaders) },
    rounds,
  );
  return {
    title: `${bursts} bursts of ${eventsPerBurst} events to ${readers} streams, beside some that never read`,
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
      await load.heard(burst * eventsPerBurst);
      memoryPeakMb = Math.max(memoryPeakMb, await memoryMb(pids));
    }
    const { p50Ms, p99Ms } = await load.heard((bursts - 1) * eventsPerBurst);
    const response = await fetch(new URL("/health", streamUrl));
    const { streams } = (await response.json()) as { streams: number };
    return { p50Ms, p99Ms, memoryBeforeMb, memoryPeakMb, closedByServer: count - (streams - readers) };
  } finally {
    for (const sleeper of sleepers) sleeper.leave();
    await load.closeAll();
    await stop();
  }
}
