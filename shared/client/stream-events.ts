// What each event of the stream means for a client: its progress, its state and its observations.

import { parseObservation, readConnectionTime } from "./answers.ts";
import { ConnectionError } from "./errors.ts";
import type { Progress } from "./progress.ts";
import type { SourceListener } from "./source.ts";
import type { StreamListener } from "./stream-listener.ts";

/** What a connection reports to its client. */
type ConnectionListener = {
  onConnected(): void;
  /** Called when the stream ended, with the cause. */
  onLoss(error: unknown): void;
};

/**
 * Creates the handlers of one connection.
 * @param signal aborts the requests that they make
 */
export function streamEvents(
  listener: StreamListener,
  progress: Progress,
  { onConnected, onLoss }: ConnectionListener,
  signal: AbortSignal,
): SourceListener {
  return {
    onSilent: () => listener.onState({ kind: "waiting" }),
    onConnection(event) {
      onConnected();
      const serverMs = readConnectionTime(event.data);
      if (serverMs !== null) listener.onTime?.(serverMs);
      progress.advance(event);
      progress.learnStored(signal);
      listener.onState({ kind: "live" });
    },
    onObservation(event) {
      const eventId = progress.advance(event);
      progress.learnStored(signal);
      const observation = parseObservation(event.data);
      if (observation) listener.onArrival({ observation, eventId, replayed: progress.isReplayed(eventId) });
    },
    onHeartbeat: progress.advance,
    onReset(event) {
      progress.lastEventId = listener.onSnapshot ? null : event.lastEventId;
      onLoss(new ConnectionError("reset", resetReason(event.data)));
    },
    onLoss,
  };
}

/** Returns the server's reason for a reset; empty if it gives none. */
function resetReason(data: string): string {
  try {
    return String(JSON.parse(data).reason ?? "");
  } catch {
    return "";
  }
}
