// Measures what malformed files cost a worker: parse time, and memory for a gzip bomb.

import fc from "fast-check";
import { parseActiveStations } from "../../services/worker/ndbc/active-stations.ts";
import { createNdbcClient } from "../../services/worker/ndbc/client.ts";
import { NotDataError, UpstreamError } from "../../services/worker/ndbc/errors.ts";
import { parseLatestObs } from "../../services/worker/ndbc/latest-obs.ts";
import { parseRealtime } from "../../services/worker/ndbc/realtime.ts";
import { entityBomb, mutated } from "../hostile/mutations.ts";
import { fixture } from "../worker/ndbc/fixture.ts";
import { type Check, type Findings, tableOf } from "./rig/findings.ts";

export const description = "what malformed files cost: the slowest parse, and the memory for a gzip bomb of 300 MB";

/** A worker polls every five minutes, so a second per file is acceptable. */
const maxParseMs = 1_000;
/** For malformed lists of eight megabytes; the worker fetches one list per day. */
const maxLargeListMs = 10_000;
const maxBombMb = 50;
const files = 1_000;
const seed = 1;
const now = new Date("2026-05-06T12:00:00Z");

/** Runs all measurements once. */
export async function run(): Promise<Findings> {
  return { tables: [tableOf(`${files} malformed files of each kind`, await check())], skipped: [] };
}

/** Runs all measurements once. @throws {Error} if a parser or the client fails with an unexpected error */
export async function check(): Promise<Check[]> {
  // First, while this process uses little memory.
  const bombMb = await memoryOfBomb();
  const parsers: [string, (body: string) => unknown][] = [
    ["latest_obs.txt", (body) => parseLatestObs(body, now)],
    ["44009.txt", (body) => parseRealtime("44009", body, now)],
    ["activestations.xml", parseActiveStations],
  ];
  const checks: Check[] = [];
  for (const [name, parse] of parsers) {
    const bodies = fc.sample(mutated(await fixture(name)), { numRuns: files, seed });
    checks.push(slowest(`slowest malformed ${name}`, parse, bodies));
  }
  const brokenLines = (await fixture("latest_obs.txt")) + "x\n".repeat(3_900_000);
  const largeLists = ["<a>".repeat(1_000_000), `<stations>${"<station/>".repeat(700_000)}</stations>`, entityBomb(12)];
  return [
    ...checks,
    slowest("8 MB of broken lines", (body) => parseLatestObs(body, now), [brokenLines]),
    slowest("slowest of three large station lists", parseActiveStations, largeLists, maxLargeListMs),
    { name: "memory grown by a gzip bomb", value: bombMb, unit: "MB", max: maxBombMb },
  ];
}

function slowest(name: string, parse: (body: string) => unknown, bodies: string[], max = maxParseMs): Check {
  const times = bodies.map((body) => {
    const startedMs = performance.now();
    try {
      parse(body);
    } catch (error) {
      if (!(error instanceof NotDataError)) throw error;
    }
    return performance.now() - startedMs;
  });
  return { name, value: Math.max(...times), unit: "ms", max };
}

/** Fetches 300 kB that unpack to 300 MB. @returns the growth of this process in MB */
async function memoryOfBomb(): Promise<number> {
  // Made of gzip members of 1 MB, because this process must not hold all of it either.
  const bomb = Buffer.concat(Array<Uint8Array>(300).fill(Bun.gzipSync(new Uint8Array(1_000_000))));
  const server = Bun.serve({
    port: 0,
    fetch: () => new Response(bomb, { headers: { "Content-Encoding": "gzip" } }),
  });
  const before = process.memoryUsage.rss();
  const client = createNdbcClient({ baseUrl: server.url.origin, maxBytes: 1_000_000 });
  const refused = await client.get("/data/bomb.txt", null).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(refused instanceof UpstreamError)) throw new Error(`the gzip bomb was not rejected: ${refused}`);
  const grownMb = (process.memoryUsage.rss() - before) / 1e6;
  await server.stop(true);
  return grownMb;
}
