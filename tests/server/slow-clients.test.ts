import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { publishPending } from "../../services/worker/publish.ts";
import { storePoll } from "../../services/worker/store.ts";
import { measurements } from "../../shared/measurements.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { listen } from "../rig/listen.ts";
import { neverRead } from "../rig/never-read.ts";
import { observed } from "../rig/observed.ts";
import { type Service, startStack } from "../rig/stack.ts";

setDefaultTimeout(20_000);

const readers = 100;
const sleepers = 100;
/** One refresh of NDBC's file. */
const eventsPerBurst = 890;
/** More than the kernel (some 4 MB a connection) and the server (1 MB) keep for a client. */
const bursts = 40;
/** What a server that streams to 200 clients may take beyond what it took before any burst, in bytes. */
const maxGrowth = 96 * 1024 ** 2;

/** A stream that was ended has its connection ended so soon after it; Bun looks every 4 seconds. */
const maxEndingMs = 6_000;

/** Everything measured: the longest event there is. */
const values = Object.fromEntries(measurements.map((name) => [name, 1234.5]));

const line =
  '{"stationId":"44009","timestamp":"2025-11-15T12:00:00.000Z","waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8}';

const stack = await startStack();
afterAll(stack.stop);

/** Resolves when it is subscribed: what is published before, without an id, is nobody's loss. */
async function startServer(): Promise<Service> {
  const server = await stack.start("server", { MAX_STREAMS_PER_IP: "1000" });
  while ((await fetch(`${server.url}/ready`)).status !== 200) await Bun.sleep(10);
  return server;
}

const streamOf = (server: Service) => `${server.url}/v1/observations/stream`;

async function openStreams(server: Service): Promise<number> {
  const response = await fetch(`${server.url}/health`);
  return ((await response.json()) as { streams: number }).streams;
}

async function memoryOf({ pid }: Service): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`).text();
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** Whether the server still holds a connection with unsent bytes of an answer, as the kernel knows it. */
async function isConnected(server: Service): Promise<boolean> {
  const port = Number(new URL(server.url).port).toString(16).toUpperCase().padStart(4, "0");
  const table = await Bun.file("/proc/net/tcp").text();
  const established = new RegExp(`^\\s*\\d+: \\w+:${port} \\w+:\\w+ 01 (?!00000000)`, "m");
  return established.test(table);
}

function percentile(values: number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? Number.NaN;
}

/** A client that reads, and remembers when each burst was there as a whole; parsing it would take more time than that. */
async function read(url: string, arrived: (burst: number) => void): Promise<{ leave(): void }> {
  const gone = new AbortController();
  const { body } = await fetch(url, { signal: gone.signal });
  const reader = body?.getReader();
  await reader?.read();
  void (async () => {
    let end = Buffer.alloc(0);
    try {
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) return;
        const bytes = Buffer.concat([end, value.subarray(-200)]);
        end = bytes.subarray(-200);
        const [, burst] = /"lastOf":(\d+)}\n\n$/.exec(bytes.toString()) ?? [];
        if (burst !== undefined) arrived(Number(burst));
      }
    } catch {
      // Left.
    }
  })();
  return { leave: () => gone.abort() };
}

/** Sends bursts to 100 clients that read, one after the other. @returns how long each took to reach each of them */
async function measureBursts(server: Service): Promise<{ delays: number[]; peak: number }> {
  const delays: number[] = [];
  let sentAt = 0;
  let heard = Promise.withResolvers<void>();
  let missing = readers;
  const arrived = () => {
    delays.push(performance.now() - sentAt);
    missing -= 1;
    if (missing === 0) heard.resolve();
  };
  const reading = await Promise.all(Array.from({ length: readers }, () => read(streamOf(server), arrived)));
  let peak = 0;
  for (let burst = 0; burst < bursts; burst++) {
    heard = Promise.withResolvers();
    missing = readers;
    const publishing = stack.redis.pipeline();
    for (let event = 1; event < eventsPerBurst; event++) publishing.publish("observations:new", line);
    publishing.publish("observations:new", line.replace("}", `,"lastOf":${burst}}`));
    sentAt = performance.now();
    await publishing.exec();
    await heard.promise;
    peak = Math.max(peak, await memoryOf(server));
  }
  for (const { leave } of reading) leave();
  return { delays, peak };
}

describe.skipIf(process.platform !== "linux")("clients that never read", () => {
  test("are cut off, while the delay of 100 others and the server's memory stay as they are", async () => {
    const server = await startServer();
    const idle = await memoryOf(server);
    await measureBursts(server);
    const without = [];
    const beside = [];
    let peak = 0;
    // The middle one of three rounds counts: the machine has other things to do.
    for (let round = 0; round < 3; round++) {
      without.push(percentile((await measureBursts(server)).delays, 0.99));
      const sleeping = await Promise.all(Array.from({ length: sleepers }, () => neverRead(streamOf(server))));
      const measured = await measureBursts(server);
      beside.push(percentile(measured.delays, 0.99));
      peak = Math.max(peak, measured.peak);
      while ((await openStreams(server)) > 0) await Bun.sleep(20);
      for (const sleeper of sleeping) sleeper.leave();
    }
    expect(peak - idle).toBeLessThan(maxGrowth);
    expect(percentile(beside, 0.5)).toBeLessThan(2 * percentile(without, 0.5) + 50);
    await server.stop();
  }, 60_000);

  test("have their connection ended too, and get all that they missed when they come back", async () => {
    const server = await startServer();
    const sleeper = await neverRead(streamOf(server));
    const file = { etag: null, lastModified: null, hash: null };
    let hour = Date.UTC(2026, 4, 6);
    while ((await openStreams(server)) > 0) {
      hour += 3_600_000;
      const time = new Date(hour).toISOString();
      const rows = Array.from({ length: eventsPerBurst }, (_, index) => observed(String(10_000 + index), time, values));
      await storePoll(stack.sql, latestObsPath, file, rows);
      await publishPending(stack.sql, stack.redis);
    }
    const endedAt = performance.now();
    while (await isConnected(server)) await Bun.sleep(50);
    expect(performance.now() - endedAt).toBeLessThan(maxEndingMs);

    const text = await sleeper.wake();
    const taken = [...text.matchAll(/^id: (\d+)\n\n/gm)].map(([, id]) => id ?? "").filter((id) => id !== "0");
    const stored = await stack.sql<{ eventId: string }[]>`select event_id from observations order by event_id`;
    const missed = stored.length - taken.length;
    expect(missed).toBeGreaterThan(0);
    const again = await listen(streamOf(server), { "Last-Event-ID": taken.at(-1) ?? "" });
    const rest = (await again.heard(missed)).map(({ id }) => id);
    expect([...taken, ...rest]).toEqual(stored.map(({ eventId }) => eventId));
    again.leave();
    await server.stop();
  }, 60_000);
});
