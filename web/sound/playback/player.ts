// The player: what the page asks of the sound.

import type { Engine } from "../engine/engine.ts";
import { createJournal } from "../recording/journal.ts";
import type { LiveRecording } from "../recording/live-recording.ts";
import type { RenderControl } from "../recording/render-wav.ts";
import type { Score } from "../score/score.ts";
import type { Layer, SoundEvent } from "../sound-event.ts";
import type { Ticker } from "../tone.ts";
import { heardAtMs } from "./clock.ts";
import { createEngineLoader } from "./engine-loader.ts";
import type { NowPlaying } from "./media-session.ts";
import { createMix } from "./mix.ts";
import { createRecorder } from "./recorder.ts";
import { createScorePlayer } from "./score-player.ts";
import { createTransport, type PlayerState } from "./transport.ts";

export type { PlayerState };

type PlayerListener = {
  onState(state: PlayerState): void;
  /** An event will sound at `atMs`, of `performance.now()`, within the next moments; it is told once. */
  onSound(event: SoundEvent, atMs: number): void;
};

/** What plays scores; there is one on a page. */
export type Player = {
  /** Fetches engine and waveforms, so that a click is followed by sound at once. Makes no AudioContext. */
  prepare(): void;
  /**
   * Begins; to be called in a gesture. Once it has begun it is {@link Player.resume}.
   * @throws {Error} if what {@link Player.prepare} fetches cannot be had; it may be tried again
   */
  start(): Promise<void>;
  pause(): void;
  resume(): void;
  readonly state: PlayerState;
  /** Plays a score from its t = 0 now, in place of the last. Before the start it waits for it. */
  play(score: Score): void;
  /** Where in the score what is heard now lies; it stands still in pauses. */
  readonly scoreTimeS: number;
  /**
   * Sounds events of the present score that are due now, and looks what else it has come to have. While nothing plays they
   * pass unheard.
   */
  sound(events: readonly SoundEvent[]): void;
  /** @param volume 0..1, as a slider shows it; mute is 0 */
  setVolume(volume: number): void;
  /** @param level 0..1; {@link Player.resume} sets it back to 1 */
  setSleepFade(level: number): void;
  /** @param level 0..1 */
  setLayerLevel(layer: Layer, level: number): void;
  setReverb(on: boolean): void;
  /** What lock screens and media keys show. */
  showNowPlaying(nowPlaying: NowPlaying): void;
  /** Begins to record what sounds, before volume and mute. `null`: this browser cannot, or nothing plays yet. */
  recordLive(): LiveRecording | null;
  /** How many seconds {@link Player.renderLastHour} has. */
  readonly recordableS: number;
  /**
   * Renders what was heard in the last hour, as a WAV file of 16 bits.
   * @throws {Error} the signal's reason, once it is aborted
   */
  renderLastHour(control: RenderControl): Promise<Blob>;
};

const tickMs = 250;

/** Makes a player that is off. */
export function createPlayer({ onState, onSound }: PlayerListener): Player {
  const load = createEngineLoader();
  const journal = createJournal();
  const mix = createMix(journal, nowS);
  const recorder = createRecorder(journal, load);
  const scores = createScorePlayer(journal, {
    nowS,
    isPaused: () => transport.state === "paused",
    onSound(event, atS) {
      if (transport.output) onSound(event, heardAtMs(transport.output.context, atS, performance.now()));
    },
  });
  const transport = createTransport({
    canSound: () => scores.engine !== null,
    onState(state) {
      keepTicking?.(state === "playing");
      recorder.follow(state === "playing");
      onState(state);
    },
    onWake: scores.tick,
  });
  let keepTicking: ((on: boolean) => void) | null = null;
  let starting: Promise<void> | null = null;
  let volume = 1;

  return {
    // A failure is for the caller of start; until then there is time to try again.
    prepare: () => void load().catch(() => {}),
    start() {
      if (scores.engine) transport.resume();
      else starting ??= start().finally(() => (starting = null));
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

  async function start(): Promise<void> {
    // Nothing may be awaited before: a browser lets sound begin within a gesture only.
    const { context, mix: input } = transport.open(volume);
    let engine: Engine;
    try {
      const { createEngine, Ticker, waveforms } = await load();
      engine = createEngine(context, input, waveforms);
      keepTicking = createTicking(() => new Ticker(scores.tick, "worker", tickMs / 1000));
    } catch (error) {
      await transport.close();
      throw error;
    }
    mix.applyTo(engine);
    scores.beginOn(engine);
    transport.follow();
  }

  function nowS(): number {
    return transport.output?.context.currentTime ?? 0;
  }
}

/**
 * Ticks by the timer of a worker: those of a page that is hidden, and silent since it is muted, come once a minute. It has
 * none while nothing plays, so that a page which waits costs nothing.
 */
function createTicking(createTicker: () => Ticker): (on: boolean) => void {
  let ticker: Ticker | null = null;
  return (on) => {
    ticker?.dispose();
    ticker = on ? createTicker() : null;
  };
}
