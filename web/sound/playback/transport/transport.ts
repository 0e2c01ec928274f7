// The transport: start, pause, resume and interruptions.

import type { Clock } from "../../../../shared/clock.ts";
import { createMediaSession, type NowPlaying } from "./media-session.ts";
import { type Output, openOutput } from "./output.ts";
import { createStateWatch, type PlayerState } from "./player-state.ts";

type TransportListener = {
  /** Returns whether the engine is ready. */
  canSound(): boolean;
  onState(state: PlayerState): void;
  /** Called when the sound card or the page may have woken from sleep. */
  onWake(): void;
};

/** Starts, pauses and resumes the sound for the page and the media keys, and recovers from interruptions. */
export type Transport = {
  /** `null` in the state `off`. */
  readonly output: Output | null;
  readonly state: PlayerState;
  /** Opens the sound card; call it in a user gesture. */
  open(volume: number): Output;
  /** Observes the audio context, the page's visibility and user gestures. Call it when the engine is ready. */
  follow(): void;
  /** Closes the sound card after a failed start; the state is `off` again. */
  close(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Sets the metadata for lock screens and media keys. */
  showNowPlaying(nowPlaying: NowPlaying): void;
};

/** Makes a transport in the state `off`. */
export function createTransport({ canSound, onState, onWake }: TransportListener, clock: Clock): Transport {
  let output: Output | null = null;
  let isPaused = false;
  const playback = { context: () => output?.context ?? null, isPaused: () => isPaused, canSound };
  const state = createStateWatch(playback, onState, clock);
  const mediaSession = createMediaSession({ play: resume, pause, stop: pause });

  return {
    get output() {
      return output;
    },
    get state() {
      return state.now;
    },
    open(volume) {
      output = openOutput();
      output.setVolume(volume);
      run(output);
      return output;
    },
    follow() {
      output?.context.addEventListener("statechange", onContextState);
      document.addEventListener("visibilitychange", onVisibility);
      for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, recover, { capture: true });
      state.beginOpening();
      state.watchClock();
      onContextState();
    },
    async close() {
      const closed = output;
      output = null;
      await closed?.context.close();
      mediaSession.paused();
      state.report();
    },
    pause,
    resume,
    showNowPlaying: mediaSession.show,
  };

  function pause(): void {
    if (!output || isPaused) return;
    isPaused = true;
    output.halt();
    mediaSession.paused();
    state.report();
  }

  function resume(): void {
    if (!output) return;
    const { stands } = state;
    state.watchClock();
    run(output, stands);
  }

  function run(output: Output, again = false): void {
    isPaused = false;
    output.run(again);
    mediaSession.playing();
    state.beginOpening();
    state.report();
  }

  function onContextState(): void {
    state.contextChanged();
    onWake();
  }

  function onVisibility(): void {
    onWake();
    if (!document.hidden) recover();
  }

  function recover(): void {
    if (state.now === "interrupted") resume();
  }
}
