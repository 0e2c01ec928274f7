import type { Clock } from "../shared/clock.ts";
import { createAnnouncer } from "./announcer.ts";
import { createCaptions } from "./captions.ts";
import { find, setText } from "./dom.ts";
import { formatCount } from "./format.ts";
import { createListening, type Listening, type Programme } from "./listening.ts";
import { showMissingPart } from "./missing-part.ts";
import type { Network } from "./network.ts";
import type { PastDay } from "./past-day.ts";
import type { PastReport } from "./replay-frames.ts";
import type { Settings } from "./settings.ts";
import type { Report } from "./sound/network-score.ts";
import type { PlayerState } from "./sound/player.ts";
import { layers, type SoundEvent } from "./sound/sound-event.ts";
import { lighthouseHz } from "./sound/waveforms.ts";
import type { View } from "./view-url.ts";
import { describeIntroduced, describeSea, describeSound } from "./words.ts";

export type SoundingParts = {
  network: Network;
  settings: Settings;
  clock: Clock;
  view(): View;
  stationsInView(): string[];
  onState(state: PlayerState): void;
  /** How many reports have arrived. */
  arrived(): number;
  /** What is replayed, `null` until it was loaded. */
  pastDay(): PastDay | null;
  /** From which of its frames on, where none is named. */
  pastFrame(): number;
  /** The past day of the station whose card is open, as far as it is known. */
  history(): readonly PastReport[];
  /** A stroke of a station will sound at `atMs`, of `performance.now()`. */
  onStroke(event: SoundEvent & { stationId: string }, atMs: number): void;
  /** The lighthouse's tick of north will sound at `atMs`, of `performance.now()`: its turn begins. */
  onNorth(atMs: number): void;
  /** The mixer has changed the levels in the settings. */
  onLevels(): void;
};

/** What is heard, and what the page says of it. */
export type Sounding = {
  readonly listening: Listening;
  /** Begins to sound, pauses, or goes on; to be called in a gesture. @throws {Error} if it cannot begin; it may be tried again */
  toggle(): Promise<void>;
  /** Plays what the view says, the past from a frame on. */
  play(fromFrame?: number): void;
  /** A report has come. @param report to ring, `null` for one that belongs to the sea alone */
  arrive(report: Omit<Report, "inView"> | null): void;
  /** To be called when the sea, the view or the units have changed; a burst changes the sea once, not 800 times. */
  refresh(): void;
  /** To be called when volume, mute or captions were changed. */
  applySettings(): void;
};

const refreshMs = 200;

