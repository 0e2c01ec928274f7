// The DevTools protocol over one WebSocket: commands, their results, and events by session.

type Params = Record<string, unknown>;

/** Describes a connection to Chromium's DevTools. A command without a session goes to the browser itself. */
export type DevTools = {
  /** Sends a command. @throws {Error} with Chromium's message when it refuses, or when the connection has closed */
  send<T = unknown>(method: string, params?: Params, sessionId?: string): Promise<T>;
  /** Calls the handler for each event of a session. */
  on(sessionId: string, method: string, handle: (params: Params) => void): void;
  /** Removes all handlers of a session. */
  forget(sessionId: string): void;
  close(): void;
};

type Message = {
  id?: number;
  method?: string;
  params?: Params;
  sessionId?: string;
  result?: unknown;
  error?: { message: string };
};

/** Connects to a browser. @param url the address that Chromium prints: `ws://127.0.0.1:PORT/devtools/browser/ID` */
export async function connectDevTools(url: string): Promise<DevTools> {
  const socket = new WebSocket(url);
  const opened = Promise.withResolvers<void>();
  const waiting = new Map<number, { method: string; resolve(value: never): void; reject(error: Error): void }>();
  const handlers = new Map<string, ((params: Params) => void)[]>();
  let lastId = 0;

  socket.onopen = () => opened.resolve();
  socket.onerror = () => opened.reject(new Error(`cannot connect to Chromium at ${url}`));
  socket.onclose = () => {
    for (const { method, reject } of waiting.values())
      reject(new Error(`${method}: Chromium has closed the connection`));
    waiting.clear();
  };
  socket.onmessage = ({ data }) => {
    const { id, method, params = {}, sessionId = "", result, error } = JSON.parse(String(data)) as Message;
    if (method !== undefined) for (const handle of handlers.get(`${sessionId} ${method}`) ?? []) handle(params);
    const asked = id === undefined ? undefined : waiting.get(id);
    if (id === undefined || asked === undefined) return;
    waiting.delete(id);
    if (error) asked.reject(new Error(`${asked.method}: ${error.message}`));
    else asked.resolve(result as never);
  };
  await opened.promise;

  return {
    send(method, params = {}, sessionId) {
      lastId += 1;
      const { promise, resolve, reject } = Promise.withResolvers<never>();
      if (socket.readyState !== WebSocket.OPEN)
        return Promise.reject(new Error(`${method}: no connection to Chromium`));
      waiting.set(lastId, { method, resolve, reject });
      socket.send(JSON.stringify({ id: lastId, method, params, sessionId }));
      return promise;
    },
    on(sessionId, method, handle) {
      const key = `${sessionId} ${method}`;
      handlers.set(key, [...(handlers.get(key) ?? []), handle]);
    },
    forget(sessionId) {
      for (const key of handlers.keys()) if (key.startsWith(`${sessionId} `)) handlers.delete(key);
    },
    close: () => socket.close(),
  };
}
