// A worker that polls new reports every second, a server, and a listener: what a failover must not disturb.

import { freePort } from "../../services/dev/daemons/ports.ts";
import type { Problem } from "../../shared/connections/connection-health.ts";
import type { Sql } from "../../shared/database/sql.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { type Listening, listen } from "../rig/listen.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { type Service, startService } from "../rig/stack.ts";

/** Describes services under load, and everything that a listener has received from them. */
export type FollowedServices = {
  listener: Listening;
  server: Service;
  worker: Service;
  /** Resolves after this many more polls that found new reports. */
  polledAgain(times?: number): Promise<void>;
  /** Resolves with the first problem of the worker's `/ready`. @param isWanted false: resolves once there is none */
  workerProblem(isWanted?: boolean): Promise<Problem | null>;
  /**
   * Stops the new reports, and waits until the listener has the newest stored event.
   * @returns the stored event ids and those that the listener has received, both in order
   */
  settle(sql: Sql): Promise<{ stored: string[]; heard: string[] }>;
  stop(): Promise<void>;
};

/** A failover takes a third of this on a busy machine. */
const stuckMs = 100_000;
/** New reports of each poll. */
const reports = 300;

/** Starts the services, and waits for the first events. @param env addresses, and settings of both services */
export async function followServices(env: Record<string, string>): Promise<FollowedServices> {
  const workerPort = freePort();
  let timeMs = Date.UTC(2026, 4, 6);
  let polls = 0;
  let hasNews = true;
  const ndbc = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      if (new URL(request.url).pathname !== latestObsPath) return new Response("", { status: 404 });
      if (hasNews) timeMs += 60_000;
      polls += 1;
      return new Response(latestObsFile(reports, new Date(timeMs)));
    },
  });
  const services: Service[] = [];
  let opened: Listening | null = null;
  const saying = setTimeout(sayWhere, stuckMs);
  const stop = async () => {
    clearTimeout(saying);
    await Promise.all(services.map((service) => service.stop("SIGKILL")));
    await ndbc.stop(true);
  };
  try {
    const server = await startService("server", env);
    services.push(server);
    while (!(await fetch(`${server.url}/health`)).ok) await Bun.sleep(50);
    const worker = await startService("worker", {
      ...env,
      NDBC_URL: ndbc.url.origin,
      POLL_SECONDS: "1",
      BACKFILL_HOURS: "0",
      RETENTION_DAYS: "36500",
      WORKER_PORT: String(workerPort),
    });
    services.push(worker);
    while (!(await fetch(`${server.url}/ready`)).ok) await Bun.sleep(50);
    // From the beginning, because the worker may have been faster.
    const listener = await listen(`${server.url}/v1/observations/stream?lastEventId=0`);
    opened = listener;
    await listener.heard(1);
    return {
      listener,
      server,
      worker,
      async polledAgain(times = 2) {
        for (const before = polls; polls < before + times; ) await Bun.sleep(20);
      },
      async workerProblem(isWanted = true) {
        for (;;) {
          const response = await fetch(`http://127.0.0.1:${workerPort}/ready`);
          const { problems = [] } = (await response.json()) as { problems?: Problem[] };
          const [problem = null] = problems;
          if ((problem !== null) === isWanted) return problem;
          await Bun.sleep(50);
        }
      },
      async settle(sql) {
        hasNews = false;
        for (const before = polls; polls < before + 3; ) await Bun.sleep(20);
        const stored = await readIds(sql);
        const newest = stored.at(-1) ?? "0";
        await listener.event(({ id }) => id !== null && BigInt(id) >= BigInt(newest));
        return { stored, heard: listener.observations.map(({ id }) => id ?? "") };
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }

  /** A failover that hangs leaves no other trace. */
  async function sayWhere(): Promise<void> {
    const ready = await fetch(`http://127.0.0.1:${workerPort}/ready`).then((response) => response.text(), String);
    const heard = { observations: opened?.observations.length, last: opened?.events.at(-1) };
    const lines = services.map(({ url, logged }) => ({ url, logged: logged.slice(-8) }));
    console.error(`after ${stuckMs / 1_000} s and ${polls} polls:`, JSON.stringify({ ready, heard, lines }, null, 1));
  }
}

/** Retries, because each pooled connection that a killed PostgreSQL left behind fails once. */
async function readIds(sql: Sql): Promise<string[]> {
  for (;;) {
    try {
      const rows = await sql<{ eventId: string }[]>`select event_id from observations order by event_id`;
      return rows.map(({ eventId }) => eventId);
    } catch {
      await Bun.sleep(50);
    }
  }
}
