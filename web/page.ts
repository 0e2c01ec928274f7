import { simulationOwner } from "../shared/upstream.ts";
import { loadStations, type Station } from "./api.ts";
import type { Bells } from "./bells.ts";
import { createBurstQueue } from "./burst-queue.ts";
import { formatAge, formatCount } from "./format.ts";
import { strikeFor } from "./mapping.ts";
import { showMapping } from "./mapping-table.ts";
import { createObservationList, setText } from "./observation-list.ts";
import { readServerAddress } from "./server-address.ts";
import { type Arrival, type ConnectionState, createStream } from "./stream.ts";

/** A bell that is to ring, and the row that lights up with it. */
type WaitingBell = { arrival: Arrival; row: HTMLElement; arrivedAtMs: number };

/** A bell that was handed to the sound card; times are of `performance.now()`. For tests, with `?hook=1`. */
type ScheduledBell = { stationId: string; eventId: string | null; arrivedAtMs: number; soundsAtMs: number };

const stationsAgainMs = 60_000;
const stationsAfterFailureMs = 5_000;

const main = element("main", HTMLElement);
const listenButton = element("listen", HTMLButtonElement);
const muteButton = element("mute", HTMLButtonElement);
const volumeSlider = element("volume", HTMLInputElement);
const soundControls = element("sound-controls", HTMLElement);

const stations = new Map<string, Station>();
const list = createObservationList(
  element("observations", HTMLElement),
  element("observation", HTMLTemplateElement),
  (stationId) => stations.get(stationId) ?? null,
);
const queue = createBurstQueue<WaitingBell>({ gapMs: 250, longestMs: 60_000, random: Math.random });

let bells: Bells | null = null;
let muted = false;
let connection: ConnectionState = { kind: "connecting" };
let newestTimeMs = Number.NEGATIVE_INFINITY;
let heard = 0;
let rung = 0;
let ringTimer: ReturnType<typeof setTimeout> | undefined;
let countsTimer: ReturnType<typeof setTimeout> | undefined;
let stationsAskedAtMs = Number.NEGATIVE_INFINITY;
const scheduled: ScheduledBell[] | null = new URL(location.href).searchParams.get("hook") === "1" ? [] : null;

showMapping(element("mapping", HTMLTableSectionElement));
listenButton.addEventListener("click", startListening);
muteButton.addEventListener("click", () => {
  muted = !muted;
  showSound();
});
volumeSlider.addEventListener("input", () => {
  muted = false;
  showSound();
});
setInterval(showTime, 1_000);
if (scheduled) {
  const hook = {
    version: 1,
    get heard() {
      return heard;
    },
    scheduled,
  };
  Object.assign(globalThis, { bellbuoy: hook });
}
follow();

function follow(): void {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="bellbuoy-server"]')?.content ?? "";
  const address = readServerAddress(new URL(location.href), meta);
  if ("problem" in address) {
    showConnection({ kind: "refused", reason: address.problem, retryAtMs: null });
    return;
  }
  const stream = createStream(address.url, {
    onState: showConnection,
    onSnapshot(observations) {
      for (const { timestamp } of observations) newestTimeMs = Math.max(newestTimeMs, Date.parse(timestamp));
      list.fill(observations);
      showTime();
      if (observations.some(({ stationId }) => !stations.has(stationId))) void askForStations(address.url);
    },
    onArrival(arrival) {
      hear(arrival);
      if (!stations.has(arrival.observation.stationId)) void askForStations(address.url);
    },
  });
  // A page that lies in the back-forward cache must not keep one of the browser's few connections.
  addEventListener("pagehide", stream.close);
  addEventListener("pageshow", stream.open);
  addEventListener("online", stream.retryNow);
  stream.open();
  void askForStations(address.url);
}

/** At most once a minute, since an id may stay unknown for good. */
async function askForStations(server: string): Promise<void> {
  if (performance.now() - stationsAskedAtMs < stationsAgainMs) return;
  stationsAskedAtMs = performance.now();
  try {
    const answer = await loadStations(server, AbortSignal.timeout(stationsAgainMs));
    for (const station of answer) stations.set(station.stationId, station);
  } catch (error) {
    stationsAskedAtMs -= stationsAgainMs - stationsAfterFailureMs;
    console.warn("the stations' names are not known yet:", error);
    return;
  }
  element("simulated", HTMLElement).hidden = ![...stations.values()].some(({ owner }) => owner === simulationOwner);
  list.refresh();
}

