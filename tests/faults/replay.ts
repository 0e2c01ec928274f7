import { latestObsPath } from "../../shared/upstream.ts";
import type { Series } from "./network-series.ts";

/** A stand-in for NDBC whose `latest_obs.txt` goes on to the next of a series now and then. */
export type Replay = {
  url: string;
  /** How many files there have been. */
  readonly steps: number;
  /** When each poll came, by `performance.now()`. */
  polls: number[];
  /** Resolves after so many polls more. */
  polledAgain(polls: number): Promise<void>;
  /** Keeps the present file from now on. */
  standStill(): void;
  stop(): Promise<void>;
};

/** Starts the stand-in. @param stepMs how long each file is the newest */
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
