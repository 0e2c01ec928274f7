// Measures operations with a time limit: to stop, to notice that a client has left, to answer without the database.

import { freePort } from "../../services/dev/daemons/ports.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { endOwnCluster } from "../rig/database.ts";
import { listen } from "../rig/listen.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { type LogLine, type Stack, spawnService, startStack } from "../rig/stack.ts";
import { startUpstream } from "../rig/upstream.ts";
import { startWire } from "../rig/wire.ts";
import { type Check, type Findings, tableOf } from "./rig/findings.ts";

export const description =
  "time until a service stops, notices that clients have left, and answers while PostgreSQL hangs";

/** The measurements, with their limits in seconds. Each returns milliseconds. */
const deadlines: { name: string; maxS: number; measure(stack: Stack): Promise<number> }[] = [
  { name: "an idle worker exits", maxS: 5, measure: stopIdleWorker },
  { name: "a worker exits while NDBC does not answer", maxS: 5, measure: stopWorkerWhileNdbcHangs },
  { name: "a worker exits while it waits for PostgreSQL", maxS: 5, measure: stopWaitingWorker },
  { name: "a worker exits while Redis is down", maxS: 5, measure: stopWorkerWithoutRedis },
  { name: "a server exits and ends five streams", maxS: 5, measure: stopServerWithStreams },
  { name: "a server notices that three clients have left", maxS: 5, measure: forgetClients },
  { name: "a request is answered while PostgreSQL hangs", maxS: 10, measure: answerWhilePostgresHangs },
];

/** Runs each measurement once. */
export async function run(): Promise<Findings> {
  return { tables: [tableOf("once each", await check())], skipped: [] };
}

/** Runs each measurement once. @throws {Error} if a service exits with another code than 0 */
export async function check(): Promise<Check[]> {
  const checks: Check[] = [];
  try {
    for (const { name, maxS, measure } of deadlines) {
      const stack = await startStack();
      try {
        checks.push({ name, value: (await measure(stack)) / 1_000, unit: "s", max: maxS });
      } finally {
        await stack.stop();
      }
    }
  } finally {
    await endOwnCluster();
  }
  return checks;
}

const says = (message: string) => (line: LogLine) => line.message === message;

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await act();
  return performance.now() - startedMs;
}

/** Stops a service and measures the time. @throws {Error} if it exits with another code than 0 */
async function stopCleanly(service: { stop(): Promise<number> }): Promise<void> {
  const code = await service.stop();
  if (code !== 0) throw new Error(`a service exited with ${code}`);
}

async function withPollingWorker(stack: Stack, stop: (worker: ReturnType<typeof spawnService>) => Promise<number>) {
  const upstream = startUpstream();
  upstream.files.set(latestObsPath, latestObsFile(3, new Date()));
  const env = { NDBC_URL: upstream.url, POLL_SECONDS: "1", BACKFILL_HOURS: "0" };
  const worker = spawnService("worker", { DATABASE_URL: stack.databaseUrl, REDIS_URL: stack.redisUrl, ...env });
  await worker.line(says("polled"));
  const tookMs = await stop(worker);
  await upstream.stop();
  return tookMs;
}

function stopIdleWorker(stack: Stack): Promise<number> {
  return withPollingWorker(stack, (worker) => timed(() => stopCleanly(worker)));
}

function stopWorkerWithoutRedis(stack: Stack): Promise<number> {
  return withPollingWorker(stack, async (worker) => {
    await stack.stopRedis();
    await worker.line(says("waiting for Redis"));
    const tookMs = await timed(() => stopCleanly(worker));
    await stack.startRedis();
    return tookMs;
  });
}

async function stopWorkerWhileNdbcHangs(stack: Stack): Promise<number> {
  const asked = Promise.withResolvers<void>();
  const hanging = Bun.serve({
    port: 0,
    fetch() {
      asked.resolve();
      return new Promise<Response>(() => {});
    },
  });
  const worker = await stack.start("worker", { NDBC_URL: hanging.url.origin, BACKFILL_HOURS: "0" });
  await asked.promise;
  const tookMs = await timed(() => stopCleanly(worker));
  await hanging.stop(true);
  return tookMs;
}

async function stopWaitingWorker(stack: Stack): Promise<number> {
  const nowhere = `postgres://127.0.0.1:${freePort()}/bellbuoy`;
  const worker = spawnService("worker", { DATABASE_URL: nowhere, REDIS_URL: stack.redisUrl });
  await worker.line(says("waiting for PostgreSQL"));
  return timed(() => stopCleanly(worker));
}

async function stopServerWithStreams(stack: Stack): Promise<number> {
  const server = await stack.start("server");
  const streams = await openStreams(server.url, 5);
  return timed(() => Promise.all([stopCleanly(server), ...streams.map(({ ended }) => ended)]));
}

async function forgetClients(stack: Stack): Promise<number> {
  const { url } = await stack.start("server");
  const streams = await openStreams(url, 3);
  const open = async () => ((await (await fetch(`${url}/health`)).json()) as { streams: number }).streams;
  return timed(async () => {
    for (const stream of streams) stream.leave();
    while ((await open()) > 0) await Bun.sleep(10);
  });
}

function openStreams(url: string, count: number) {
  return Promise.all(Array.from({ length: count }, () => listen(`${url}/v1/observations/stream`)));
}

async function answerWhilePostgresHangs(stack: Stack): Promise<number> {
  const wire = await startWire(stack.databaseUrl);
  const server = await stack.start("server", { DATABASE_URL: wire.url });
  while ((await fetch(`${server.url}/ready`)).status !== 200) await Bun.sleep(10);
  wire.hold();
  const tookMs = await timed(async () => {
    const { status } = await fetch(`${server.url}/v1/stations`);
    if (status !== 503) throw new Error(`the answer without a database was ${status}`);
  });
  await server.stop("SIGKILL");
  await wire.stop();
  return tookMs;
}
