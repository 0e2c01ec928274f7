// A stream listener that reconnects as a browser's EventSource does.
import { pause, systemClock } from "../../shared/clock.ts";

/** Describes how a listener starts over after a reset. */
export type SnapshotReload = {
  eventId: number;
  /** Number of observations it had received before. */
  heard: number;
  /** Snapshot that it loaded then, by {@link rowKey}; `null` until it has arrived. */
  rows: Set<string> | null;
};

/** Returns a key that is unique to one observation. @param timestamp as in the events */
export function rowKey({ stationId, timestamp }: { stationId: string; timestamp: string }): string {
  return `${stationId} ${timestamp}`;
}

/** Describes a listener that behaves as a browser's EventSource does, and always reconnects. */
export type BrowserListener = {
  /** Event id of each observation, in order of arrival. */
  heard: number[];
  /** Observations without an id, or with other data than another listener received under the same id. */
  contradictions: string[];
  /** Data of each `reset` event. */
  resets: string[];
  /** One entry for each reset. The listener must receive all events above the id of the last entry. */
  reloads: SnapshotReload[];
  /** Number of responses with a status other than 200. */
  readonly refusals: number;
  /** Number of streams it has opened. */
  readonly streams: number;
  /** Resolves when it connects for the first time. */
  connected: Promise<void>;
  /** Breaks its connection. */
  cut(): void;
  /** Disconnects for good. */
  leave(): void;
  /** Resolves when it has received this id or a larger one, and has loaded its snapshot after a reset. */
  reached(id: number): Promise<void>;
};

/**
 * Starts a listener. It reconnects with its last event id in a header, at most after the stream's `retry` time, and
 * sometimes to another server.
 * @param servers addresses of equivalent streams
 * @param random returns a number from [0, 1)
 * @param dataOf the data of each id as the first listener received it, shared by all listeners
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
  const reloads: SnapshotReload[] = [];

  function pick(): string {
    return servers[Math.floor(random() * servers.length)] ?? "";
  }

  async function listen(): Promise<void> {
    while (!left.signal.aborted) {
      connection = new AbortController();
      try {
        await readStream(AbortSignal.any([connection.signal, left.signal]));
      } catch {
        // Refused, broken or cut: it reconnects in any case.
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
      // An incomplete block is no event.
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
    if (event === "reset") startOver(data);
    if (event === "observation") hear(fields.get("id"), data);
  }

  function startOver(data: string): void {
    resets.push(data);
    const { lastEventId } = JSON.parse(data) as { lastEventId: string };
    const reload: SnapshotReload = { eventId: Number(lastEventId), heard: heard.length, rows: null };
    reloads.push(reload);
    void loadSnapshot(reload);
  }

  async function loadSnapshot(reload: SnapshotReload): Promise<void> {
    while (!left.signal.aborted) {
      try {
        const response = await fetch(new URL("/v1/observations/latest", pick()), { signal: left.signal });
        if (response.ok) {
          const { observations } = (await response.json()) as { observations: Parameters<typeof rowKey>[0][] };
          reload.rows = new Set(observations.map(rowKey));
          onHeard();
          return;
        }
      } catch {
        // The server is down: it tries again.
      }
      await pause(retryMs * random(), left.signal, systemClock).catch(() => {});
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
    reloads,
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
          const lastReload = reloads.at(-1);
          if (lastReload?.rows === null) return;
          if (Math.max(heard.at(-1) ?? 0, lastReload?.eventId ?? 0) >= id) resolve();
        };
        onHeard();
      }),
  };
}
