// Measures how fast a burst of events reaches many streams, and what streams cost.

import { readdir } from "node:fs/promises";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { observed } from "../rig/observed.ts";
import type { Stack } from "../rig/stack.ts";
import { type Contestants, withBenchStack } from "./rig/bench-stack.ts";
import { type Broadcaster, bellbuoy, type StartBroadcaster } from "./rig/broadcasters.ts";
import type { Findings, RunOptions, Table } from "./rig/findings.ts";
import type { LoadClient } from "./rig/load-client.ts";
import { cpuMs, memoryMb } from "./rig/processes.ts";
import { interleave, medians } from "./rig/rounds.ts";

export const description = "a burst of 800 events, published at once, to many streams";
export const parts = ["1000", "10000", "memory", "servers", "churn", "resume"];

/** Number of events in one update of NDBC's file. */
const events = 800;
/** Bursts before the measured one, which let a JIT compiler finish. The output has the first one too. */
const warmUps = 3;

export function run({ rounds, part }: RunOptions): Promise<Findings> {
  return withBenchStack(async ({ stack, load, ours, peers, skipped }) => {
    const tables: Table[] = [];
    const wants = (name: string) => part === null || part === name;
    if (wants("1000")) tables.push(await measureBursts(load, { ...(await ours()), ...(await peers()) }, 1_000, rounds));
    if (wants("10000")) {
      tables.push(await measureBursts(load, await ours(), 10_000, rounds));
      skipped.add("nchan and better-sse with 10,000 streams: each burst takes a minute");
    }
    if (wants("memory")) tables.push(await measureMemory(load, { ...(await ours()), ...(await peers()) }, rounds));
    if (wants("servers")) tables.push(await measureServers(load, bellbuoy(stack, 4), rounds));
    if (wants("churn")) tables.push(await measureChurn(load, bellbuoy(stack)));
    // Last, because only this part stores events.
    if (wants("resume")) tables.push(await measureResume(stack, load, rounds));
    return { tables, skipped: [...skipped] };
  });
}

async function measureBursts(
  load: LoadClient,
  contestants: Contestants,
  streams: number,
  rounds: number,
): Promise<Table> {
  const turns = Object.entries(contestants).map(([name, start]) => [
    name,
    () => turn(load, start, streams, ({ firstMs, figures }) => ({ firstMs, ...figures })),
  ]);
  const measured = await interleave(Object.fromEntries(turns), rounds);
  return {
    title: `${events} events to ${streams} streams`,
    rows: Object.entries(measured).map(([server, figures]) => ({ server, ...(figures as object) })),
  };
}

const manyStreams = 10_000;
/** Listeners arrive in groups of 500, half a second apart, as usual; or all at once, as after a restart. */
const arrivals = { gradually: { groups: 20, pauseMs: 500 }, atOnce: { groups: 1, pauseMs: 0 } };
/** Time for the process to release memory that only opening needed. */
const settleMs = 3_000;

/** Measures the memory of a server without streams, and per open stream. */
async function measureMemory(load: LoadClient, contestants: Contestants, rounds: number): Promise<Table> {
  const turns = Object.entries(contestants).map(([name, start]) => [name, () => memoryOfStreams(load, start)]);
  const measured = await interleave(Object.fromEntries(turns), rounds);
  return {
    title: `memory of ${manyStreams} open streams before the first event`,
    rows: Object.entries(measured).map(([server, figures]) => ({ server, ...(figures as object) })),
  };
}

async function memoryOfStreams(load: LoadClient, start: StartBroadcaster) {
  const gradually = await memoryAfter(load, start, arrivals.gradually);
  const atOnce = await memoryAfter(load, start, arrivals.atOnce);
  return { idleMb: gradually.idleMb, kbPerStream: gradually.kbPerStream, kbPerStreamAtOnce: atOnce.kbPerStream };
}

async function memoryAfter(
  load: LoadClient,
  start: StartBroadcaster,
  { groups, pauseMs }: { groups: number; pauseMs: number },
) {
  const { streamUrl, pids, stop } = await start();
  try {
    await Bun.sleep(settleMs);
    const idleMb = await memoryMb(pids);
    for (let group = 1; group <= groups; group++) {
      await load.open(streamUrl, manyStreams / groups);
      await Bun.sleep(pauseMs);
    }
    await Bun.sleep(settleMs);
    return { idleMb, kbPerStream: (((await memoryMb(pids)) - idleMb) * 1024) / manyStreams };
  } finally {
    await load.closeAll();
    await stop();
  }
}

