import { endSharedCluster, type Stack, startStack } from "../../rig/stack.ts";
import { bellbuoy, betterSseOnNode, floor, nchan, type StartBroadcaster } from "./broadcasters.ts";
import { type LoadClient, startLoadClient } from "./load-client.ts";
import { cores, pin, whyNotPinned } from "./processes.ts";

/** What the benches of streams are run with. */
export type BenchStack = {
  stack: Stack;
  load: LoadClient;
  /** Who takes part: bellbuoy and a broadcaster in C, and other servers. */
  ours: Record<string, StartBroadcaster>;
  peers: Record<string, StartBroadcaster>;
  skipped: string[];
};

/** Starts PostgreSQL, Redis and a load client, all on the core that is not the server's, and ends them after `use`. */
export async function withBenchStack<T>(use: (parts: BenchStack) => Promise<T>): Promise<T> {
  pin(process.pid, cores.others);
  const stack = await startStack();
  const load = startLoadClient();
  const skipped = whyNotPinned === null ? [] : [whyNotPinned];

  async function present(name: string, starting: Promise<StartBroadcaster | null>) {
    const start = await starting;
    if (start === null) skipped.push(`${name}: not installed, or not to be had here`);
    return start === null ? {} : { [name]: start };
  }

  try {
    const ours = { bellbuoy: bellbuoy(stack), ...(await present("C, joined", floor(stack))) };
    const peers = {
      ...(await present("nchan", nchan())),
      ...(await present("better-sse", betterSseOnNode(stack))),
    };
    return await use({ stack, load, ours, peers, skipped });
  } finally {
    await load.stop();
    await stack.stop();
    await endSharedCluster();
  }
}
