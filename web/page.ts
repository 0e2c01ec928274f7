import { type Clock, systemClock } from "../shared/clock.ts";
import { measurements } from "../shared/measurements.ts";
import { createConnectionLine } from "./connection-line.ts";
import { createControls } from "./controls.ts";
import { find, setText } from "./dom.ts";
import { explainWhenWanted, toggleHelp } from "./explanations.ts";
import { followServer } from "./follow-server.ts";
import { followKeys, type KeyAction } from "./keys.ts";
import { createListenButton } from "./listen-button.ts";
import { createWorldMap } from "./map/world-map.ts";
import { showMissingPart } from "./missing-part.ts";
import { createNetwork, currentWindDirection, staleAfterMs } from "./network.ts";
import { keepPastDay, registerServiceWorker } from "./offline.ts";
import type { OpenCard } from "./open-card.ts";
import type { ReplayBar } from "./replay-bar.ts";
import { readServerAddress } from "./server-address.ts";
import { findStorage, readSettings, storeSettings } from "./settings.ts";
import { listedStations, markOf, marksOf, type PlacedStation, placedStations } from "./shown-stations.ts";
import { isHeard, presetChoices } from "./sound/preset.ts";
import type { SoundEvent } from "./sound/sound-event.ts";
import type { Sounding } from "./sounding.ts";
import { createStationList, describeListed } from "./station-list.ts";
import type { Arrival } from "./stream.ts";
import { createViewing } from "./viewing.ts";

/** A bell that was handed to the sound card; times are of `performance.now()`. For tests, with `?hook=1`. */
type ScheduledBell = { stationId: string; eventId: string | null; arrivedAtMs: number; soundsAtMs: number };

const zoomStep = 1.6;

const hooked = new URL(location.href).searchParams.get("hook") === "1";
/** The one clock of the page; a test may bring another. */
const clock: Clock = (hooked && Reflect.get(globalThis, "pageClock")) || systemClock;
const address = readServerAddress(
  new URL(location.href),
  document.querySelector<HTMLMetaElement>('meta[name="bellbuoy-server"]')?.content ?? "",
);
const server = "url" in address ? address.url : null;
const storage = findStorage();
const settings = readSettings(storage, navigator.language);
const network = createNetwork(measurements);
const viewing = createViewing({
  clock,
  anyStation: () => map.nearest(null, "up"),
  onView(again) {
    showView();
    // The past is played as soon as it is there.
    if (again && (viewing.view.mode !== "24h" || isReplayed(viewing.view.stationId))) sounding?.play();
  },
  onMap: (mapView) => map.setView(mapView),
});
/** Those of which the region in view is replayed; `null` until they are known. */
let placed: PlacedStation[] | null = null;
/** Fetched with the first replay. */
let replay: Promise<ReplayBar> | null = null;
let replayBar: ReplayBar | null = null;
/** Fetched after the page. */
let soundingSoon: Promise<Sounding> | null = null;
let sounding: Sounding | null = null;
/** Fetched with the first card. */
let card: OpenCard | null = null;
let heard = 0;
const arrivals = new Map<string, { eventId: string | null; arrivedAtMs: number }>();
const scheduled: ScheduledBell[] = [];

const actions: Record<KeyAction, () => unknown> = {
  listen: () => listenButton.press(),
  mute: toggleMute,
  network: viewing.leaveStations,
  tune: () => viewing.view.stationId !== null && viewing.tune(viewing.view.stationId),
  "24h": () => viewing.changeMode("24h"),
  back: viewing.back,
  swap: viewing.swap,
  left: () => (viewing.view.mode === "24h" ? replayBar?.step(-1) : map.chooseNext("left")),
  right: () => (viewing.view.mode === "24h" ? replayBar?.step(1) : map.chooseNext("right")),
  up: () => map.chooseNext("up"),
  down: () => map.chooseNext("down"),
  "zoom-in": () => map.zoomBy(zoomStep),
  "zoom-out": () => map.zoomBy(1 / zoomStep),
  "whole-world": () => map.showWholeWorld(),
  search: () => list.focusSearch(),
  legend: () => find("legend", HTMLElement).togglePopover(),
  mixer: () => find("mixer", HTMLElement).togglePopover(),
  help: toggleHelp,
};

