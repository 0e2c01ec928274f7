// A worker that polls a stand-in for NDBC every second, and helpers to observe it.

import { freePort } from "../../services/dev/daemons/ports.ts";
import { activeStationsPath } from "../../services/worker/ndbc/paths.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { latestObsFile } from "./ndbc-file.ts";
import { type LogLine, type Service, type Stack, startStack } from "./stack.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

/** Holds a response of the worker's `/ready`. */
export type Readiness = { status: number; codes: string[]; reasons: string[] };

/** Describes a stack and an NDBC stand-in; each call of `serveNews` makes its newest reports an hour younger. */
export type PollingRig = {
  stack: Stack;
  upstream: Upstream;
  /** Environment for a worker; its `/ready` is at `readyUrl`. */
  env: Record<string, string>;
  /** Resolves after this many more requests to NDBC. */
  polledAgain(times?: number): Promise<void>;
  /** Adds new reports to the stand-in. @returns how many */
  serveNews(): number;
  /** Requests the worker's `/ready`. */
  readiness(): Promise<Readiness>;
  /** Resolves when the worker's `/ready` has this status and exactly these problems. */
  readyIs(status: number, ...codes: string[]): Promise<void>;
  stop(): Promise<void>;
};

const reports = 3;

/** Starts the rig, without a worker. */
export async function startPollingRig(): Promise<PollingRig> {
  const [stack, upstream, port] = [await startStack(), startUpstream(), freePort()];
  let timeMs = Date.UTC(2026, 4, 6);
  const serveNews = () => {
    timeMs += 3_600_000;
    upstream.files.set(latestObsPath, latestObsFile(reports, new Date(timeMs)));
    return reports;
  };
  serveNews();
  upstream.files.set(
    activeStationsPath,
    `<?xml version="1.0" encoding="utf-8"?><stations created="2026-05-06T12:00:01UTC" count="1">
<station id="10000" lat="1" lon="2" name="Bell Buoy" owner="NDBC" pgm="NDBC Meteorological/Ocean" type="buoy"/>
</stations>
`,
  );
  async function readiness(): Promise<Readiness> {
    const response = await fetch(`http://127.0.0.1:${port}/ready`);
    const body = (await response.json()) as { problems: { code: string }[]; reasons: string[] };
    return { status: response.status, codes: body.problems.map(({ code }) => code), reasons: body.reasons };
  }
  return {
    stack,
    upstream,
    env: {
      NDBC_URL: upstream.url,
      POLL_SECONDS: "1",
      BACKFILL_HOURS: "0",
      RETENTION_DAYS: "36500",
      WORKER_PORT: String(port),
    },
    polledAgain: (times = 2) =>
      upstream.asked(latestObsPath, upstream.requests.filter((path) => path === latestObsPath).length + times),
    serveNews,
    readiness,
    async readyIs(status, ...codes) {
      for (;;) {
        const now = await readiness();
        if (now.status === status && now.codes.join() === codes.join()) return;
        await Bun.sleep(50);
      }
    },
    async stop() {
      await stack.stop();
      await upstream.stop();
    },
  };
}

/** Returns a predicate for log lines with this message. */
export const says = (message: string) => (line: LogLine) => line.message === message;

/** Resolves with the next matching line that a service logs. */
export function nextLine(service: Service, wanted: (line: LogLine) => boolean): Promise<LogLine> {
  const known = service.logged.length;
  return service.line((line) => wanted(line) && service.logged.indexOf(line) >= known);
}
