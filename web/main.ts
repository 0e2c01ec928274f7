// Entry point of the page: server data goes into the state, and each part of the page subscribes to it.

import { systemClock } from "../shared/clock.ts";
import { addSentence, createAnnouncer } from "./dom/announcer.ts";
import { find } from "./dom/dom.ts";
import { hasFeatures } from "./dom/features.ts";
import { offerInstrument } from "./instrument/instrument-slot.ts";
import { offerListening } from "./listen/listening-slot.ts";
import { showNetworkMap } from "./map/network-map.ts";
import { followServer } from "./net/follow-server.ts";
import { readServerAddress, type ServerAddress } from "./net/server-address.ts";
import { keepPastDay, registerServiceWorker } from "./offline/offline.ts";
import { offerReplay } from "./replay/replay-slot.ts";
import { followAddressBar } from "./state/address-bar.ts";
import { createNavigation } from "./state/navigation.ts";
import { onChange } from "./state/observe.ts";
import { createPageState } from "./state/page-state.ts";
import { createServerClock } from "./state/server-clock.ts";
import { findStorage, readSettings, storeSettings } from "./state/settings.ts";
import { takeFromServer } from "./state/take-from-server.ts";
import { keepTime } from "./state/time.ts";
import { decodeView } from "./state/view-url.ts";
import { offerCard } from "./stations/card-slot.ts";
import { showStationList } from "./stations/station-list.ts";
import { createActions } from "./ui/actions.ts";
import { showConnectionLine } from "./ui/connection-line.ts";
import { showControls } from "./ui/controls.ts";
import { explainWhenWanted } from "./ui/explanations/explanations.ts";
import { publishHeights } from "./ui/heights.ts";
import { followKeys } from "./ui/keys.ts";
import { offerPrint } from "./ui/print/print-slot.ts";
import { showServiceState } from "./ui/service-state.ts";

if (!hasFeatures()) throw new Error("old browser");
const page = new URL(location.href);
const isMeasured = page.searchParams.get("hook") === "1";
/** The page's clock shows the server's time. A measured page may bring another clock for the device's. */
const clock = createServerClock((isMeasured && Reflect.get(globalThis, "pageClock")) || systemClock);
const address = readServerAddress(
  page,
  document.querySelector<HTMLMetaElement>('meta[name="bellbuoy-server"]')?.content ?? "",
);
const server = "url" in address ? address.url : null;
const storage = findStorage();
const state = createPageState(decodeView(location.hash), readSettings(storage, navigator.language));
const navigation = createNavigation(state);

keepTime(state, clock);
followAddressBar(state, navigation, clock);
onChange(state.settings, (settings) => storeSettings(storage, settings));
const announcer = createAnnouncer((sentence) => addSentence(find("announcer", HTMLElement), sentence), clock);
const listening = offerListening(state, server, announcer, clock);
const map = showNetworkMap(state, navigation, () => void listening.listenFirst(), announcer, clock);
if (isMeasured) {
  const { installPageHook } = await import("./hook/hook.ts");
  installPageHook(state, map, () => listening.playback);
}
showPage();
follow(address);
// Last: until then the line says that the page could not start.
showConnectionLine(state, clock);

function showPage(): void {
  publishHeights();
  find("map", HTMLElement).tabIndex = 0;
  const list = showStationList(find("list", HTMLElement), state, chooseInList, clock);
  const stepReplay = offerReplay(state, server, navigation, announcer, clock);
  const actions = createActions({
    state,
    navigation,
    map,
    stepReplay,
    pressListen: listening.press,
    focusSearch: list.focusSearch,
  });
  showControls(
    state,
    actions,
    (mode) => {
      navigation.changeMode(mode, map.nearest(null, "up"));
      if (mode !== "network") void listening.listen();
    },
    (preset) => navigation.listenTo({ preset }),
  );
  offerInstrument(state, clock);
  offerCard(state, server, navigation, listening.listen, clock);
  showServiceState(state);
  explainWhenWanted(() => map.theme);
  followKeys(
    () => state.settings.value.shortcuts,
    (action) => void actions[action](),
  );
  offerPrint(clock);
}

function chooseInList(stationId: string): void {
  navigation.choose(stationId);
  map.showStation(stationId);
  void listening.listenFirst();
}

function follow(address: ServerAddress): void {
  void registerServiceWorker();
  if ("problem" in address) {
    state.connection.value = { kind: "refused", reason: address.problem, retryAtMs: null };
    return;
  }
  const { meet, tryNow } = followServer(address.url, takeFromServer(state, clock), clock);
  find("try-now", HTMLButtonElement).addEventListener("click", tryNow);
  onChange(state.arrived, ({ newest }) => newest && meet(newest.observation.stationId));
  onChange(state.conditionsLoaded, () => {
    for (const stationId of state.network.conditions.keys()) meet(stationId);
  });
  const stop = onChange(state.connection, ({ kind }) => {
    if (kind !== "live") return;
    stop();
    void keepPastDay(address.url, clock);
  });
}
