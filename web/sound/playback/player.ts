import type { Engine } from "../engine/engine.ts";
import { createJournal, type Stretch } from "../recording/journal.ts";
import { renderWav } from "../recording/offline-recording.ts";
import { type LiveRecording, liveRecordingFormat, recordLive } from "../recording/recording.ts";
import { renderStretch } from "../recording/render-stretch.ts";
import { soundSampleRate } from "../sample-rate.ts";
import type { Score } from "../score/score.ts";
import type { Layer, SoundEvent } from "../sound-event.ts";
import type { Waveforms } from "../timbre/waveforms.ts";
import type { Ticker } from "../tone.ts";
import { heardAtMs } from "./clock.ts";
import { createMediaSession, type NowPlaying } from "./media-session.ts";
import { type Output, openOutput } from "./output.ts";
import { createScheduler } from "./scheduler.ts";

/**
 * `off` before the first start, `loading` until it sounds; `interrupted` where the browser or the system took the sound
 * away: the next gesture brings it back, unless it comes back by itself.
 */
export type PlayerState = "off" | "loading" | "playing" | "paused" | "interrupted";

export type PlayerListener = {
  onState(state: PlayerState): void;
  /** An event will sound at `atMs`, of `performance.now()`, within the next moments; it is told once. */
  onSound(event: SoundEvent, atMs: number): void;
};

/** How to follow a recording that is being rendered, and to end it early. */
export type RenderOptions = { onProgress(share: number): void; signal: AbortSignal };

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
  renderLastHour(options: RenderOptions): Promise<Blob>;
};

/** What is needed to sound, and takes time to get. */
type Parts = Pick<typeof import("../engine/engine.ts"), "createEngine" | "Ticker"> & { waveforms: Waveforms };

const tickMs = 250;
const lookaheadS = 1.5;
/** A hidden page gets its turn after those in sight. */
const hiddenLookaheadS = 3;
/** Events are told before the next tick's are due. */
const tellAheadS = 0.5;
const hiddenTellAheadS = 1.5;
/** Time to hand the first events over. */
const beginS = 0.03;
/** The noises of the sea are always the same: nobody knows one from another. */
const waveformSeed = 1;
/** A browser that has not begun to sound by then will not without a gesture. */
const longestOpeningMs = 1_000;

