import { measurements } from "../shared/measurements.ts";
import { createAnnouncer } from "./announcer.ts";
import { type CachedAt, loadHistory, loadMedians, loadStations, loadStatus, type Status } from "./api.ts";
import { createCaptions } from "./captions.ts";
import { find, make, setText } from "./dom.ts";
import { formatAge, formatCount } from "./format.ts";
import { followKeys, type KeyAction, shortcuts } from "./keys.ts";
import type { Listening, Programme } from "./listening.ts";
import { createWorldMap, type Mark } from "./map/world-map.ts";
import { createNetwork, newestOf, staleAfterMs } from "./network.ts";
import { registerServiceWorker } from "./offline.ts";
import { frameStepMs, framesOfStation, framesPerDay, type ReplayFrame } from "./replay-frames.ts";
import { readServerAddress } from "./server-address.ts";
import { findStorage, readSettings, storeSettings } from "./settings.ts";
import type { Report } from "./sound/network-score.ts";
import type { PlayerState } from "./sound/player.ts";
import type { Preset } from "./sound/preset.ts";
import type { SoundEvent } from "./sound/sound-event.ts";
import type { CardHistory, StationCard } from "./station-card.ts";
import { createStationList } from "./station-list.ts";
import { type Arrival, type ConnectionState, createStream } from "./stream.ts";
import type { Units } from "./units.ts";
import { decodeView, encodeView, type Mode, type View } from "./view-url.ts";

/** A bell that was handed to the sound card; times are of `performance.now()`. For tests, with `?hook=1`. */
type ScheduledBell = { stationId: string; eventId: string | null; arrivedAtMs: number; soundsAtMs: number };

const stationsAgainMs = 60_000;
const stationsAfterFailureMs = 5_000;
const statusEveryMs = 60_000;
const requestMs = 20_000;
/** NDBC renews its file every five minutes; a poll that is missing for this long is worth a word. */
const silentAfterMs = 20 * 60_000;
const replayRefreshMs = 200;
const scrubDelayMs = 150;
const zoomStep = 1.6;
const dayMs = 24 * 60 * 60_000;
const minuteMs = 60_000;

const main = find("main", HTMLElement);
const listenButton = find("listen", HTMLButtonElement);
const presetSelect = find("preset", HTMLSelectElement);
const volumeSlider = find("volume", HTMLInputElement);
const muteButton = find("mute", HTMLButtonElement);
const replayPosition = find("replay-position", HTMLInputElement);
const hooked = new URL(location.href).searchParams.get("hook") === "1";
const server = readServerAddress(
  new URL(location.href),
  document.querySelector<HTMLMetaElement>('meta[name="bellbuoy-server"]')?.content ?? "",
);

const storage = findStorage();
const settings = readSettings(storage, navigator.language);
const network = createNetwork(measurements);
let view: View = decodeView(location.hash);
let connection: ConnectionState = { kind: "connecting" };
let status: Status | null = null;
/** When what is shown was loaded, if it came from the cache of an earlier visit. */
let cachedAtMs: CachedAt = null;
let listening: Listening | null = null;
/** Fetched with the sound: before it there is nothing to say of it. */
let words: typeof import("./words.ts") | null = null;
let loading: Promise<Listening> | null = null;
let history: { stationId: string; reports: CardHistory } | null = null;
let replay: { frames: ReplayFrame[]; stationId: string | null } | null = null;
/** The station tuned in before this one, to compare with. */
let stationBefore: string | null = null;
let waitingReports: Report[] = [];
let heard = 0;
let rung = 0;
let refreshing = 0;
let stationsAskedAtMs = Number.NEGATIVE_INFINITY;
/** Fetched with the first card that is opened. */
let card: Promise<StationCard> | null = null;
let scrubTimer: ReturnType<typeof setTimeout> | undefined;
const arrivals = new Map<string, { eventId: string | null; arrivedAtMs: number }>();
const scheduled: ScheduledBell[] = [];

