/** One event of a stream as it came over the wire. */
export type StreamEvent = {
  event: string;
  data: string;
  /** The `id:` line, `null` without one. */
  id: string | null;
  /** When it came, by `performance.now()`. */
  atMs: number;
};

/** A listener that keeps all it hears. */
export type Listening = {
  status: number;
  headers: Headers;
  events: StreamEvent[];
  /** The observations among them. */
  readonly observations: StreamEvent[];
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
  const waiting = new Set<() => void>();
  let raw = "";

  async function read(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    try {
      for await (const bytes of response.body ?? []) {
        const text = decoder.decode(bytes, { stream: true });
        raw += text;
        const blocks = (rest + text).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) {
          const event = parseBlock(block);
          if (event) events.push(event);
        }
        for (const check of waiting) check();
      }
    } catch {
      // Left, or the server died.
    }
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

  const observations = () => events.filter(({ event }) => event === "observation");
  const listening: Listening = {
    status: response.status,
    headers: response.headers,
    events,
    get observations() {
      return observations();
    },
    get raw() {
      return raw;
    },
    heard: (count) => until(() => (observations().length >= count ? observations() : undefined)),
    event: (wanted) => until(() => events.find(wanted)),
    ended: read(),
    leave: () => gone.abort(),
  };
  if (response.ok) await listening.event(({ event }) => event === "connection");
  return listening;
}

function parseBlock(block: string): StreamEvent | null {
  const lines = block.split("\n");
  const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
  const data = field("data");
  if (data === null) return null;
  return { event: field("event") ?? "message", data, id: field("id"), atMs: performance.now() };
}