function hear(arrival: Arrival): void {
  const arrivedAtMs = performance.now();
  heard++;
  newestTimeMs = Math.max(newestTimeMs, Date.parse(arrival.observation.timestamp));
  const row = list.add(arrival);
  if (bells?.running) {
    queue.add({ arrival, row, arrivedAtMs }, arrivedAtMs);
    if (ringTimer === undefined) ringWhatIsDue();
  }
  // A burst of 900 comes in one go: what it changes is shown once.
  countsTimer ??= setTimeout(showCounts);
}

/** Rings the next bell if it is time, and comes back when it is time for the one after it. */
function ringWhatIsDue(): void {
  const bell = queue.take(performance.now());
  if (bell) ring(bell);
  clearTimeout(ringTimer);
  const { nextAtMs } = queue;
  ringTimer = nextAtMs === null ? undefined : setTimeout(ringWhatIsDue, nextAtMs - performance.now());
  showCounts();
}

function ring({ arrival: { observation, eventId }, row, arrivedAtMs }: WaitingBell): void {
  if (!bells) return;
  const { stationId } = observation;
  const soundsAtMs = bells.ring(strikeFor(observation, stations.get(stationId)?.longitude ?? null));
  scheduled?.push({ stationId, eventId, arrivedAtMs, soundsAtMs });
  rung++;
  row.classList.add("rung");
}

async function startListening(): Promise<void> {
  listenButton.disabled = true;
  setText(listenButton, "Fetching the bells…");
  try {
    bells ??= (await import("./bells.ts")).createBells(showSound);
    bells.resume();
    showSound();
  } catch (error) {
    console.warn("the sound could not be loaded:", error);
    setText(listenButton, "The sound did not load: try again");
    listenButton.disabled = false;
  }
}

/** A phone that rings, or a browser that wants a second click, stops the sound: the button then comes back. */
function showSound(): void {
  if (!bells) return;
  const { running } = bells;
  const hadFocus = document.activeElement === listenButton || document.activeElement === document.body;
  bells.setVolume(muted ? 0 : Number(volumeSlider.value) / 100);
  setText(muteButton, muted ? "Unmute" : "Mute");
  setText(listenButton, "Tap to hear the bells");
  listenButton.disabled = false;
  if (soundControls.hidden !== running) return;
  listenButton.hidden = running;
  soundControls.hidden = !running;
  if (hadFocus) (running ? muteButton : listenButton).focus({ preventScroll: true });
  showCounts();
}

function showConnection(state: ConnectionState): void {
  connection = state;
  main.dataset.state = state.kind;
  setText(element("connection", HTMLElement), describeConnection(state));
  showTime();
}

function describeConnection(state: ConnectionState): string {
  switch (state.kind) {
    case "connecting":
      return "Connecting…";
    case "live":
      return "Live";
    case "reconnecting":
      return `Reconnecting: ${state.reason}`;
    case "refused":
      return state.retryAtMs === null ? state.reason : `Refused: ${state.reason}`;
  }
}

/** Whatever changes only because time goes by. */
function showTime(): void {
  const retryAtMs = "retryAtMs" in connection ? connection.retryAtMs : null;
  const seconds = retryAtMs === null ? null : Math.max(0, Math.ceil((retryAtMs - performance.now()) / 1000));
  const retry = seconds === 0 ? "trying again now" : `trying again in ${seconds} s`;
  setText(element("retry", HTMLElement), seconds === null ? "" : retry);
  if (Number.isFinite(newestTimeMs)) {
    const age = formatAge(Date.now() - newestTimeMs);
    setText(element("newest", HTMLElement), `newest report ${age === "just now" ? age : `${age} old`}`);
  }
  list.refresh();
}

function showCounts(): void {
  clearTimeout(countsTimer);
  countsTimer = undefined;
  const counts = [formatCount(heard, "report"), formatCount(rung, "bell")];
  setText(element("counts", HTMLElement), bells ? `${counts[0]} arrived, ${counts[1]} rung` : `${counts[0]} arrived`);
  const burst = queue.tally;
  const ended = burst.waiting === 0 && burst.leftOut === 0;
  const leftOut = burst.leftOut === 0 ? "" : `; ${burst.leftOut} too many for a minute will not ring`;
  setText(
    element("burst", HTMLElement),
    ended ? "" : `Of this burst, rung ${burst.rung} of ${burst.arrived}${leftOut}`,
  );
}

/** @throws {Error} when the page and this program do not belong together */
function element<T extends HTMLElement>(id: string, type: { new (): T }): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} "${id}"`);
  return found;
}