const map = createWorldMap(find("map", HTMLElement), {
  onSelect: (stationId) => openCard(stationId),
  onView(mapView) {
    view = { ...view, map: mapView };
    keepView();
    refreshSoon();
  },
});
if (view.map) map.setView(view.map);
const list = createStationList(
  find("list", HTMLElement),
  listedStations,
  () => settings.units,
  (stationId) => {
    openCard(stationId);
    map.showStation(stationId);
  },
);
const captions = createCaptions(find("captions", HTMLElement));
const announce = createAnnouncer(find("announcer", HTMLElement));
function start(): void {
  explainWhenWanted();
  showKeys();
  followControls();
  followKeys((action) => void actions[action]());
  showSettings();
  find("map", HTMLElement).tabIndex = 0;
  showView();
  addEventListener("hashchange", () => {
    const wanted = decodeView(location.hash);
    if (encodeView(wanted) === encodeView(view)) return;
    view = wanted;
    if (view.map) map.setView(view.map);
    showView();
    play();
  });
  setInterval(showTime, 1_000);
  // What is needed to sound is fetched before the click, so that it is followed by sound at once.
  const prepare = () => void loadListening().catch(() => {});
  if ("requestIdleCallback" in globalThis) requestIdleCallback(prepare, { timeout: 3_000 });
  else setTimeout(prepare, 1_000);
  void registerServiceWorker();
  if ("problem" in server) showConnection({ kind: "refused", reason: server.problem, retryAtMs: null });
  else follow(server.url);
}

// What comes from the server.

function follow(url: string): void {
  const stream = createStream(url, {
    onState: showConnection,
    onSnapshot(snapshot) {
      network.setConditions(snapshot.conditions);
      cachedAtMs = snapshot.cachedAtMs;
      showNetwork();
      if (snapshot.conditions.some(({ stationId }) => !network.stations.has(stationId))) void askForStations();
      void askForHistory();
      if (view.mode === "24h") void askForReplay();
    },
    onArrival(arrival) {
      take(arrival);
      if (!network.stations.has(arrival.observation.stationId)) void askForStations();
    },
  });
  // A page that lies in the back-forward cache must not keep one of the browser's few connections.
  addEventListener("pagehide", stream.close);
  addEventListener("pageshow", stream.open);
  addEventListener("online", stream.retryNow);
  stream.open();
  void askForStations();
  void askForStatus();
  setInterval(() => void askForStatus(), statusEveryMs);
}

/** At most once a minute, since an id may stay unknown for good. */
async function askForStations(): Promise<void> {
  if ("problem" in server || performance.now() - stationsAskedAtMs < stationsAgainMs) return;
  stationsAskedAtMs = performance.now();
  try {
    network.setStations(await loadStations(server.url, AbortSignal.timeout(requestMs)));
  } catch (error) {
    stationsAskedAtMs -= stationsAgainMs - stationsAfterFailureMs;
    console.info("the stations' names are not known yet:", error);
    return;
  }
  map.setStations(
    Array.from(network.stations.values(), ({ stationId, longitude, latitude }) => ({
      stationId,
      longitude,
      latitude,
    })).filter(
      (station): station is { stationId: string; longitude: number; latitude: number } =>
        station.longitude !== null && station.latitude !== null,
    ),
  );
  if (view.stationId) map.select(view.stationId);
  showNetwork();
}

async function askForStatus(): Promise<void> {
  if ("problem" in server) return;
  try {
    status = await loadStatus(server.url, AbortSignal.timeout(requestMs));
  } catch {
    // The stream tells how the connection stands.
    return;
  }
  find("simulated", HTMLElement).hidden = !status.simulated;
  showTime();
}

