import { endSharedCluster, startStack } from "../rig/stack.ts";
import {
  type Broadcaster,
  bellbuoy,
  betterSseOnNode,
  floor,
  nchan,
  type StartBroadcaster,
} from "./rig/broadcasters.ts";
import type { Findings, RunOptions, Table } from "./rig/findings.ts";
import { type LoadClient, startLoadClient } from "./rig/load-client.ts";
import { cores, cpuMs, pin, whyNotPinned } from "./rig/processes.ts";
import { interleave } from "./rig/rounds.ts";

export const description = "a burst of 800 events, published at once, to many streams";

/** One refresh of NDBC's file. */
const events = 800;

export async function run({ rounds, part }: RunOptions): Promise<Findings> {
  pin(process.pid, cores.others);
  const stack = await startStack();
  const load = startLoadClient();
  const tables: Table[] = [];
  const skipped = whyNotPinned === null ? [] : [whyNotPinned];
  try {
    const ours = { bellbuoy: bellbuoy(stack), ...(await present("C, joined", floor(stack), skipped)) };
    const peers = {
      ...(await present("nchan", nchan(), skipped)),
      ...(await present("better-sse", betterSseOnNode(stack), skipped)),
    };
    if (part === null || part === "1000") {
      tables.push(await measureBursts(load, { ...ours, ...peers }, 1_000, rounds));
    }
    if (part === null || part === "10000") {
      tables.push(await measureBursts(load, ours, 10_000, rounds));
    }
  } finally {
    await load.stop();
    await stack.stop();
    await endSharedCluster();
  }
  return { tables, skipped };
}

async function measureBursts(
  load: LoadClient,
  contestants: Record<string, StartBroadcaster>,
  streams: number,
  rounds: number,
): Promise<Table> {
  const turns = Object.entries(contestants).map(([name, start]) => [name, () => measureBurst(load, start, streams)]);
  const measured = await interleave(Object.fromEntries(turns), rounds);
  return {
    title: `${events} events to ${streams} streams`,
    rows: Object.entries(measured).map(([server, figures]) => ({ server, ...(figures as object) })),
  };
}

/** One turn: a server is started, streams are opened, and the second of two bursts is measured, when all is warm. */
async function measureBurst(load: LoadClient, start: StartBroadcaster, streams: number) {
  const server = await start();
  try {
    await load.open(server.streamUrl, streams);
    const first = await burst(load, server);
    const second = await burst(load, server);
    return { firstMs: first.wholeMs, ...second };
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
    clientBusyPercent: clientBusy * 100,
  };
}

/** A contestant, or nothing where it cannot take part; that is told then. */
async function present(
  name: string,
  starting: Promise<StartBroadcaster | null>,
  skipped: string[],
): Promise<Record<string, StartBroadcaster>> {
  const start = await starting;
  if (start === null) skipped.push(`${name}: not installed, or not to be had here`);
  return start === null ? {} : { [name]: start };
}