const line = createConnectionLine(() => network.newestAtMs, clock);
const map = createWorldMap(
  find("map", HTMLElement),
  {
    onSelect: chooseOnMap,
    onView(mapView) {
      viewing.moveMap(mapView);
      sounding?.refresh();
      if (viewing.view.mode === "24h") showReplay();
    },
  },
  clock,
);
// At once: a map that has come to rest elsewhere would be taken for moved.
if (viewing.view.map) map.setView(viewing.view.map);
const list = createStationList(
  find("list", HTMLElement),
  () => listedStations(network),
  () => settings.units,
  (stationId) => {
    viewing.choose(stationId);
    map.showStation(stationId);
  },
  clock,
);
const listenButton = createListenButton(async () => (await loadSounding()).toggle());
const controls = createControls({
  actions,
  settings,
  onMode: viewing.changeMode,
  onPreset: (preset) => viewing.change({ preset }),
  onSettings: changeSettings,
  onUnits() {
    changeSettings();
    showNetwork();
  },
});

function start(): void {
  find("map", HTMLElement).tabIndex = 0;
  explainWhenWanted(() => map.theme);
  followKeys((action) => void actions[action]());
  controls.showSettings();
  showView();
  clock.every(1_000, tick);
  // What is needed to sound is fetched before the click, so that it is followed by sound at once.
  const prepare = () => void loadSounding().catch(() => {});
  if ("requestIdleCallback" in globalThis) requestIdleCallback(prepare, { timeout: 3_000 });
  else clock.after(1_000, prepare);
  void registerServiceWorker();
  if ("problem" in address) line.showConnection({ kind: "refused", reason: address.problem, retryAtMs: null });
  else follow(address.url);
}

// What comes from the server.

function follow(url: string): void {
  let kept = false;
  followServer(
    url,
    {
      knows: (stationId) => network.stations.has(stationId),
      onState(state) {
        line.showConnection(state);
        if (state.kind !== "live") return;
        showReplay();
        if (!kept) void keepPastDay(url, clock);
        kept = true;
      },
      onSnapshot(snapshot) {
        network.setConditions(snapshot.conditions);
        line.showCachedAt(snapshot.cachedAtMs);
        showNetwork();
        card?.reload();
      },
      onArrival: take,
      onStations(stations) {
        network.setStations(stations);
        placed = placedStations(network);
        map.setStations(placed);
        map.select(viewing.view.stationId);
        showNetwork();
        showReplay();
      },
      onStatus: line.showStatus,
    },
    clock,
  );
}

function take({ observation, eventId, replayed }: Arrival): void {
  const { stationId, timestamp, waterTempC, waveHeightM } = observation;
  heard++;
  map.setMark(stationId, markOf(network.apply(observation), clock.now()));
  list.update();
  if (stationId === viewing.view.stationId) showLighthouse(null);
  card?.take(observation);
  const isNews = !replayed && clock.now() - Date.parse(timestamp) <= staleAfterMs;
  if (isNews) arrivals.set(stationId, { eventId, arrivedAtMs: performance.now() });
  const longitude = network.stations.get(stationId)?.longitude ?? null;
  sounding?.arrive(isNews ? { stationId, longitude, waterTempC, waveHeightM } : null);
}

// What is heard.

function loadSounding(): Promise<Sounding> {
  soundingSoon ??= fetchSounding();
  // It may be tried again.
  soundingSoon.catch(() => (soundingSoon = null));
  return soundingSoon;
}

async function fetchSounding(): Promise<Sounding> {
  const { createSounding } = await import("./sounding.ts");
  sounding = createSounding({
    clock,
    network,
    settings,
    view: () => viewing.view,
    stationsInView: map.stationsInView,
    onState: listenButton.show,
    arrived: () => heard,
    pastDay: () => replayBar?.day ?? null,
    pastFrame: () => replayBar?.frame ?? 0,
    history: () => card?.history ?? [],
    onStroke: showStroke,
    onNorth: map.turnLighthouse,
    onLevels: keepSettings,
  });
  return sounding;
}

// What a person does.

/** The card may be far from where the focus is: whoever hears the page is told which station was chosen. */
function chooseOnMap(stationId: string | null): void {
  viewing.choose(stationId);
  setText(find("announcer", HTMLElement), stationId === null ? "" : describeChosen(stationId));
}

function describeChosen(stationId: string): string {
  const { stations, conditions } = network;
  const chosen = { stationId, station: stations.get(stationId), conditions: conditions.get(stationId) };
  return describeListed(chosen, settings.units, clock.now());
}

function toggleMute(): void {
  settings.muted = !settings.muted;
  changeSettings();
}

function changeSettings(): void {
  keepSettings();
  controls.showSettings();
  sounding?.applySettings();
}

