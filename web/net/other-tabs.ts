// Counts the other tabs with an open stream: together they may hold all connections of the browser to the server.

import type { Clock } from "../../shared/clock.ts";

/** Over HTTP/1.1, browsers open at most this many connections to a host. */
const maxConnections = 6;
const answerMs = 300;

/**
 * Answers other tabs of this server.
 * @param keepsStream returns whether this tab has an open stream and needs it
 * @returns a function that asks whether other tabs hold all connections
 */
export function followOtherTabs(server: string, keepsStream: () => boolean, clock: Clock): () => Promise<boolean> {
  let others = 0;
  let channel = openChannel();
  // An open channel can keep the page out of the back-forward cache.
  addEventListener("pagehide", () => channel.close());
  addEventListener("pageshow", () => {
    channel.close();
    channel = openChannel();
  });
  return () => {
    others = 0;
    channel.postMessage("who?");
    return new Promise((resolve) => clock.after(answerMs, () => resolve(others >= maxConnections)));
  };

  function openChannel(): BroadcastChannel {
    const channel = new BroadcastChannel(`bellbuoy ${server}`);
    channel.onmessage = ({ data }) => {
      if (data === "open") others++;
      else if (keepsStream()) channel.postMessage("open");
    };
    return channel;
  }
}
