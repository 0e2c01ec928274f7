/** One event of a stream as it came over the wire. */
export type StreamEvent = {
  event: string;
  data: string;
  /** The `id:` line, `null` without one. */
  id: string | null;
  /** When its bytes came, by `performance.now()`. */
  atMs: number;
};

/** A listener that keeps all it hears. */
export type Listening = {
  status: number;
  headers: Headers;
  events: StreamEvent[];
  /** The observations among them. */
  observations: StreamEvent[];
  /** Everything that came, as text. */
  readonly raw: string;
  /** Resolves when `count` observations have come. */
  heard(count: number): Promise<StreamEvent[]>;
  /** Resolves with the first event, past or to come, for which `wanted` holds. */
  event(wanted: (event: StreamEvent) => boolean): Promise<StreamEvent>;
  /** Resolves when the server has ended the stream. */
  ended: Promise<void>;
  leave(): void;
};

/** Opens a stream as `curl -N` would: no EventSource, so that each byte can be seen. Resolves once connected. */
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
        // Read a little later: the time that one listener spends on reading is not to delay what the others receive.
        if (unread.push({ text: decoder.decode(bytes, { stream: true }), atMs: performance.now() }) === 1) {
          setTimeout(read, 2);
        }
      }
    } catch {
      // Left, or the server died.
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
  if (response.ok) await listening.event(({ event }) => event === "connection");
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
