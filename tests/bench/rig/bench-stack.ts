// The programs that benches of streams run with.

import { freePort } from "../../../services/dev/daemons/ports.ts";
import { endOwnCluster } from "../../rig/database.ts";
import { type Stack, startStack } from "../../rig/stack.ts";
import { bellbuoy, betterSseOnNode, floor, nchan, type StartBroadcaster } from "./broadcasters.ts";
import { type LoadClient, startLoadClient } from "./load-client.ts";
import { cores, pin, whyNotPinned } from "./processes.ts";

/** Describes the stack of a bench of streams. */
export type BenchStack = {
  stack: Stack;
  load: LoadClient;
  /** bellbuoy, and a minimal broadcaster in C. */
  ours(): Promise<Contestants>;
  /** Other servers, if they are available here. */
  peers(): Promise<Contestants>;
  skipped: Set<string>;
};

export type Contestants = Record<string, StartBroadcaster>;

/** Starts PostgreSQL, Redis and a load client, on the core that the server does not use, and stops them after `use`. */
export async function withBenchStack<T>(use: (parts: BenchStack) => Promise<T>): Promise<T> {
  pin(process.pid, cores.others);
  const stack = await startStack(freePort());
  const load = startLoadClient();
  const skipped = new Set(whyNotPinned === null ? [] : [whyNotPinned]);

  async function present(name: string, preparing: Promise<StartBroadcaster | null>): Promise<Contestants> {
    const start = await preparing;
    if (start === null) skipped.add(`${name}: not installed, or not available here`);
    return start === null ? {} : { [name]: start };
  }

  try {
    return await use({
      stack,
      load,
      skipped,
      ours: async () => ({ bellbuoy: bellbuoy(stack), ...(await present("C, joined", floor(stack))) }),
      peers: async () => ({
        ...(await present("nchan", nchan())),
        ...(await present("better-sse", betterSseOnNode(stack))),
      }),
    });
  } finally {
    await load.stop();
    await stack.stop();
    await endOwnCluster();
    pin(process.pid, cores.all);
  }
}