/** The past day of the station whose card is open. */
async function askForHistory(): Promise<void> {
  const { stationId } = view;
  if (stationId === null || "problem" in server) return;
  if (history?.stationId !== stationId) history = { stationId, reports: "loading" };
  showCard();
  let reports: CardHistory;
  try {
    reports = await loadHistory(server.url, stationId, Date.now() - dayMs, AbortSignal.timeout(requestMs));
  } catch {
    reports = "unknown";
  }
  if (view.stationId !== stationId) return;
  history = { stationId, reports };
  showCard();
}

/** The frames that are to be replayed; the region in view, or one station. */
async function askForReplay(): Promise<void> {
  if ("problem" in server) return;
  const { stationId } = view;
  showReplayTime("Fetching the past 24 hours…");
  try {
    const frames = await loadFrames(server.url, stationId);
    if (view.mode !== "24h" || view.stationId !== stationId) return;
    replay = { frames, stationId };
  } catch (error) {
    console.info("the past day could not be loaded:", error);
    showReplayTime("The past 24 hours could not be loaded");
    return;
  }
  replayPosition.value = "0";
  showReplayFrame(0);
  play();
}

async function loadFrames(url: string, stationId: string | null): Promise<ReplayFrame[]> {
  const signal = AbortSignal.timeout(requestMs);
  if (stationId === null) {
    const medians = await loadMedians(url, { bbox: null }, signal);
    return medians.slice(-framesPerDay).map((frame) => ({ ...frame, agesMin: {} }));
  }
  const reports = await loadHistory(url, stationId, Date.now() - dayMs - staleAfterMs, signal);
  return framesOfStation(reports, Math.floor(Date.now() / frameStepMs) * frameStepMs);
}

function take({ observation, eventId, replayed }: Arrival): void {
  const { stationId, timestamp, waterTempC, waveHeightM } = observation;
  heard++;
  const conditions = network.apply(observation);
  map.setMark(stationId, markOf(conditions.fields, newestOf(conditions)));
  list.update();
  if (stationId === view.stationId) showCard();
  refreshSoon();
  if (replayed || Date.now() - Date.parse(timestamp) > staleAfterMs) return;
  arrivals.set(stationId, { eventId, arrivedAtMs: performance.now() });
  const longitude = network.stations.get(stationId)?.longitude ?? null;
  // What the network does in one moment arrives in one go, and is one burst.
  if (waitingReports.length === 0) setTimeout(ringArrivals);
  waitingReports.push({ stationId, longitude, waterTempC, waveHeightM, inView: true });
}

function ringArrivals(): void {
  const reports = waitingReports;
  waitingReports = [];
  if (listening?.player.state !== "playing" || view.mode !== "network") return;
  const inView = new Set(map.stationsInView());
  listening.arrive(reports.map((report) => ({ ...report, inView: inView.has(report.stationId) })));
}

// What is heard.

function loadListening(): Promise<Listening> {
  loading ??= import("./listening.ts").then(async ({ createListening }) => {
    listening = createListening(network, () => map.stationsInView(), { onState: showSound, onSound: hear });
    listening.player.prepare();
    applyLoudness();
    words = await import("./words.ts");
    const { createSoundExtras } = await import("./sound-extras.ts");
    createSoundExtras(listening, settings.levels, keepSettings);
    return listening;
  });
  // It may be tried again.
  loading.catch(() => (loading = null));
  return loading;
}

async function toggleListening(): Promise<void> {
  const player = listening?.player;
  if (player?.state === "playing") player.pause();
  else if (player?.state === "paused" || player?.state === "interrupted") player.resume();
  else await beginListening();
}

async function beginListening(): Promise<void> {
  listenButton.disabled = true;
  setText(listenButton, "Tuning the bells…");
  try {
    const { player: ready } = await loadListening();
    play();
    await ready.start();
  } catch (error) {
    console.warn("the sound could not begin:", error);
    setText(listenButton, "No sound: try again");
  }
  listenButton.disabled = false;
}

