import type { Clock } from "../../shared/clock.ts";
import { loadStations, loadStatus, RefusedError, type Snapshot, type Station, type Status } from "./api.ts";
import { type Arrival, type ConnectionState, createStream, deadline } from "./stream.ts";

/** What a page is told of its server. */
export type ServerListener = {
  onState(state: ConnectionState): void;
  onSnapshot(snapshot: Snapshot): void;
  onArrival(arrival: Arrival): void;
  onStations(stations: Station[]): void;
  onStatus(status: Status): void;
  /** Whether it is known who a station is. */
  knows(stationId: string): boolean;
};

/** Between two askings who the stations are: for one that is new, and for those that stayed unknown. */
const newStationMs = 5_000;
const unknownStationMs = 60_000;
const statusEveryMs = 60_000;
/** Some drift, and of some it is known only later who they are. */
const stationsEveryMs = 60 * 60_000;
const beatMs = 1_000;
/** A page in the background is woken once a minute at least; what is longer was a sleep. */
const sleptMs = 90_000;

/** Follows a server for as long as the page lives: its stream, who its stations are, and how it stands. */
export function followServer(url: string, listener: ServerListener, clock: Clock): void {
  let stationsAskedAtMs = Number.NEGATIVE_INFINITY;
  /** When they are asked for next. */
  let stationsAtMs = Number.POSITIVE_INFINITY;
  let asking = false;
  /** Stations that were met while their names were under way. */
  const met = new Set<string>();
  /** Stations that were asked for in vain, as ids of other programs may be. */
  const unknown = new Set<string>();
  let cancelAsking: (() => void) | undefined;
  const stream = createStream(
    url,
    {
      onState: listener.onState,
      onSnapshot(snapshot) {
        listener.onSnapshot(snapshot);
        for (const { stationId } of snapshot.conditions) meet(stationId);
      },
      onArrival(arrival) {
        listener.onArrival(arrival);
        meet(arrival.observation.stationId);
      },
    },
    clock,
  );
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
  stream.open();
  askForStations(0);
  void askForStatus();
  clock.every(statusEveryMs, () => void askForStatus());

  /** Whoever is not known is asked for, together with all who come in the meantime. */
  function meet(stationId: string): void {
    if (listener.knows(stationId)) return;
    if (asking) met.add(stationId);
    else askForStations(unknown.has(stationId) ? unknownStationMs : newStationMs);
    if (!asking) unknown.add(stationId);
  }

  function askForStations(apartMs: number): void {
    cancelAsking?.();
    stationsAtMs = Math.min(stationsAtMs, stationsAskedAtMs + apartMs);
    cancelAsking = clock.after(Math.max(0, stationsAtMs - clock.monotonicMs()), () => void loadAllStations());
  }

  async function loadAllStations(): Promise<void> {
    asking = true;
    stationsAskedAtMs = clock.monotonicMs();
    stationsAtMs = Number.POSITIVE_INFINITY;
    try {
      listener.onStations(await loadStations(url, deadline(clock)));
      askForStations(stationsEveryMs);
    } catch (error) {
      console.info("no stations yet:", error);
      askForStations(newStationMs);
    }
    asking = false;
    for (const stationId of met) meet(stationId);
    met.clear();
  }

  async function askForStatus(): Promise<void> {
    try {
      const status = await loadStatus(url, deadline(clock));
      listener.onStatus(status);
      stream.compare(status.cachedAtMs === null ? status.lastEventId : null);
    } catch (error) {
      // A refusal is an answer, too. The stream tells how the connection stands.
      if (!(error instanceof RefusedError)) stream.compare(null);
    }
  }
}
