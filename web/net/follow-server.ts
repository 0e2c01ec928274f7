// Follows a server: its stream, its stations and its status.

import type { Station } from "../../shared/client/answers.ts";
import { createStreamClient, type StreamClient, type StreamListener } from "../../shared/client/stream-client.ts";
import type { Clock } from "../../shared/clock.ts";
import { followStationNames } from "./station-names.ts";

/** Receives all data from the server. */
export type ServerListener = Required<StreamListener> & {
  onStations(stations: Station[]): void;
  /** Returns whether the station is known. */
  knows(stationId: string): boolean;
};

const beatMs = 1_000;
/** Browsers run a background page at least once a minute. A longer gap means that the machine slept. */
const sleptMs = 90_000;
/** Max delay before a retry, even if the server asks for more: someone looks at the page. */
const maxRetryMs = 60_000;
const forbiddenServer =
  "the host of this page allows no other server: to use ?server=, open the player from a static host";

/**
 * Follows a server for the life of the page: its stream, its stations and its status.
 * @returns a function to call with each reporting station; it requests the data of unknown stations
 */
export function followServer(server: string, listener: ServerListener, clock: Clock): (stationId: string) => void {
  const client = createStreamClient({ server, EventSource, maxRetryMs, clock }, listener);
  watchPolicy(server, () => {
    client.close();
    listener.onState({ kind: "refused", reason: forbiddenServer, retryAtMs: null });
  });
  keepAlive(client, clock);
  client.open();
  return followStationNames(server, listener.knows, listener.onStations, clock);
}

/**
 * Stops for good when the page's policy forbids this server: only the `securitypolicyviolation` event reports why a
 * request failed.
 */
function watchPolicy(server: string, onForbidden: () => void): void {
  globalThis.document?.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
    const isOurs = effectiveDirective === "connect-src" && blockedURI.startsWith(`${new URL(server).origin}/`);
    if (isOurs) onForbidden();
  });
}

function keepAlive(client: StreamClient, clock: Clock): void {
  // A page in the back-forward cache must not hold one of the browser's few connections.
  addEventListener("pagehide", client.close);
  addEventListener("pageshow", client.open);
  addEventListener("online", client.retryNow);
  // After a sleep of the machine, a dead connection looks open for minutes.
  let beatAtMs = clock.now();
  clock.every(beatMs, () => {
    const sleptOver = clock.now() - beatAtMs > sleptMs;
    beatAtMs = clock.now();
    if (sleptOver) client.retryNow();
  });
}
