// What a client learns from its server.

import type { ObservationMessage } from "../observation.ts";
import type { Snapshot, Status } from "./answers.ts";
import type { Setback } from "./retry.ts";

/** State of the connection. */
export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "live" }
  /** The server accepted the connection but waits for its own database. */
  | { kind: "waiting" }
  /** The connection was lost (`reconnecting`) or the server refused it (`refused`). */
  | Setback;

/** An observation as it arrived. */
export type Arrival = {
  observation: ObservationMessage;
  /** `null` for an event that another program published. */
  eventId: string | null;
  /**
   * Whether the event was stored, as far as known, before the client connected. After a snapshot, no event is: the
   * snapshot covers the earlier ones.
   */
  replayed: boolean;
};

/** Receives what a client learns from its server. */
export type StreamListener = {
  onState(state: ConnectionState): void;
  /**
   * Receives the latest values of all stations: at the start, and when the server cannot replay all missed events. A
   * client without this function loads no snapshot.
   */
  onSnapshot?(snapshot: Snapshot): void;
  onArrival(arrival: Arrival): void;
  /** Receives the server's status: at the start, after a loss and every minute. */
  onStatus?(status: Status): void;
  /** Receives the server's current time, in Unix milliseconds, when the stream opens. */
  onTime?(serverMs: number): void;
};
