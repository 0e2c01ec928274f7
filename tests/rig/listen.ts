// A raw stream client that records every byte and event it receives.
/** Holds one event of a stream, as received. */
export type StreamEvent = {
  event: string;
  data: string;
  /** The `id:` line, `null` without one. */
  id: string | null;
  /** Time of arrival, by `performance.now()`. */
  atMs: number;
};

/** Describes a stream client that keeps everything it receives. */
export type Listening = {
  status: number;
  headers: Headers;
  events: StreamEvent[];
  /** The events of type `observation`. */
  observations: StreamEvent[];
  /** Everything received, as text. */
  readonly raw: string;
  /** Resolves when `count` observations have arrived. */
  heard(count: number): Promise<StreamEvent[]>;
  /** Resolves with the first event, past or future, for which `wanted` returns true. */
  event(wanted: (event: StreamEvent) => boolean): Promise<StreamEvent>;
  /** Resolves when the server has ended the stream. */
  ended: Promise<void>;
  leave(): void;
};

/**
 * Opens a stream as `curl -N` does; unlike EventSource, this shows each byte. Resolves once connected, or when the server
 * has ended the stream before: it does that while too many questions wait.
 */
export async function listen(url: string, headers: Record<string, string> = {}): Promise<Listening> {
  const gone = new AbortController();
  const response = await fetch(url, { headers, signal: gone.signal });
  const events: StreamEvent[] = [];
  const observations: StreamEvent[] = [];
  const waiting = new Set<() => void>();
  const unread: { text: string; atMs: number }[] = [];
  let raw = "";
  let rest = "";

  async function receive(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const bytes of response.body ?? []) {
        // Read a little later, so that the work of one listener does not delay the others.
        if (unread.push({ text: decoder.decode(bytes, { stream: true }), atMs: performance.now() }) === 1) {
          setTimeout(read, 2);
        }
      }
    } catch {
      // The client has closed the stream, or the server died.
    }
    read();
  }

  function read(): void {
    for (const { text, atMs } of unread.splice(0)) {
      raw += text;
      const blocks = (rest + text).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = parseBlock(block, atMs);
        if (event) events.push(event);
        if (event?.event === "observation") observations.push(event);
      }
    }
    for (const check of waiting) check();
  }

  function until<T>(look: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const check = () => {
        const found = look();
        if (found === undefined) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      check();
    });
  }

  const listening: Listening = {
    status: response.status,
    headers: response.headers,
    events,
    observations,
    get raw() {
      return raw;
    },
    heard: (count) => until(() => (observations.length >= count ? [...observations] : undefined)),
    event: (wanted) => until(() => events.find(wanted)),
    ended: receive(),
    leave: () => gone.abort(),
  };
  if (response.ok) await Promise.race([listening.event(({ event }) => event === "connection"), listening.ended]);
  return listening;
}

function parseBlock(block: string, atMs: number): StreamEvent | null {
  const found: StreamEvent = { event: "message", data: "", id: null, atMs };
  for (const line of block.split("\n")) {
    if (line.startsWith("data: ")) found.data = line.slice(6);
    else if (line.startsWith("id: ")) found.id = line.slice(4);
    else if (line.startsWith("event: ")) found.event = line.slice(7);
  }
  return found.data === "" ? null : found;
}
