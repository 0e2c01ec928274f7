import { join } from "node:path";
import { cores, pin } from "./processes.ts";

/** Many listeners in a process of their own, on the core that is not the server's. */
export type LoadClient = {
  /** Opens so many more streams. @returns milliseconds until all had begun */
  open(url: string, streams: number): Promise<number>;
  /**
   * From here on all streams are to hear the same, and that is measured. Waits until nothing comes any more.
   * @returns milliseconds for which nothing had come
   */
  begin(): Promise<number>;
  /** Resolves when each stream has heard so many events, without the cost of a measurement. @throws as {@link heard} does */
  reached(events: number): Promise<void>;
  /** Resolves when each stream has heard so many events. @throws {Error} when one ends, hears something else, or nothing */
  heard(events: number): Promise<Heard>;
  /** Ends all streams. */
  closeAll(): Promise<void>;
  stop(): Promise<void>;
};

/** What a load client has heard since {@link LoadClient.begin}. */
export type Heard = {
  /** Events of all streams together. */
  deliveries: number;
  /** From the first event's publication to the last arrival. */
  wholeMs: number;
  /** From an event's publication to its arrival. */
  p50Ms: number;
  p99Ms: number;
  /** How much of that time the client itself was computing, 0 to 1: near 1 it is what is measured. */
  clientBusy: number;
};

export type LoadCommand =
  | { name: "open"; url: string; streams: number }
  | { name: "begin" }
  | { name: "reached"; events: number }
  | { name: "heard"; events: number }
  | { name: "closeAll" };

export type LoadAnswer = { result: unknown } | { fault: string };

/** Starts a load client that has no streams yet. */
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