/** Plays scores; there is one on a page. */
export function createPlayer({ onState, onSound }: PlayerListener): Player {
  let parts: Promise<Parts> | null = null;
  let output: Output | null = null;
  let engine: Engine | null = null;
  let createTicker: (() => Ticker) | null = null;
  let ticker: Ticker | null = null;
  let starting: Promise<void> | null = null;
  let score: Score | null = null;
  let wanted: "playing" | "paused" = "playing";
  let opening = true;
  let openingTimer: ReturnType<typeof setTimeout> | undefined;
  let reported: PlayerState = "off";
  let volume = 1;
  let reverb = true;
  const levels = new Map<Layer, number>();
  let recording: LiveRecording | null = null;
  const journal = createJournal();
  const scheduler = createScheduler({
    play: (event, startS) => engine?.play(event, startS),
    tell(event, atS) {
      journal.add({ kind: "event", event, atS });
      if (output) onSound(event, heardAtMs(output.context, atS, performance.now()));
    },
  });
  const mediaSession = createMediaSession({ play: resume, pause, stop: pause });

  return {
    prepare() {
      // Who starts is told of a failure; until then there is time to try again.
      prepareParts().catch(() => {});
    },
    start() {
      if (engine) resume();
      else starting ??= start().finally(() => (starting = null));
      return starting ?? Promise.resolve();
    },
    pause,
    resume,
    get state() {
      return stateNow();
    },
    play(next) {
      score = next;
      begin();
    },
    get scoreTimeS() {
      return scheduler.scoreTimeS(nowS());
    },
    sound(events) {
      if (stateNow() !== "playing") return;
      scheduler.sound(events, nowS());
      // What a burst plans may be due before a hidden page's next tick.
      tick();
    },
    setVolume(wantedVolume) {
      volume = wantedVolume;
      output?.setVolume(volume);
    },
    setSleepFade: (level) => output?.setSleepFade(level),
    setLayerLevel(layer, level) {
      if (levels.get(layer) === level) return;
      levels.set(layer, level);
      applyLevel(layer, level);
    },
    setReverb(on) {
      if (reverb === on) return;
      reverb = on;
      applyReverb();
    },
    showNowPlaying: mediaSession.show,
    recordLive() {
      const format = liveRecordingFormat();
      if (format === null || !output) return null;
      const { stream, release } = output.openRecordable();
      const begun = recordLive(stream, format, () => {
        release();
        if (recording === begun) recording = null;
      });
      recording = begun;
      keepRecording(stateNow() === "playing");
      return begun;
    },
    get recordableS() {
      return journal.lengthS(nowS());
    },
    async renderLastHour(options) {
      const { createEngine, waveforms } = await prepareParts();
      const render = (stretch: Stretch) => renderStretch(stretch, waveforms, createEngine);
      return renderWav(journal.read(nowS()), { ...options, render, sampleRate: soundSampleRate });
    },
  };

  async function start(): Promise<void> {
    // Nothing may be awaited before: a browser lets sound begin within a gesture only.
    const opened = openOutput();
    output = opened;
    wanted = "playing";
    opening = true;
    opened.setVolume(volume);
    opened.run();
    mediaSession.playing();
    report();
    try {
      const { createEngine, Ticker, waveforms } = await prepareParts();
      engine = createEngine(opened.context, opened.mix, waveforms);
      createTicker = () => new Ticker(tick, "worker", tickMs / 1000);
    } catch (error) {
      output = null;
      await opened.context.close();
      mediaSession.paused();
      report();
      throw error;
    }
    for (const [layer, level] of levels) applyLevel(layer, level);
    applyReverb();
    begin();
    opened.context.addEventListener("statechange", takeState);
    document.addEventListener("visibilitychange", takeVisibility);
    for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, comeBack, { capture: true });
    awaitOpening();
    takeState();
  }

  function prepareParts(): Promise<Parts> {
    parts ??= fetchParts();
    parts.catch(() => (parts = null));
    return parts;
  }

  function begin(): void {
    if (!output || !engine || !score) return;
    const startS = nowS() + beginS;
    engine.cancelFrom(nowS());
    journal.switchAt(nowS());
    scheduler.begin(score, startS);
    tick();
  }

  function tick(): void {
    if (!engine || wanted === "paused") return;
    const [lookahead, tellAhead] = document.hidden ? [hiddenLookaheadS, hiddenTellAheadS] : [lookaheadS, tellAheadS];
    scheduler.tick(nowS(), lookahead, tellAhead);
  }

  function pause(): void {
    if (!output || wanted === "paused") return;
    wanted = "paused";
    output.halt();
    mediaSession.paused();
    report();
  }

  function resume(): void {
    if (!output) return;
    wanted = "playing";
    output.run();
    mediaSession.playing();
    awaitOpening();
    report();
  }

  /** A context takes a moment until it runs: so long the state stays what it was, and nothing is interrupted. */
  function awaitOpening(): void {
    opening = true;
    clearTimeout(openingTimer);
    openingTimer = setTimeout(() => {
      opening = false;
      report();
    }, longestOpeningMs);
  }

  function takeState(): void {
    if (output?.context.state === "running") opening = false;
    report();
    tick();
  }

  function takeVisibility(): void {
    tick();
    if (!document.hidden) comeBack();
  }

  function comeBack(): void {
    if (stateNow() === "interrupted") resume();
  }

  function stateNow(): PlayerState {
    if (!output) return "off";
    if (wanted === "paused") return "paused";
    if (engine && output.context.state === "running") return "playing";
    if (!engine) return "loading";
    return opening ? reported : "interrupted";
  }

  function report(): void {
    const state = stateNow();
    if (state === reported) return;
    reported = state;
    keepTicking(state === "playing");
    keepRecording(state === "playing");
    onState(state);
  }

  /**
   * By the timer of a worker: those of a page that is hidden, and silent since it is muted, come once a minute. None while
   * nothing plays, so that a page which waits costs nothing.
   */
  function keepTicking(on: boolean): void {
    ticker?.dispose();
    ticker = on && createTicker ? createTicker() : null;
  }

  function keepRecording(on: boolean): void {
    if (on) recording?.resume();
    else recording?.pause();
  }

  function applyLevel(layer: Layer, level: number): void {
    engine?.setLayerLevel(layer, level);
    if (engine) journal.add({ kind: "level", layer, level, atS: nowS() });
  }

  function applyReverb(): void {
    engine?.setReverb(reverb);
    if (engine) journal.add({ kind: "reverb", on: reverb, atS: nowS() });
  }

  function nowS(): number {
    return output?.context.currentTime ?? 0;
  }
}

async function fetchParts(): Promise<Parts> {
  const [{ createEngine, prepareAudioBuffers, Ticker }, waveforms] = await Promise.all([
    import("../engine/engine.ts"),
    fetchWaveforms(),
  ]);
  await prepareAudioBuffers(waveforms);
  return { createEngine, Ticker, waveforms };
}

/** Made in a worker: on the page's own thread they would hold up the map. */
async function fetchWaveforms(): Promise<Waveforms> {
  const worker = new Worker(waveformWorkerUrl);
  try {
    return await new Promise<Waveforms>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Waveforms>) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(`the bells could not be made: ${message || "no worker"}`));
      worker.postMessage({ sampleRate: soundSampleRate, seed: waveformSeed });
    });
  } finally {
    worker.terminate();
  }
}