/** Plays what the view says, from its beginning. */
function play(fromFrame = 0): void {
  const programme = programmeOf(fromFrame);
  if (!programme || !listening) return;
  captions.clear();
  listening.play(programme, view.preset);
  listening.player.showNowPlaying({ title: titleOf(), artist: "bellbuoy" });
  showHearing();
}

function programmeOf(fromFrame: number): Programme | null {
  if (view.mode === "network") return { kind: "network" };
  if (view.mode === "24h") return replay && { kind: "replay", frames: replay.frames, fromFrame };
  return view.stationId === null ? null : { kind: "tune", stationId: view.stationId };
}

function titleOf(): string {
  const station = view.stationId === null ? null : (network.stations.get(view.stationId)?.name ?? view.stationId);
  if (view.mode === "tune") return station ?? "";
  if (view.mode === "24h") return `24 hours: ${station ?? "the whole network"}`;
  return "The sea, now";
}

/** An event of the score will sound. */
function hear(event: SoundEvent, atMs: number): void {
  if (words === null) return;
  if (event.type === "introduce") {
    const reports = history && typeof history.reports !== "string" ? history.reports : [];
    const { stationId } = view;
    const known = stationId === null ? undefined : network.conditions.get(stationId);
    if (settings.captions) captions.show(words.describeIntroduced(event.field, known, reports, settings.units), atMs);
    return;
  }
  if (!("stationId" in event) || event.stationId === undefined) return;
  const { stationId } = event;
  rung++;
  map.pulse(stationId, event.type === "bell" ? event.hardness : null, atMs);
  setTimeout(() => list.rung(stationId), Math.max(0, atMs - performance.now()));
  const station = network.stations.get(stationId);
  const sentence = words.describeSound(event, station, network.conditions.get(stationId), settings.units);
  if (sentence && settings.captions) captions.show(sentence, atMs);
  if (sentence && settings.announcements) announce(sentence);
  const arrival = arrivals.get(stationId);
  if (hooked && arrival) scheduled.push({ stationId, ...arrival, soundsAtMs: atMs });
  showCounts();
}

/** A burst changes the sea once, not 800 times. */
function refreshSoon(): void {
  if (refreshing !== 0) return;
  refreshing = setTimeout(() => {
    refreshing = 0;
    listening?.refresh();
    showHearing();
    showCounts();
  }, replayRefreshMs) as unknown as number;
}

// What a person does.

function followControls(): void {
  listenButton.addEventListener("click", () => void toggleListening());
  for (const button of document.querySelectorAll<HTMLButtonElement>("#modes button")) {
    button.addEventListener("click", () => changeMode(button.dataset.mode as Mode));
  }
  presetSelect.addEventListener("change", () => listenTo({ preset: presetSelect.value as Preset }));
  volumeSlider.addEventListener("input", () => {
    settings.volume = Number(volumeSlider.value) / 100;
    settings.muted = false;
    keepSettings();
    showSettings();
  });
  muteButton.addEventListener("click", toggleMute);
  find("zoom-in", HTMLElement).addEventListener("click", () => map.zoomBy(zoomStep));
  find("zoom-out", HTMLElement).addEventListener("click", () => map.zoomBy(1 / zoomStep));
  find("whole-world", HTMLElement).addEventListener("click", map.showWholeWorld);
  find("show-help", HTMLElement).addEventListener("click", () => find("help", HTMLDialogElement).showModal());
  find("replay-live", HTMLElement).addEventListener("click", () => listenTo({ mode: "network", stationId: null }));
  replayPosition.addEventListener("input", () => scrubTo(Number(replayPosition.value)));
  for (const [id, quantity] of [
    ["unit-waves", "waves"],
    ["unit-wind", "wind"],
    ["unit-temperature", "temperature"],
  ] as const) {
    const select = find(id, HTMLSelectElement);
    select.addEventListener("change", () => {
      settings.units = { ...settings.units, [quantity]: select.value } as Units;
      keepSettings();
      showNetwork();
    });
  }
  for (const [id, name] of [
    ["captions-on", "captions"],
    ["announcements-on", "announcements"],
  ] as const) {
    const box = find(id, HTMLInputElement);
    box.addEventListener("change", () => {
      settings[name] = box.checked;
      keepSettings();
      if (!settings.captions) captions.clear();
    });
  }
}