/** Measures several servers that share a port: each has a part of the streams, and all streams get the same events. */
async function measureServers(load: LoadClient, start: StartBroadcaster, rounds: number): Promise<Table> {
  const turns = [];
  for (let round = 1; round <= rounds; round++) {
    turns.push(
      await turn(load, start, manyStreams, async ({ server, figures }) => {
        const sockets = await Promise.all(server.pids.map(async (pid) => (await readdir(`/proc/${pid}/fd`)).length));
        const minFilesOfAServer = Math.min(...sockets);
        return { minFilesOfAServer, maxFilesOfAServer: Math.max(...sockets), ...figures };
      }),
    );
  }
  return {
    title: `${events} events to ${manyStreams} streams of 4 servers that share a port, all identical`,
    rows: [{ server: "4 x bellbuoy", ...medians(turns) }],
  };
}

const churns = 4;
const comings = 15;

/** Measures whether closed streams leave memory behind: if so, each row is larger than the one before. */
async function measureChurn(load: LoadClient, start: StartBroadcaster): Promise<Table> {
  const streams = 1_000;
  const { streamUrl, pids, stop } = await start();
  const rows = [{ opened: 0, memoryMb: await memoryMb(pids) }];
  try {
    for (let churn = 1; churn <= churns; churn++) {
      for (let coming = 1; coming <= comings; coming++) {
        await load.open(streamUrl, streams);
        await load.closeAll();
        await untilAllLeft(streamUrl);
      }
      rows.push({ opened: churn * comings * streams, memoryMb: await memoryMb(pids) });
    }
  } finally {
    await stop();
  }
  return { title: `a server after streams that were opened and closed, ${streams} at a time`, rows };
}

async function untilAllLeft(streamUrl: string): Promise<void> {
  for (;;) {
    const response = await fetch(new URL("/health", streamUrl));
    const { streams } = (await response.json()) as { streams: number };
    if (streams === 0) return;
    await Bun.sleep(20);
  }
}

/** Measures a restart: all listeners reconnect at once, and each gets its missed events. */
async function measureResume(stack: Stack, load: LoadClient, rounds: number): Promise<Table> {
  const streams = 1_000;
  const rows = Array.from({ length: events }, (_, index) => observed(String(10_000 + index), "2026-05-06T12:00:00Z"));
  await storePoll(stack.sql, latestObsPath, { etag: null, lastModified: null, hash: null }, rows, unguardedIds);
  const server = await bellbuoy(stack)();
  try {
    const resume = async () => {
      const before = await cpuMs(server.pids);
      const startedMs = performance.now();
      await load.open(`${server.streamUrl}?lastEventId=0`, streams);
      const quietMs = await load.begin();
      const wholeMs = performance.now() - startedMs - quietMs;
      const cpuMsPerStream = ((await cpuMs(server.pids)) - before) / streams;
      await load.closeAll();
      return { wholeMs, cpuMsPerStream };
    };
    const { bellbuoy: figures } = await interleave({ bellbuoy: resume }, rounds);
    return { title: `${streams} streams resume at once, each with ${events} missed events`, rows: [figures] };
  } finally {
    await server.stop();
  }
}

type BurstFigures = Awaited<ReturnType<typeof burst>>;

/** Starts a server, opens streams, and measures a burst after some warm-up bursts. */
async function turn<M>(
  load: LoadClient,
  start: StartBroadcaster,
  streams: number,
  report: (measured: { server: Broadcaster; firstMs: number; figures: BurstFigures }) => M | Promise<M>,
): Promise<M> {
  const server = await start();
  try {
    await load.open(server.streamUrl, streams);
    const { wholeMs: firstMs } = await burst(load, server);
    for (let warmUp = 1; warmUp < warmUps; warmUp++) await burst(load, server);
    const figures = await burst(load, server);
    return await report({ server, firstMs, figures });
  } finally {
    await load.closeAll();
    await server.stop();
  }
}

async function burst(load: LoadClient, { pids, publisher }: Broadcaster) {
  await load.begin();
  const before = await cpuMs(pids);
  await publisher.burst(events);
  const { deliveries, wholeMs, p99Ms, clientBusy } = await load.heard(events);
  const cpu = (await cpuMs(pids)) - before;
  return {
    wholeMs,
    p99Ms,
    nsPerDelivery: (wholeMs * 1e6) / deliveries,
    cpuNsPerDelivery: (cpu * 1e6) / deliveries,
    memoryMb: await memoryMb(pids),
    clientBusyPercent: clientBusy * 100,
  };
}