/** Brings what plays together with the page. It is fetched after the page, and made before the first click. */
export function createSounding(parts: SoundingParts): Sounding {
  const { network, settings, clock } = parts;
  const hearing = find("hearing", HTMLElement);
  const counts = find("counts", HTMLElement);
  const captions = createCaptions(find("captions", HTMLElement), clock);
  const announce = createAnnouncer(find("announcer", HTMLElement), clock);
  let waiting: Omit<Report, "inView">[] = [];
  let rung = 0;
  /** What plays. The view is ahead of it while a past day is fetched, or where none can be had. */
  let heard: { view: View; day: PastDay | null } = { view: parts.view(), day: null };
  let isRefreshing = false;

  const listening = createListening(network, parts.stationsInView, { onState: showState, onSound: hear }, clock);
  listening.player.prepare();
  for (const layer of layers) listening.player.setLayerLevel(layer, settings.levels[layer]);
  applySettings();
  offerExtras();

  return {
    listening,
    async toggle() {
      const { player } = listening;
      if (player.state === "playing") player.pause();
      else if (player.state === "paused" || player.state === "interrupted") player.resume();
      else {
        play();
        await player.start();
      }
    },
    play,
    arrive(report) {
      refresh();
      if (report === null) return;
      // What the network does in one moment arrives in one go, and is one burst.
      if (waiting.length === 0) clock.after(0, ringArrivals);
      waiting.push(report);
    },
    refresh,
    applySettings,
  };

  function applySettings(): void {
    listening.player.setVolume(settings.muted ? 0 : settings.volume);
    if (!settings.captions) captions.clear();
    refresh();
  }

  /** Mixer, timer, recordings and MIDI are fetched when somebody comes to use them. */
  function offerExtras(): void {
    let made = false;
    const make = async () => {
      if (made) return;
      made = true;
      try {
        const { createSoundExtras } = await import("./sound-extras.ts");
        createSoundExtras(listening, settings.levels, parts.onLevels, clock);
      } catch (error) {
        showMissingPart(find("mixer", HTMLElement), error);
        setText(find("recording", HTMLElement), "Recording could not be loaded: reload the page.");
        made = false;
      }
    };
    for (const id of ["mixer", "more"]) {
      const extras = find(id, HTMLElement);
      extras.addEventListener("beforetoggle", make);
      if (extras.matches(":popover-open")) void make();
    }
  }

  function play(fromFrame = parts.pastFrame()): void {
    const view = parts.view();
    const day = parts.pastDay();
    const programme = programmeOf(view, day, fromFrame);
    if (programme === null) return;
    heard = { view, day };
    captions.clear();
    listening.play(programme, view.preset);
    listening.player.showNowPlaying({ title: titleOf(), artist: "bellbuoy" });
    showHearing();
  }

  function programmeOf({ mode, stationId }: View, day: PastDay | null, fromFrame: number): Programme | null {
    if (mode === "network") return { kind: "network" };
    if (mode === "tune") return stationId === null ? null : { kind: "tune", stationId };
    return day && { kind: "replay", frames: day.frames, fromFrame };
  }

  function ringArrivals(): void {
    const reports = waiting;
    waiting = [];
    if (listening.player.state !== "playing" || heard.view.mode !== "network") return;
    const inView = new Set(parts.stationsInView());
    listening.arrive(reports.map((report) => ({ ...report, inView: inView.has(report.stationId) })));
  }

  /** An event of the score will sound. */
  function hear(event: SoundEvent, atMs: number): void {
    if (event.type === "introduce") {
      const { stationId } = heard.view;
      const known = stationId === null ? undefined : network.conditions.get(stationId);
      const history = stationId === parts.view().stationId ? parts.history() : [];
      const sentence = describeIntroduced(event.field, known, history, settings.units, clock.now());
      if (settings.captions) captions.show(sentence, atMs);
      return;
    }
    if (event.type === "ping" && event.hz === lighthouseHz.north) parts.onNorth(atMs);
    if (!("stationId" in event) || event.stationId === undefined) return;
    const { stationId } = event;
    // A knock in place of a value that the tuned-in station lacks is no report.
    if (!("field" in event)) rung++;
    parts.onStroke({ ...event, stationId }, atMs);
    const station = network.stations.get(stationId);
    const sentence = describeSound(event, station, network.conditions.get(stationId), settings.units, clock.now());
    if (sentence && settings.captions) captions.show(sentence, atMs);
    if (sentence && settings.announcements) announce(sentence);
    showCounts();
  }

  function refresh(): void {
    if (isRefreshing) return;
    isRefreshing = true;
    clock.after(refreshMs, () => {
      isRefreshing = false;
      listening.refresh();
      showHearing();
      showCounts();
    });
  }

  function showState(state: PlayerState): void {
    parts.onState(state);
    showHearing();
    showCounts();
  }

  function showHearing(): void {
    const sea = listening.sea;
    const water = heard.view.mode !== "network";
    setText(hearing, sea ? `${titleOf()}. ${describeSea(sea, settings.units, { water })}` : "");
  }

  function showCounts(): void {
    const reports = `${formatCount(parts.arrived(), "report")} arrived`;
    setText(counts, listening.player.state === "off" ? reports : `${reports}, ${describeBells()}`);
  }

  function describeBells(): string {
    const { tally } = listening;
    if (tally === null || tally.arrived <= 1) return `${formatCount(rung, "bell")} rung`;
    const leftOut = tally.leftOut > 0 ? `, ${tally.leftOut} are in the sea only` : "";
    return `rung ${tally.rung} of ${tally.arrived}${leftOut}`;
  }

  function titleOf(): string {
    const { mode, stationId } = heard.view;
    const station = stationId === null ? null : (network.stations.get(stationId)?.name ?? stationId);
    if (mode === "network") return "The sea, now";
    if (mode === "tune") return station ?? "";
    const of = heard.day?.of;
    return `24 hours: ${station ?? (of && "bbox" in of && of.bbox !== null ? "the region in view" : "the whole network")}`;
  }
}
