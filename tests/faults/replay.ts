// A stand-in for NDBC that serves a series of files over time.
import { latestObsPath } from "../../shared/upstream.ts";
import type { Series } from "./network-series.ts";

/** Describes a stand-in for NDBC whose `latest_obs.txt` advances through a series. */
export type Replay = {
  url: string;
  /** Number of files so far. */
  readonly steps: number;
  /** Time of each poll, by `performance.now()`. */
  polls: number[];
  /** Resolves after this many more polls. */
  polledAgain(polls: number): Promise<void>;
  /** Keeps the current file from now on. */
  standStill(): void;
  stop(): Promise<void>;
};

/** Starts the stand-in. @param stepMs time between two files */
export function startReplay(series: Series, stepMs: number): Replay {
  const polls: number[] = [];
  let step = 0;
  let body = series(step);
  const waiting = new Set<() => void>();
  const timer = setInterval(() => {
    step += 1;
    body = series(step);
  }, stepMs);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      if (new URL(request.url).pathname !== latestObsPath) return new Response("not here", { status: 404 });
      polls.push(performance.now());
      for (const check of waiting) check();
      return new Response(body, { headers: { "Content-Type": "text/plain; charset=ISO-8859-1" } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    get steps() {
      return step + 1;
    },
    polls,
    polledAgain(wanted) {
      const until = polls.length + wanted;
      return new Promise((resolve) => {
        const check = () => {
          if (polls.length < until) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
      });
    },
    standStill: () => clearInterval(timer),
    async stop() {
      clearInterval(timer);
      await server.stop(true);
    },
  };
}