const actions: Record<KeyAction, () => unknown> = {
  listen: toggleListening,
  mute: toggleMute,
  network: () => listenTo({ mode: "network", stationId: null }),
  tune: () => view.stationId !== null && tune(view.stationId),
  "24h": () => changeMode("24h"),
  back: () => (view.mode === "network" ? openCard(null) : listenTo({ mode: "network" })),
  swap: () => stationBefore !== null && tune(stationBefore),
  left: () => step("left", -1),
  right: () => step("right", 1),
  up: () => chooseNearest("up"),
  down: () => chooseNearest("down"),
  "zoom-in": () => map.zoomBy(zoomStep),
  "zoom-out": () => map.zoomBy(1 / zoomStep),
  "whole-world": () => map.showWholeWorld(),
  search: () => list.focusSearch(),
  legend: () => find("legend", HTMLElement).togglePopover(),
  mixer: () => find("mixer", HTMLElement).togglePopover(),
  help: () => find("help", HTMLDialogElement).showModal(),
};

function step(direction: "left" | "right", frames: number): void {
  if (view.mode === "24h") scrubTo(Number(replayPosition.value) + frames);
  else chooseNearest(direction);
}

function chooseNearest(direction: "left" | "right" | "up" | "down"): void {
  const next = map.nearest(view.stationId, direction);
  if (next !== null) openCard(next);
}

function changeMode(mode: Mode): void {
  const stationId = view.stationId ?? map.nearest(null, "up");
  if (mode !== "tune") listenTo({ mode });
  else if (stationId !== null) tune(stationId);
}

function tune(stationId: string): void {
  if (view.mode === "tune" && view.stationId !== stationId) stationBefore = view.stationId;
  listenTo({ mode: "tune", stationId });
}

/** Opens a station's card, or closes it; what is tuned in follows. */
function openCard(stationId: string | null): void {
  const mode = view.mode === "tune" ? "network" : view.mode;
  if (view.mode === "tune" && stationId !== null) tune(stationId);
  else listenTo({ mode, stationId }, mode !== view.mode);
}

/** @param again whether what sounds begins anew */
function listenTo(wanted: Partial<View>, again = true): void {
  view = { ...view, ...wanted };
  keepView();
  showView();
  if (!again) return;
  if (view.mode === "24h" && (replay === null || replay.stationId !== view.stationId)) void askForReplay();
  else play();
}

function scrubTo(frame: number): void {
  const position = Math.min(framesPerDay - 1, Math.max(0, frame));
  replayPosition.value = String(position);
  showReplayFrame(position);
  clearTimeout(scrubTimer);
  scrubTimer = setTimeout(() => play(position), scrubDelayMs);
}

function toggleMute(): void {
  settings.muted = !settings.muted;
  keepSettings();
  showSettings();
}

// What is shown.

function showView(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("#modes button")) {
    button.setAttribute("aria-pressed", String(button.dataset.mode === view.mode));
  }
  presetSelect.value = view.preset;
  find("replay-bar", HTMLElement).hidden = view.mode !== "24h";
  map.setTimeMs(null);
  map.select(view.stationId);
  list.select(view.stationId);
  if (view.mode !== "24h") replay = null;
  if (view.stationId === null) find("card", HTMLElement).hidden = true;
  else if (history?.stationId === view.stationId) showCard();
  else void askForHistory();
  showLighthouse();
}

function showLighthouse(): void {
  const { stationId } = view;
  const windDirDeg = stationId === null ? undefined : network.conditions.get(stationId)?.fields.windDirDeg?.value;
  const shines = view.mode === "tune" && view.preset !== "calm" && stationId !== null && windDirDeg !== undefined;
  map.setLighthouse(shines ? { stationId, windDirDeg, turnsSinceMs: performance.now() } : null);
}