// What is shown.

function showView(): void {
  const { view } = viewing;
  controls.showView(view);
  list.select(view.stationId);
  map.select(view.stationId);
  showCard().catch((error) => {
    // It may have been closed since.
    if (viewing.view.stationId !== null) showMissingPart(find("card", HTMLElement), error);
  });
  showLighthouse(performance.now());
  showReplay();
}

async function showCard(): Promise<void> {
  if (card === null && viewing.view.stationId === null) {
    find("card", HTMLElement).hidden = true;
    return;
  }
  const { createOpenCard } = await import("./open-card.ts");
  card ??= createOpenCard({
    clock,
    server,
    factsOf: (stationId) => ({
      station: network.stations.get(stationId),
      conditions: network.conditions.get(stationId),
      units: settings.units,
      tuned: viewing.view.mode === "tune",
    }),
    onTune: viewing.tune,
    onReplay: viewing.replayStation,
    onClose: () => viewing.choose(null),
  });
  // Another station may have been chosen since.
  card.open(viewing.view.stationId);
}

/** The past is of the chosen station, or else of the region in view. */
function showReplay(): void {
  document.body.toggleAttribute("data-replay", viewing.view.mode === "24h" && server !== null);
  if (viewing.view.mode !== "24h") {
    if (replayBar) replayBar.hide();
    else find("replay-bar", HTMLElement).hidden = true;
    map.setTimeMs(null);
    return;
  }
  if (server === null) return;
  replay ??= fetchReplayBar(server);
  replay.then(
    (bar) => {
      if (viewing.view.mode === "24h") bar.show(viewing.view.stationId ?? placed);
    },
    (error) => {
      if (viewing.view.mode === "24h") showMissingPart(find("replay-bar", HTMLElement), error);
    },
  );
}

async function fetchReplayBar(url: string): Promise<ReplayBar> {
  const { createReplayBar } = await import("./replay-bar.ts");
  replayBar = createReplayBar({
    clock,
    server: url,
    stationsInView: map.stationsInView,
    onPlay: (frame) => sounding?.play(frame),
    onTime(atMs) {
      map.setTimeMs(atMs);
      sounding?.refresh();
    },
    onBackToNow: viewing.leaveStations,
    heardFrame: () => (sounding?.listening.player.state === "playing" ? sounding.listening.frame : null),
  });
  return replayBar;
}

function isReplayed(stationId: string | null): boolean {
  const of = replayBar?.day?.of;
  return of !== undefined && ("stationId" in of ? of.stationId : null) === stationId;
}

/** @param turnsSinceMs `null`: it goes on turning as it does */
function showLighthouse(turnsSinceMs: number | null): void {
  const { mode, preset, stationId } = viewing.view;
  const known = stationId === null ? undefined : network.conditions.get(stationId);
  const windDirDeg = currentWindDirection(known, clock.now());
  const pings = mode === "tune" && isHeard(presetChoices[preset].lighthouse, false);
  const shines = pings && stationId !== null && windDirDeg !== null;
  map.setLighthouse(shines ? { stationId, windDirDeg, turnsSinceMs } : null);
}

function showNetwork(): void {
  map.setMarks(marksOf(network, clock.now()));
  showLighthouse(null);
  list.update();
  card?.update();
  sounding?.refresh();
  line.tick();
}

/** Whatever changes only because time goes by. */
function tick(): void {
  line.tick();
  const second = Math.floor(clock.now() / 1000);
  if (network.newestAtMs === null) return;
  if (second % 60 === 0) showNetwork();
  else if (second % 15 === 0) {
    list.update();
    card?.update();
  }
}

function showStroke(event: SoundEvent & { stationId: string }, atMs: number): void {
  const { stationId } = event;
  map.pulse(stationId, event.type === "bell" ? event.hardness : null, atMs);
  setTimeout(() => list.rung(stationId), Math.max(0, atMs - performance.now()));
  const arrival = arrivals.get(stationId);
  if (hooked && arrival) scheduled.push({ stationId, ...arrival, soundsAtMs: atMs });
}

// What is remembered.

function keepSettings(): void {
  storeSettings(storage, settings);
}

/** For tests, and for tools that measure the sound. */
async function offerHook(): Promise<void> {
  const { installHook } = await import("./sound/hook.ts");
  installHook({
    get heard() {
      return heard;
    },
    get listening() {
      return sounding?.listening ?? null;
    },
    map,
    scheduled,
  });
}

if (hooked) await offerHook();
start();
