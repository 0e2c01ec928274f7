// Writes server data into the page's state.

import { batch } from "@preact/signals-core";
import type { ServerListener } from "../net/follow-server.ts";
import { isFresh } from "../sea/conditions.ts";
import type { PageState } from "./page-state.ts";
import type { ServerClock } from "./server-clock.ts";

/** Returns a listener that writes server data into the state. */
export function takeFromServer(state: PageState, clock: ServerClock): ServerListener {
  const { network, connection, cachedAtMs, polls } = state;
  const onTime = (serverMs: number | null) => {
    // All ages and what sounds depend on the time.
    if (serverMs !== null && clock.set(serverMs)) state.conditionsLoaded.value++;
  };
  return {
    isIdle: () => document.hidden && state.player.value !== "playing",
    onTime,
    knows: (stationId) => network.stations.has(stationId),
    onState: (next) =>
      batch(() => {
        connection.value = next;
        // The stream replays the missed events now, so the cached data becomes live.
        if (next.kind === "live") cachedAtMs.value = null;
        else polls.value = null;
      }),
    onSnapshot: (snapshot) =>
      batch(() => {
        onTime(snapshot.sentAtMs);
        network.setConditions(snapshot.conditions);
        cachedAtMs.value = snapshot.cachedAtMs;
        state.conditionsLoaded.value++;
      }),
    onArrival({ observation, eventId, replayed }) {
      network.apply(observation);
      const isNews = !replayed && isFresh({ atMs: Date.parse(observation.timestamp) }, clock.now());
      const { count } = state.arrived.value;
      state.arrived.value = { count: count + 1, newest: { observation, eventId, isNews } };
    },
    onStations(stations) {
      network.setStations(stations);
      state.stationsLoaded.value++;
    },
    onStatus: (status) =>
      batch(() => {
        onTime(status.sentAtMs);
        state.simulated.value = status.simulated;
        polls.value = status.cachedAtMs === null ? status : null;
      }),
  };
}
