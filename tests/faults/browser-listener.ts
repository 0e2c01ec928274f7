import { pause, systemClock } from "../../shared/clock.ts";

/** A listener that behaves as a browser's EventSource does, and comes back for ever. */
export type BrowserListener = {
  /** The id of each observation, in the order in which they came. */
  heard: number[];
  /** Observations that came without an id, or with other data than another listener got under the same id. */
  contradictions: string[];
  /** Why it was told to begin anew. */
  resets: string[];
  /** How often it was answered with anything but 200. */
  readonly refusals: number;
  /** How many streams it has had. */
  readonly streams: number;
  /** Resolves when it is connected for the first time. */
  connected: Promise<void>;
  /** Loses its connection. */
  cut(): void;
  /** Leaves for good. */
  leave(): void;
  /** Resolves when it has heard an id at least as large. */
  reached(id: number): Promise<void>;
};

/**
 * Starts a listener. It names its last event id in a header when it comes back, after at most the time that the stream
 * told it by `retry`, sometimes to another server.
 * @param servers the addresses of streams that are the same
 * @param random draws from [0, 1)
 * @param dataOf the data of each id as any listener got it first, shared by all of them
 */
export function startListener(servers: string[], random: () => number, dataOf: Map<number, string>): BrowserListener {
  const heard: number[] = [];
  const contradictions: string[] = [];
  const resets: string[] = [];
  const left = new AbortController();
  const connected = Promise.withResolvers<void>();
  let connection = new AbortController();
  let server = pick();
  let lastEventId = "";
  let retryMs = 1_000;
  let refusals = 0;
  let streams = 0;
  let onHeard = () => {};

  function pick(): string {
    return servers[Math.floor(random() * servers.length)] ?? "";
  }

  async function listen(): Promise<void> {
    while (!left.signal.aborted) {
      connection = new AbortController();
      try {
        await readStream(AbortSignal.any([connection.signal, left.signal]));
      } catch {
        // Refused, broken or cut: it comes back in any case.
      }
      if (random() < 0.5) server = pick();
      await pause(retryMs * random(), left.signal, systemClock).catch(() => {});
    }
  }

  async function readStream(signal: AbortSignal): Promise<void> {
    const headers: Record<string, string> = lastEventId === "" ? {} : { "Last-Event-ID": lastEventId };
    const response = await fetch(server, { headers, signal });
    if (response.status !== 200) {
      refusals += 1;
      await response.body?.cancel();
      return;
    }
    streams += 1;
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of response.body ?? []) {
      const blocks = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
      // What is cut short is no event.
      rest = blocks.pop() ?? "";
      for (const block of blocks) take(block);
      onHeard();
    }
  }

  function take(block: string): void {
    const fields = new Map(block.split("\n").map((line) => line.split(/: (.*)/, 2) as [string, string]));
    retryMs = Number(fields.get("retry") ?? retryMs);
    lastEventId = fields.get("id") ?? lastEventId;
    const data = fields.get("data") ?? "";
    const event = fields.get("event");
    if (event === "connection") connected.resolve();
    if (event === "reset") resets.push(data);
    if (event === "observation") hear(fields.get("id"), data);
  }

  function hear(id: string | undefined, data: string): void {
    const known = dataOf.get(Number(id));
    if (id === undefined || (known !== undefined && known !== data)) contradictions.push(`${id}: ${data} / ${known}`);
    if (known === undefined) dataOf.set(Number(id), data);
    heard.push(Number(id));
  }

  void listen();
  return {
    heard,
    contradictions,
    resets,
    get refusals() {
      return refusals;
    },
    get streams() {
      return streams;
    },
    connected: connected.promise,
    cut: () => connection.abort(),
    leave: () => left.abort(),
    reached: (id) =>
      new Promise((resolve) => {
        onHeard = () => {
          if ((heard.at(-1) ?? 0) >= id) resolve();
        };
        onHeard();
      }),
  };
}
