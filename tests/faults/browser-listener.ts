import { pause } from "../../shared/clock.ts";

/** Where a listener begins anew after a reset. */
export type BeginningAnew = {
  eventId: number;
  /** How many observations it had heard by then. */
  heard: number;
  /** The snapshot that it loaded then, by {@link rowKey}; `null` until it has come. */
  rows: Set<string> | null;
};

/** Names an observation by what no other has in common with it. @param timestamp as events tell it */
export function rowKey({ stationId, timestamp }: { stationId: string; timestamp: string }): string {
  return `${stationId} ${timestamp}`;
}

/** A listener that behaves as a browser's EventSource does, and comes back for ever. */
export type BrowserListener = {
  /** The id of each observation, in the order in which they came. */
  heard: number[];
  /** Observations that came without an id, or with other data than another listener got under the same id. */
  contradictions: string[];
  /** Why it was told to begin anew. */
  resets: string[];
  /** Where it began anew, each time. It must hear what is above the last of these ids. */
  beginnings: BeginningAnew[];
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
  /** Resolves when it has heard an id at least as large, and has loaded what it had to. */
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
  const beginnings: BeginningAnew[] = [];

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
      await pause(retryMs * random(), left.signal).catch(() => {});
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
    if (event === "reset") beginAnew(data);
    if (event === "observation") hear(fields.get("id"), data);
  }

  function beginAnew(data: string): void {
    resets.push(data);
    const { lastEventId } = JSON.parse(data) as { lastEventId: string };
    const beginning: BeginningAnew = { eventId: Number(lastEventId), heard: heard.length, rows: null };
    beginnings.push(beginning);
    void loadSnapshot(beginning);
  }

  async function loadSnapshot(beginning: BeginningAnew): Promise<void> {
    while (!left.signal.aborted) {
      try {
        const response = await fetch(new URL("/v1/observations/latest", pick()), { signal: left.signal });
        if (response.ok) {
          const { observations } = (await response.json()) as { observations: Parameters<typeof rowKey>[0][] };
          beginning.rows = new Set(observations.map(rowKey));
          onHeard();
          return;
        }
      } catch {
        // Its server is away: it asks again.
      }
      await pause(retryMs * random(), left.signal).catch(() => {});
    }
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
    beginnings,
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
          const anew = beginnings.at(-1);
          if (anew?.rows === null) return;
          if (Math.max(heard.at(-1) ?? 0, anew?.eventId ?? 0) >= id) resolve();
        };
        onHeard();
      }),
  };
}
