import type { Clock } from "../shared/clock.ts";
import type { Network } from "./network.ts";
import { seaAtStation, seaOverStations } from "./network.ts";
import type { ReplayFrame } from "./replay-frames.ts";
import type { MidiOut } from "./sound/midi-output.ts";
import { type BurstTally, createNetworkScore, type Report } from "./sound/network-score.ts";
import { createPlayer, type Player, type PlayerState } from "./sound/player.ts";
import { type Preset, presetChoices } from "./sound/preset.ts";
import { createReplayScore } from "./sound/replay-score.ts";
import type { SeaState } from "./sound/sea-state.ts";
import type { Layer, SoundEvent } from "./sound/sound-event.ts";
import { createTuneScore } from "./sound/tune-score.ts";

/** What shall be heard: the region in view, one station, or frames of the past from one of them on. */
export type Programme =
  | { kind: "network" }
  | { kind: "tune"; stationId: string }
  | { kind: "replay"; frames: ReplayFrame[]; fromFrame: number };

export type ListeningEvents = {
  onState(state: PlayerState): void;
  /** @param atMs when it sounds, of `performance.now()` */
  onSound(event: SoundEvent, atMs: number): void;
};

/** What plays, from the first click on. */
export type Listening = {
  readonly player: Player;
  /** Begins a programme anew. */
  play(programme: Programme, preset: Preset): void;
  /** Reports that have just arrived; they ring where the network is heard. */
  arrive(reports: Report[]): void;
  /** To be called when the sea may have changed: by a report, by the map, by time. */
  refresh(): void;
  /** Sends all that sounds to MIDI, too, from how the layers are now on. To be called again for another port. */
  listenAlong(midi: MidiOut): void;
  /** `null` where no bells of reports ring. */
  readonly tally: BurstTally | null;
  /** The sea that is heard; `null` before the first programme. */
  readonly sea: SeaState | null;
  /** The frame of the past that is heard now; `null` where nothing is replayed. */
  readonly frame: number | null;
};

/** A day in a minute. */
const replaySeconds = 60;

/** Live sound need not be the same twice; what is rendered again takes the score's events, not its seed. */
const newSeed = () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;

/**
 * Brings scores and player together. It is loaded after the page, since nobody hears anything before a click.
 * @param stationsInView whose sea the network's is
 */
export function createListening(
  network: Network,
  stationsInView: () => Iterable<string>,
  events: ListeningEvents,
  clock: Clock,
): Listening {
  let playing: Playing | null = null;
  let midi: MidiOut | null = null;
  /** How each layer of the present score is: it is told when it changes, which may be an hour from now. */
  const layersNow = new Map<Layer, SoundEvent>();
  const player = createPlayer({
    onState(state) {
      if (state === "playing") sendLayers();
      else midi?.silence();
      events.onState(state);
    },
    onSound(event, atMs) {
      if (event.type === "set") layersNow.set(event.layer, event);
      midi?.send(event, atMs);
      events.onSound(event, atMs);
    },
  });

  return {
    player,
    play(programme, preset) {
      midi?.silence();
      layersNow.clear();
      playing = begin(programme, preset);
      player.setReverb(presetChoices[preset].reverb);
      player.play(playing.score);
    },
    arrive(reports) {
      if (playing?.kind === "network") player.sound(playing.score.arrive(reports, player.scoreTimeS));
    },
    refresh() {
      if (playing === null || playing.kind === "replay") return;
      playing.sea = seaOf(playing);
      playing.score.setSea(playing.sea, player.scoreTimeS);
    },
    listenAlong(opened) {
      midi = opened;
      if (player.state === "playing") sendLayers();
    },
    get tally() {
      return playing?.kind === "network" ? playing.score.tally : null;
    },
    get sea() {
      if (playing?.kind !== "replay") return playing?.sea ?? null;
      return playing.frames[playing.score.frameAt(player.scoreTimeS)] ?? null;
    },
    get frame() {
      return playing?.kind === "replay" ? playing.score.frameAt(player.scoreTimeS) : null;
    },
  };

  function sendLayers(): void {
    for (const layer of layersNow.values()) midi?.send(layer, performance.now());
  }

  function begin(programme: Programme, preset: Preset): Playing {
    const seed = newSeed();
    switch (programme.kind) {
      case "network": {
        const begun = { kind: programme.kind, sea: regionalSea(), score: createNetworkScore({ seed, preset }) };
        begun.score.setSea(begun.sea, 0);
        return begun;
      }
      case "tune": {
        const { stationId } = programme;
        const score = createTuneScore({ stationId, seed, preset, introduction: true });
        const begun = { kind: programme.kind, stationId, sea: stationSea(stationId), score };
        score.setSea(begun.sea, 0);
        return begun;
      }
      case "replay": {
        const { frames, fromFrame } = programme;
        const score = createReplayScore(frames, { seed, preset, seconds: replaySeconds, fromFrame });
        return { kind: programme.kind, frames, score };
      }
    }
  }

  function seaOf(live: Exclude<Playing, { kind: "replay" }>): SeaState {
    return live.kind === "network" ? regionalSea() : stationSea(live.stationId);
  }

  function stationSea(stationId: string): SeaState {
    return seaAtStation(network.conditions.get(stationId), clock.now());
  }

  function regionalSea(): SeaState {
    const known = Array.from(stationsInView(), (stationId) => network.conditions.get(stationId));
    return seaOverStations(
      known.filter((conditions) => conditions !== undefined),
      clock.now(),
    );
  }
}

type Playing =
  | { kind: "network"; sea: SeaState; score: ReturnType<typeof createNetworkScore> }
  | { kind: "tune"; stationId: string; sea: SeaState; score: ReturnType<typeof createTuneScore> }
  | { kind: "replay"; frames: ReplayFrame[]; score: ReturnType<typeof createReplayScore> };
