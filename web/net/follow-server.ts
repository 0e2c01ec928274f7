import type { Clock } from "../../shared/clock.ts";
import { RefusedError, type Station, type Status } from "./answers.ts";
import { loadStatus } from "./api.ts";
import type { StreamListener } from "./connection.ts";
import { deadline } from "./deadline.ts";
import { followStationNames } from "./station-names.ts";
import { createStream, type Stream } from "./stream.ts";

/** What a page receives of its server. */
export type ServerListener = StreamListener & {
  onStations(stations: Station[]): void;
  onStatus(status: Status): void;
  /** Whether it is known who a station is. */
  knows(stationId: string): boolean;
};

const statusEveryMs = 60_000;
const beatMs = 1_000;
/** A page in the background is woken once a minute at least; what is longer was a sleep. */
const sleptMs = 90_000;

/**
 * Follows a server for as long as the page lives: its stream, who its stations are, and how it stands.
 * @returns what to call with each station that reports: whoever is not known is asked for
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
      // A refusal is an answer, too. The stream tells how the connection stands.
      if (!(error instanceof RefusedError)) stream.compare(null);
    }
  };
  void askForStatus();
  clock.every(statusEveryMs, () => void askForStatus());
  return meet;
}

function keepAlive(stream: Stream, clock: Clock): void {
  // A page that lies in the back-forward cache must not keep one of the browser's few connections.
  addEventListener("pagehide", stream.close);
  addEventListener("pageshow", stream.open);
  addEventListener("online", stream.renew);
  // A connection that a machine slept over looks alive for minutes, and says nothing.
  let beatAtMs = clock.now();
  clock.every(beatMs, () => {
    const sleptOver = clock.now() - beatAtMs > sleptMs;
    beatAtMs = clock.now();
    if (sleptOver) stream.renew();
  });
}
