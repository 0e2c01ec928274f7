// Follows a server: its stream, its stations and its status.

import type { Clock } from "../../shared/clock.ts";
import { RefusedError, type Station, type Status } from "./answers.ts";
import { loadStatus } from "./api.ts";
import type { StreamListener } from "./connection.ts";
import { deadline } from "./deadline.ts";
import { keepAlive } from "./keep-alive.ts";
import { followStationNames } from "./station-names.ts";
import { createStream } from "./stream.ts";

/** Receives all data from the server. */
export type ServerListener = StreamListener & {
  onStations(stations: Station[]): void;
  onStatus(status: Status): void;
  /** Returns whether the station is known. */
  knows(stationId: string): boolean;
};

const statusEveryMs = 60_000;

/** A followed server. */
type FollowedServer = {
  /** Requests the data of a reporting station if it is unknown. */
  meet(stationId: string): void;
  /** Connects at once if there is no connection. */
  tryNow(): void;
};

/** Follows a server for the life of the page: its stream, its stations and its status. */
export function followServer(url: string, listener: ServerListener, clock: Clock): FollowedServer {
  const stream = createStream(url, listener, clock);
  keepAlive(stream, listener.isIdle, clock);
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
  return { meet, tryNow: stream.tryNow };
}
