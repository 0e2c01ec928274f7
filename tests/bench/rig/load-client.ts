// Starts and controls a process with many listeners.

import { join } from "node:path";
import { cores, pin } from "./processes.ts";

/** Many listeners in their own process, on the core that the server does not use. */
export type LoadClient = {
  /** Opens more streams. @returns milliseconds until all had begun */
  open(url: string, streams: number): Promise<number>;
  /**
   * Waits until no more data arrive, and starts to measure. From here on all streams must get the same bytes.
   * @returns milliseconds since the last data
   */
  begin(): Promise<number>;
  /** Resolves when each stream has this many events, without the cost of a measurement. @throws like {@link heard} */
  reached(events: number): Promise<void>;
  /** Resolves when each stream has this many events. @throws {Error} if one ends, or gets other bytes or none */
  heard(events: number): Promise<Heard>;
  /** Ends all streams. */
  closeAll(): Promise<void>;
  stop(): Promise<void>;
};

/** Results of a load client since {@link LoadClient.begin}. */
export type Heard = {
  /** Events of all streams together. */
  deliveries: number;
  /** From the first event's publication to the last arrival. */
  wholeMs: number;
  /** From an event's publication to its arrival. */
  p50Ms: number;
  p99Ms: number;
  /** Share of that time in which the client itself was busy, 0 to 1. Near 1, the client is the bottleneck. */
  clientBusy: number;
};

export type LoadCommand =
  | { name: "open"; url: string; streams: number }
  | { name: "begin" }
  | { name: "reached"; events: number }
  | { name: "heard"; events: number }
  | { name: "closeAll" };

export type LoadAnswer = { result: unknown } | { fault: string };

/** Starts a load client without streams. */
export function startLoadClient(): LoadClient {
  const asked: { resolve(result: never): void; reject(error: Error): void }[] = [];
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "load-program.ts")], {
    stdio: ["ignore", "inherit", "inherit"],
    ipc(answer: LoadAnswer) {
      const first = asked.shift();
      if ("fault" in answer) first?.reject(new Error(answer.fault));
      else first?.resolve(answer.result as never);
    },
  });
  pin(child.pid, cores.others);
  void child.exited.then(() => {
    for (const { reject } of asked) reject(new Error("the load client has ended"));
  });

  function ask<T>(command: LoadCommand): Promise<T> {
    return new Promise((resolve, reject) => {
      asked.push({ resolve, reject });
      child.send(command);
    });
  }
  return {
    open: (url, streams) => ask({ name: "open", url, streams }),
    begin: () => ask({ name: "begin" }),
    reached: (events) => ask({ name: "reached", events }),
    heard: (events) => ask({ name: "heard", events }),
    closeAll: () => ask({ name: "closeAll" }),
    async stop() {
      child.kill();
      await child.exited;
    },
  };
}