function showNetwork(): void {
  map.setMarks(
    new Map(
      Array.from(
        network.conditions.values(),
        (known) => [known.stationId, markOf(known.fields, newestOf(known))] as const,
      ),
    ),
  );
  list.update();
  showCard();
  refreshSoon();
  showTime();
}

function showCard(): void {
  if (view.stationId === null) return;
  card ??= import("./station-card.ts").then(({ createStationCard }) =>
    createStationCard(find("card", HTMLElement), {
      onTune: tune,
      onReplay: (stationId) => listenTo({ mode: "24h", stationId }),
      onClose: () => openCard(null),
    }),
  );
  void card.then(fillCard);
}

/** With what is so by now: another station may have been chosen since. */
function fillCard(filled: StationCard): void {
  const { stationId } = view;
  if (stationId === null) return;
  filled.show({
    stationId,
    station: network.stations.get(stationId),
    conditions: network.conditions.get(stationId),
    history: history?.stationId === stationId ? history.reports : "loading",
    units: settings.units,
    nowMs: Date.now(),
    tuned: view.mode === "tune",
  });
}

/** The legend and the mapping are fetched when somebody comes to read them. */
function explainWhenWanted(): void {
  const legend = find("legend", HTMLElement);
  legend.addEventListener("beforetoggle", async () => {
    const { showLegend } = await import("./legend.ts");
    showLegend(legend, map.theme);
  });
  const mapping = find("mapping", HTMLElement);
  const observer = new IntersectionObserver(async (entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    const { showMapping } = await import("./mapping-view.ts");
    showMapping(mapping);
  });
  observer.observe(find("about", HTMLElement));
}

function showSound(state: PlayerState): void {
  main.dataset.sound = state;
  const words = {
    off: "Listen",
    loading: "Tuning the bells…",
    playing: "Pause",
    paused: "Listen",
    interrupted: "Tap to resume",
  };
  setText(listenButton, words[state]);
  listenButton.disabled = false;
  showHearing();
  showCounts();
}

function showSettings(): void {
  const { volume, muted, units } = settings;
  volumeSlider.value = String(Math.round(volume * 100));
  setText(muteButton, muted ? "Unmute" : "Mute");
  muteButton.setAttribute("aria-pressed", String(muted));
  find("unit-waves", HTMLSelectElement).value = units.waves;
  find("unit-wind", HTMLSelectElement).value = units.wind;
  find("unit-temperature", HTMLSelectElement).value = units.temperature;
  find("captions-on", HTMLInputElement).checked = settings.captions;
  find("announcements-on", HTMLInputElement).checked = settings.announcements;
  applyLoudness();
}

function applyLoudness(): void {
  listening?.player.setVolume(settings.muted ? 0 : settings.volume);
}

function showConnection(state: ConnectionState): void {
  connection = state;
  main.dataset.state = cachedAtMs !== null && state.kind === "reconnecting" ? "offline" : state.kind;
  setText(find("connection", HTMLElement), describeConnection(state));
  showTime();
}

function describeConnection(state: ConnectionState): string {
  switch (state.kind) {
    case "connecting":
      return "Connecting…";
    case "live":
      return "Live";
    case "reconnecting":
      return cachedAtMs === null ? `Reconnecting: ${state.reason}` : "Offline, with what this device kept";
    case "refused":
      return state.retryAtMs === null ? state.reason : `Refused: ${state.reason}`;
  }
}

