// Follows a server: its stream, its stations and its status.

import type { Clock } from "../../shared/clock.ts";
import { RefusedError, type Station, type Status } from "./answers.ts";
import { loadStatus } from "./api.ts";
import type { StreamListener } from "./connection.ts";
import { deadline } from "./deadline.ts";
import { followStationNames } from "./station-names.ts";
import { createStream, type Stream } from "./stream.ts";

/** Receives all data from the server. */
export type ServerListener = StreamListener & {
  onStations(stations: Station[]): void;
  onStatus(status: Status): void;
  /** Returns whether the station is known. */
  knows(stationId: string): boolean;
};

const statusEveryMs = 60_000;
const beatMs = 1_000;
/** Browsers run a background page at least once a minute. A longer gap means that the machine slept. */
const sleptMs = 90_000;

/**
 * Follows a server for the life of the page: its stream, its stations and its status.
 * @returns a function to call with each reporting station; it requests the data of unknown stations
 */
export function followServer(url: string, listener: ServerListener, clock: Clock): (stationId: string) => void {
  const stream = createStream(url, listener, clock);
  keepAlive(stream, clock);
  stream.open();
  const meet = followStationNames(url, listener.knows, listener.onStations, clock);
  const askForStatus = async () => {
    try {
      const status = await loadStatus(url, deadline(clock));
      listener.onStatus(status);
      stream.compare(status.cachedAtMs === null ? status.lastEventId : null);
    } catch (error) {
      // A refusal is an answer, too. The stream reports the connection's state.
      if (!(error instanceof RefusedError)) stream.compare(null);
    }
  };
  void askForStatus();
  clock.every(statusEveryMs, () => void askForStatus());
  return meet;
}

function keepAlive(stream: Stream, clock: Clock): void {
  // A page in the back-forward cache must not hold one of the browser's few connections.
  addEventListener("pagehide", stream.close);
  addEventListener("pageshow", stream.open);
  addEventListener("online", stream.renew);
  // After a sleep of the machine, a dead connection looks open for minutes.
  let beatAtMs = clock.now();
  clock.every(beatMs, () => {
    const sleptOver = clock.now() - beatAtMs > sleptMs;
    beatAtMs = clock.now();
    if (sleptOver) stream.renew();
  });
}
