// Playback: connects the page's state with the player.

import { effect } from "@preact/signals-core";
import type { Clock } from "../../shared/clock.ts";
import type { MidiOut } from "../sound/midi/midi-output.ts";
import { createPlayer, type Player } from "../sound/playback/player.ts";
import { presetChoices } from "../sound/preset.ts";
import { layers } from "../sound/sound-event.ts";
import { observe, onChange } from "../state/observe.ts";
import { type PageState, type Programme, stationSoundOf } from "../state/page-state.ts";
import { beginProgramme } from "../state/programme.ts";
import { followBatches } from "./batches.ts";
import { createMidiRelay, type MidiRelay } from "./midi-relay.ts";
import { beginPlaying, type Playing } from "./playing.ts";
import { gatherReports, reportsOf } from "./reports.ts";
import { gatherSounded } from "./sounded.ts";
import { titleOf } from "./titles.ts";

/** Plays the programme of the state, and writes the current sound into the state. */
export type Playback = {
  readonly player: Player;
  /**
   * Starts, pauses or resumes the sound; call it in a user gesture.
   * @throws {Error} if the sound cannot start; the caller may try again
   */
  toggle(): Promise<void>;
  /**
   * Also sends everything that sounds to MIDI, beginning with the current levels. May be called again for another port.
   */
  listenAlong(midi: MidiOut): void;
};

/** Min time between two updates of the score: a burst of 800 reports updates it once. */
const refreshMs = 200;
/** NDBC's rhythm, until the server's is known. */
const usualIntervalMs = 300_000;
/** How often a replay publishes the frame that sounds. */
const frameMs = 400;

/** Creates the playback. The page loads it after itself and before the first click. */
export function createPlayback(state: PageState, server: string | null, clock: Clock): Playback {
  const midi = createMidiRelay(clock);
  const player = connectPlayer(state, midi, clock);
  followBatches(state, server, clock);
  playProgrammes(state, player, midi, clock);
  const { settings } = state;
  for (const layer of layers) player.setLayerLevel(layer, settings.value.levels[layer]);
  observe([settings], () => player.setVolume(settings.value.muted ? 0 : settings.value.volume));
  player.prepare();

  return {
    player,
    async toggle() {
      if (player.state === "playing") player.pause();
      else if (player.state === "paused" || player.state === "interrupted") player.resume();
      else {
        beginProgramme(state);
        await player.start();
      }
    },
    listenAlong(opened) {
      midi.open(opened);
      if (player.state === "playing") midi.sendLayers();
    },
  };
}

/** Creates the player, and passes its events to the state and to MIDI. */
function connectPlayer(state: PageState, midi: MidiRelay, clock: Clock): Player {
  const gather = gatherSounded(state);
  return createPlayer(
    {
      onState(next) {
        if (next === "playing") midi.sendLayers();
        else midi.silence();
        state.player.value = next;
      },
      onSound(event, atMs) {
        midi.send(event, atMs);
        gather({ event, atMs });
      },
      onReported: midi.endNotes,
    },
    clock,
  );
}

/** Plays each programme of the state with the current conditions, and rings arriving reports. */
function playProgrammes(state: PageState, player: Player, midi: MidiRelay, clock: Clock): void {
  const { network, inView } = state;
  let playing: Playing | null = null;
  let programme: Programme | null = null;
  let isRefreshing = false;
  /** When the newest reports that ring arrived. */
  let rungAtMs = Number.NEGATIVE_INFINITY;
  onChange(state.programme, (next) => next && play(next));
  // A listener may press Listen before the batch is known, and batches arrive during a pause.
  observe([state.batch, state.player], () => {
    if (player.state === "playing") join();
  });
  gatherReports(state, clock, (reports) => {
    if (playing === null || player.state !== "playing") return;
    rungAtMs = clock.monotonicMs();
    player.sound(playing.arrive(reports, player.scoreTimeS));
  });
  onChange(state.sounded, (all) => {
    if (all.some(stationSoundOf)) showHeard();
  });
  const { arrived, stationsLoaded, conditionsLoaded, minute, settings, pastAtMs } = state;
  onChange(arrived, refreshSoon);
  observe([stationsLoaded, conditionsLoaded, inView, minute, settings, pastAtMs], refreshSoon);
  effect(() => {
    const isReplayed = state.programme.value?.mode === "24h";
    showFrame();
    return isReplayed && state.player.value === "playing" ? clock.every(frameMs, showFrame) : undefined;
  });

  function play(next: Programme): void {
    midi.restart();
    programme = next;
    rungAtMs = Number.NEGATIVE_INFINITY;
    playing = beginPlaying(next, () => ({ network, inView: inView.value, nowMs: clock.now() }));
    player.setReverb(presetChoices[next.preset].reverb);
    player.play(playing.score);
    join();
    player.showNowPlaying({ title: titleOf(next, network), artist: "bellbuoy" });
    showHeard();
  }

  /** Rings the batch under way, unless its reports ring already. */
  function join(): void {
    const batch = state.batch.value;
    if (playing === null || batch === null || batch.arrivedAtMs <= rungAtMs) return;
    rungAtMs = batch.arrivedAtMs;
    const ageS = (clock.monotonicMs() - batch.arrivedAtMs) / 1_000;
    const intervalS = (batch.intervalMs ?? usualIntervalMs) / 1_000;
    playing.join(reportsOf(state, batch.stations, clock.now()), player.scoreTimeS, { ageS, intervalS });
    // The first bell is due before the next look at the score.
    player.sound([]);
  }

  function refreshSoon(): void {
    if (!isRefreshing) clock.after(refreshMs, refresh);
    isRefreshing = true;
  }

  function refresh(): void {
    isRefreshing = false;
    playing?.refresh(player.scoreTimeS);
    showHeard();
  }

  function showHeard(): void {
    const { scoreTimeS } = player;
    state.heard.value = { programme, sea: playing?.sea(scoreTimeS) ?? null, tally: playing?.tally ?? null };
  }

  function showFrame(): void {
    state.heardFrame.value = playing?.frame(player.scoreTimeS) ?? null;
  }
}