/** Whatever changes only because time goes by. */
function showTime(): void {
  const retryAtMs = "retryAtMs" in connection ? connection.retryAtMs : null;
  const seconds = retryAtMs === null ? null : Math.max(0, Math.ceil((retryAtMs - performance.now()) / 1000));
  const retry = seconds === 0 ? "trying again now" : `trying again in ${seconds} s`;
  setText(find("retry", HTMLElement), seconds === null ? "" : retry);
  setText(find("newest", HTMLElement), describeAge());
  const frame = listening?.frame ?? null;
  if (frame !== null && listening?.player.state === "playing") {
    replayPosition.value = String(frame);
    showReplayFrame(frame);
  }
  const second = Math.floor(Date.now() / 1000);
  if (second % 15 === 0) {
    list.update();
    showCard();
  }
  if (second % 60 === 0) refreshSoon();
}

function describeAge(): string {
  const { newestAtMs } = network;
  if (newestAtMs === null) return "";
  const age = formatAge(Date.now() - newestAtMs);
  const newest = `newest report ${age === "just now" ? age : `${age} old`}`;
  const pollMs = status?.lastPoll ? Date.now() - Date.parse(status.lastPoll) : 0;
  return pollMs > silentAfterMs ? `${newest}; NDBC silent for ${formatAge(pollMs)}` : newest;
}

function showHearing(): void {
  const sea = listening?.sea;
  setText(
    find("hearing", HTMLElement),
    sea && words ? `${titleOf()}. ${words.describeSea(sea, settings.units, { water: view.mode !== "network" })}` : "",
  );
}

function showCounts(): void {
  const tally = listening?.tally;
  const burst =
    tally && tally.arrived > 1 ? `rung ${tally.rung} of ${tally.arrived}` : `${formatCount(rung, "bell")} rung`;
  const leftOut = tally && tally.leftOut > 0 ? `, ${tally.leftOut} are in the sea only` : "";
  const arrived = `${formatCount(heard, "report")} arrived`;
  setText(
    find("counts", HTMLElement),
    listening && main.dataset.sound !== "off" ? `${arrived}, ${burst}${leftOut}` : arrived,
  );
}

function showReplayFrame(index: number): void {
  const atMs = replay?.frames[index]?.atMs;
  if (atMs === undefined) return;
  const text = new Date(atMs).toISOString();
  showReplayTime(`${text.slice(0, 10)} ${text.slice(11, 16)} UTC`);
  map.setTimeMs(atMs);
  showHearing();
}

function showReplayTime(text: string): void {
  setText(find("replay-time", HTMLElement), text);
  replayPosition.setAttribute("aria-valuetext", text);
}

function showKeys(): void {
  find("help-keys", HTMLElement).append(
    ...shortcuts.flatMap(({ shown, does }) => [
      make("dt", {}, make("kbd", { textContent: shown })),
      make("dd", { textContent: does }),
    ]),
  );
}

function* listedStations() {
  for (const conditions of network.conditions.values()) {
    const { stationId } = conditions;
    yield { stationId, station: network.stations.get(stationId), conditions };
  }
  for (const [stationId, station] of network.stations) {
    if (!network.conditions.has(stationId)) yield { stationId, station, conditions: undefined };
  }
}

function markOf(fields: Partial<Record<string, { value: number }>>, newestAtMs: number | null): Mark {
  const value = (field: string) => fields[field]?.value ?? null;
  return {
    waterTempC: value("waterTempC"),
    waveHeightM: value("waveHeightM"),
    windSpeedMps: value("windSpeedMps"),
    windDirDeg: value("windDirDeg"),
    ageMin: newestAtMs === null ? null : (Date.now() - newestAtMs) / minuteMs,
  };
}

// What is remembered.

function keepView(): void {
  // Not a step of the history: nobody wants to go back through each move of the map.
  window.history.replaceState(null, "", encodeView(view));
}

function keepSettings(): void {
  storeSettings(storage, settings);
}

/** For tests, and for tools that measure the sound. */
async function offerHook(): Promise<void> {
  const { installHook } = await import("./sound/hook.ts");
  const live = {
    get heard() {
      return heard;
    },
    get rung() {
      return rung;
    },
    get listening() {
      return listening;
    },
    map,
    scheduled,
  };
  installHook(live);
}

if (hooked) await offerHook();
start();
