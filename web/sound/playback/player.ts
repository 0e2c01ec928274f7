// The player: the sound's interface for the page.

import type { Clock } from "../../../shared/clock.ts";
import { createJournal } from "../recording/journal.ts";
import type { LiveRecording } from "../recording/live-recording.ts";
import type { RenderControl } from "../recording/render-wav.ts";
import type { Score } from "../score/score.ts";
import type { Layer, SoundEvent } from "../sound-event.ts";
import { createEngineLoader } from "./engine-loader.ts";
import { createMix } from "./mix.ts";
import { createRecorder } from "./recorder.ts";
import { createScorePlayer } from "./score-player.ts";
import { type Sound, startSound } from "./start-sound.ts";
import { createStrikingPlaces } from "./striking-places.ts";
import type { NowPlaying } from "./transport/media-session.ts";
import type { PlayerState } from "./transport/player-state.ts";
import { createTransport } from "./transport/transport.ts";

export type { PlayerState };

type PlayerListener = {
  onState(state: PlayerState): void;
  /** Called once per event, shortly before it sounds at `atMs` of `performance.now()`. */
  onSound(event: SoundEvent, atMs: number): void;
  /** Called a few times a second: all events before `untilMs` of `performance.now()` were reported. */
  onReported(untilMs: number): void;
};

/** Plays scores; a page has one player. */
export type Player = {
  /** Fetches engine and waveforms in advance, so that a click starts the sound at once. Makes no AudioContext. */
  prepare(): void;
  /**
   * Starts playback; call it in a user gesture. After the first start it is the same as {@link Player.resume}.
   * @throws {Error} if the engine or the waveforms cannot be fetched; the caller may try again
   */
  start(): Promise<void>;
  pause(): void;
  resume(): void;
  readonly state: PlayerState;
  /** Plays a score from its t = 0 and replaces the previous one. Before the start the score waits. */
  play(score: Score): void;
  /** Current position in the score, in seconds; pauses do not count. */
  readonly scoreTimeS: number;
  /**
   * Plays events of the current score that are due now, and checks the score for others. While playback is off or
   * paused it ignores them.
   */
  sound(events: readonly SoundEvent[]): void;
  /** @param volume 0..1, as a slider shows it; mute is 0 */
  setVolume(volume: number): void;
  /** @param level 0..1; {@link Player.resume} sets it back to 1 */
  setSleepFade(level: number): void;
  /** @param level 0..1 */
  setLayerLevel(layer: Layer, level: number): void;
  setReverb(on: boolean): void;
  /** Sets the metadata for lock screens and media keys. */
  showNowPlaying(nowPlaying: NowPlaying): void;
  /**
   * Starts a live recording, before volume and mute. `null`: the browser has no support, or playback has not started.
   */
  recordLive(): LiveRecording | null;
  /** Length of {@link Player.renderLastHour} in seconds. */
  readonly recordableS: number;
  /**
   * Renders the sound of the last hour as a 16-bit WAV file.
   * @throws {Error} the signal's reason after an abort
   */
  renderLastHour(control: RenderControl): Promise<Blob>;
};

/** Makes a player in the state `off`. */
export function createPlayer({ onState, onSound, onReported }: PlayerListener, clock: Clock): Player {
  const load = createEngineLoader();
  const journal = createJournal();
  const mix = createMix(journal, nowS);
  const recorder = createRecorder(journal, load);
  const places = createStrikingPlaces();
  const scores = createScorePlayer(journal, {
    nowS,
    isPaused: () => transport.state === "paused",
    playable: places.playable,
    onSound(event, atS) {
      if (event.type === "bell") places.addOthers();
      if (sound.heard) onSound(event, sound.heard.heardAtMs(atS, performance.now()));
    },
    onReported(untilS) {
      if (sound.heard) onReported(sound.heard.heardAtMs(untilS, performance.now()));
    },
  });
  const transport = createTransport(
    {
      canSound: () => scores.engine !== null,
      onState(state) {
        sound.keepTicking?.(state === "playing");
        recorder.follow(state === "playing");
        onState(state);
      },
      onWake: scores.tick,
    },
    clock,
  );
  const parts = { load, transport, scores, mix, places };
  const sound: Sound = { heard: null, keepTicking: null };
  let starting: Promise<void> | null = null;
  let volume = 1;

  return {
    // `start` reports the failure, after another try.
    prepare: () => void load().catch(() => {}),
    start() {
      if (scores.engine) transport.resume();
      else starting ??= startSound(sound, parts, volume).finally(() => (starting = null));
      return starting ?? Promise.resolve();
    },
    pause: transport.pause,
    resume: transport.resume,
    get state() {
      return transport.state;
    },
    play: scores.play,
    get scoreTimeS() {
      return scores.scoreTimeS;
    },
    sound(events) {
      if (transport.state === "playing") scores.sound(events);
    },
    setVolume(wanted) {
      volume = wanted;
      transport.output?.setVolume(volume);
    },
    setSleepFade: (level) => transport.output?.setSleepFade(level),
    setLayerLevel: mix.setLayerLevel,
    setReverb: mix.setReverb,
    showNowPlaying: transport.showNowPlaying,
    recordLive: () => transport.output && recorder.recordLive(transport.output, transport.state === "playing"),
    get recordableS() {
      return journal.lengthS(nowS());
    },
    renderLastHour: (control) => recorder.renderLastHour(nowS, control),
  };

  function nowS(): number {
    return transport.output?.context.currentTime ?? 0;
  }
}
