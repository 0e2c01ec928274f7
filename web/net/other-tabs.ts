// Counts the other tabs with an open stream: together they may hold all connections of the browser to the server.

import type { Clock } from "../../shared/clock.ts";

/** Over HTTP/1.1, browsers open at most this many connections to a host. */
const maxConnections = 6;
const answerMs = 300;

/**
 * Answers other tabs of this server until `signal` aborts.
 * @param keepsStream returns whether this tab has an open stream and needs it
 * @returns a function that asks whether other tabs hold all connections
 */
export function followOtherTabs(
  server: string,
  keepsStream: () => boolean,
  signal: AbortSignal,
  clock: Clock,
): () => Promise<boolean> {
  let others = 0;
  const channel = new BroadcastChannel(`bellbuoy ${server}`);
  signal.addEventListener("abort", () => channel.close());
  channel.onmessage = ({ data }) => {
    if (data === "open") others++;
    else if (keepsStream()) channel.postMessage("open");
  };
  return () => {
    others = 0;
    channel.postMessage("who?");
    return new Promise((resolve) => clock.after(answerMs, () => resolve(others >= maxConnections)));
  };
}
